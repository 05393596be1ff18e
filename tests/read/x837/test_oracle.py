"""The reader's tables against a plain, slow parser that knows nothing of byte indexes.

The parser below splits the text and walks the segments one by one. What it says of a claim is
compared with the tables, for invented files here and, where CLEANCLAIM_DATA names the folder, for
every sample file with claims.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cleanclaim.model import Batch, concat
from cleanclaim.read.x837 import read_x12

Segment = list[str]
_KINDS = {
    "X222": "professional",
    "X098": "professional",
    "X223": "institutional",
    "X096": "institutional",
    "X224": "dental",
    "X097": "dental",
}
_POINTED = {"ABK", "BK", "ABF", "BF"}
_RANK = {"ABJ": 1, "BJ": 1, "APR": 2, "PR": 2, "ZZ": 2, "ABN": 3, "BN": 3}
_OTHER_CODES = {
    "BG": "condition",
    "BH": "occurrence",
    "BI": "occurrence_span",
    "BE": "value",
    "BBR": "procedure",
    "BBQ": "procedure",
    "BR": "procedure",
    "BQ": "procedure",
    "CAH": "procedure",
    "BP": "anesthesia",
    "BO": "anesthesia",
    "TC": "treatment",
    "DR": "drg",
}


@dataclass
class Claim:
    """A claim's segments, and those of the levels above it."""

    above: dict[str, list[Segment]]
    guide: str
    segments: list[Segment]
    component: str
    number: int
    parts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        head: list[Segment] = []
        self.lines: list[list[Segment]] = []
        before = ""
        for segment in self.segments:
            name = segment[0]
            if name == "LX" or (name in {"SV1", "SV2", "SV3"} and before != "LX"):
                self.lines.append([])
            (self.lines[-1] if self.lines else head).append(segment)
            before = name
        self.head = head
        self.other_payers = [s for s in head if s[0] == "SBR"]
        self.providers = list(until(head, "SBR"))
        self.own = list(until(self.providers, "NM1"))

    def days(self, kind: str) -> tuple[date | None, date | None]:
        """The days that the claim itself states: of the statement, or of dental service."""
        code = {"institutional": "434", "dental": "472"}.get(kind, "434")
        return span(first(self.providers, "DTP", code))


def until(segments: list[Segment], name: str) -> Iterator[Segment]:
    for segment in segments:
        if segment[0] == name:
            return
        yield segment


def claims_of(data: bytes) -> list[Claim]:
    text = data.decode("latin-1")
    isa = text.index("ISA")
    element, component, end = text[isa + 3], text[isa + 104], text[isa + 105]
    # Some samples declare one component separator and write another: CLM05 shows it.
    written = re.search(r"CLM(?:.[^~]*?)[*|][0-9]{2}([:<>])[AB]\1", text)
    component = written[1] if written else component
    found: list[Claim] = []
    above: dict[str, list[Segment]] = {}
    place: list[Segment] = []
    guide = ""
    segments = [piece.strip("\r\n\t ") for piece in text[isa:].split(end)]
    for number, piece in enumerate([piece for piece in segments if piece], 1):
        segment = piece.split(element)
        if segment[0] in {"ISA", "GS", "SE", "GE", "IEA"}:
            place = []
            if segment[0] == "GS":
                guide = segment[8]
        elif segment[0] == "ST":
            guide = segment[3] if len(segment) > 3 else guide
            above = {"ST": (place := [])}
        elif segment[0] == "HL":
            above = dict(islice(above.items(), {"20": 1, "22": 2, "23": 3}[segment[3]]))
            above[segment[3]] = place = []
        elif segment[0] == "CLM":
            found.append(Claim(dict(above), guide, place := [], component, number))
        place.append(segment)
    for claim in found:
        claim.__post_init__()
    return found


def at(segment: Segment | None, number: int) -> str | None:
    if segment is None or number >= len(segment):
        return None
    return segment[number].strip(" ") or None


def part(claim: Claim, segment: Segment | None, number: int, component: int) -> str | None:
    parts = (at(segment, number) or "").split(claim.component)
    return parts[component - 1].strip(" ") or None if component <= len(parts) else None


def first(segments: list[Segment], name: str, *codes: str) -> Segment | None:
    for segment in segments:
        if segment[0] == name and (not codes or at(segment, 1) in codes):
            return segment
    return None


def npi(segment: Segment | None) -> str | None:
    return at(segment, 9) if at(segment, 8) == "XX" else None


def following(segments: list[Segment], name: Segment | None, wanted: str) -> Segment | None:
    """The first segment of that name in the loop that an NM1 opens."""
    if name is None:
        return None
    start = next(n for n, segment in enumerate(segments) if segment is name) + 1
    loop = until([s if s[0] not in {"SBR", "LX"} else ["NM1"] for s in segments[start:]], "NM1")
    return first(list(loop), wanted)


def day(text: str | None) -> date | None:
    if text is None or not re.fullmatch("[0-9]{8}", text[:8]):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def money(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None


def pointer(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch("[0-9]{1,2}", text) else None


def span(dtp: Segment | None) -> tuple[date | None, date | None]:
    start = day(at(dtp, 3))
    return (start, day((at(dtp, 3) or "")[9:])) if at(dtp, 2) == "RD8" else (start, start)


def hour(dtp: Segment | None) -> str | None:
    text = at(dtp, 3) or ""
    return {"TM": text[:4], "DT": text[8:12]}.get(at(dtp, 2) or "") or None


def expected_claim(claim: Claim) -> dict[str, Any]:
    clm = claim.segments[0]
    kind = next(kind for number, kind in _KINDS.items() if number in claim.guide)
    header = claim.above["ST"]
    billing = claim.above.get("20", header)
    subscriber = claim.above.get("22", billing)
    patient = claim.above.get("23", subscriber)
    rendering = first(claim.providers, "NM1", "82")
    facility = first(claim.providers, "NM1", "77", "FA", "LI")
    billed_by = first(billing, "NM1", "85")
    statement = claim.days(kind)
    days = [span(first(line, "DTP", "472")) for line in claim.lines]
    starts = [low for low, _ in days if low]
    ends = [high for _, high in days if high]
    place = part(claim, clm, 5, 1)
    frequency = part(claim, clm, 5, 3)
    causes = {part(claim, clm, 11, n) for n in (1, 2, 3)}
    return {
        "claim_id": at(clm, 1),
        "claim_type": kind,
        "segment_number": claim.number,
        "submitted_date": day(at(first(header, "BHT"), 4)),
        "member_id": at(first(subscriber, "NM1", "IL"), 9),
        "patient_birth_date": day(at(first(patient, "DMG"), 2)),
        "patient_sex": at(first(patient, "DMG"), 3),
        "patient_is_dependent": "23" in claim.above,
        "patient_relationship_code": at(first(patient, "PAT"), 1)
        if "23" in claim.above
        else at(first(subscriber, "SBR"), 2),
        "payer_sequence_code": at(first(subscriber, "SBR"), 1),
        "claim_filing_code": at(first(subscriber, "SBR"), 9),
        "payer_id": at(first(subscriber, "NM1", "PR"), 9),
        "billing_npi": npi(billed_by),
        "billing_taxonomy_code": at(first(billing, "PRV"), 3),
        "billing_state": at(following(billing, billed_by, "N4"), 2),
        "rendering_npi": npi(rendering),
        "rendering_taxonomy_code": at(following(claim.providers, rendering, "PRV"), 3),
        "referring_npi": npi(first(claim.providers, "NM1", "DN", "P3")),
        "supervising_npi": npi(first(claim.providers, "NM1", "DQ")),
        "attending_npi": npi(first(claim.providers, "NM1", "71")),
        "operating_npi": npi(first(claim.providers, "NM1", "72")),
        "facility_npi": npi(facility),
        "facility_zip_code": at(following(claim.providers, facility, "N4"), 3),
        "charge_amount": money(at(clm, 2)),
        "patient_paid_amount": money(at(first(claim.own, "AMT", "F5"), 2)),
        "place_of_service_code": place if kind != "institutional" else None,
        "bill_type_code": f"{place}{frequency}" if kind == "institutional" else None,
        "claim_frequency_code": frequency,
        "is_auto_accident": "AA" in causes,
        "is_employment_related": "EM" in causes,
        "is_other_accident": "OA" in causes,
        "accident_date": day(at(first(claim.own, "DTP", "439"), 3)),
        "onset_date": day(at(first(claim.own, "DTP", "431"), 3)),
        "admission_date": day(at(first(claim.own, "DTP", "435"), 3)),
        "admission_hour": hour(first(claim.own, "DTP", "435")),
        "discharge_hour": hour(first(claim.own, "DTP", "096")),
        "discharge_date": None
        if at(first(claim.own, "DTP", "096"), 2) == "TM"
        else day(at(first(claim.own, "DTP", "096"), 3)),
        "signature_code": at(clm, 6),
        "assignment_code": at(clm, 7),
        "benefits_assignment_code": at(clm, 8),
        "release_code": at(clm, 9),
        "special_program_code": at(clm, 12),
        "delay_reason_code": at(clm, 20),
        "accident_state": part(claim, clm, 11, 4),
        "insurance_type_code": at(first(subscriber, "SBR"), 5),
        "group_number": at(first(subscriber, "SBR"), 3),
        "referral_number": at(first(claim.own, "REF", "9F"), 2),
        "clia_number": at(first(claim.own, "REF", "X4"), 2),
        "admit_type_code": at(first(claim.own, "CL1"), 1),
        "has_condition_certification": first(claim.own, "CRC") is not None,
        "has_ambulance_certification": first(claim.own, "CR1") is not None,
        "has_fixed_format": first(claim.own, "K3") is not None,
        "from_date": statement[0] or min(starts, default=None),
        "to_date": statement[1] or max(ends, default=None),
        "discharge_disposition_code": at(first(claim.own, "CL1"), 3),
        "original_reference_number": at(first(claim.own, "REF", "F8"), 2),
        "prior_authorization_number": at(first(claim.own, "REF", "G1"), 2),
        "medical_record_number": at(first(claim.own, "REF", "EA"), 2),
        "has_note": first(claim.own, "NTE") is not None,
        "has_attachment": first(claim.own, "PWK") is not None,
        "other_payer_count": len(claim.other_payers),
    }


def composites(claim: Claim) -> list[list[str]]:
    return [
        (value.split(claim.component) + [""] * 9)[:9]
        for segment in claim.segments
        if segment[0] == "HI"
        for value in segment[1:13]
    ]


def expected_codes(claim: Claim) -> list[tuple[Any, ...]]:
    ordinals: dict[str, int] = {}
    found = []
    for one in composites(claim):
        kind = _OTHER_CODES.get(one[0])
        if kind is None:
            continue
        ordinals[kind] = ordinals.get(kind, 0) + 1
        low, high = span(["DTP", "", one[2], one[3]])
        amount = money(one[4] or None)
        found.append((kind, ordinals[kind], one[0], one[1].upper(), low, high, amount))
    return found


def expected_diagnoses(claim: Claim) -> list[tuple[str, str, str | None]]:
    every = composites(claim)
    found = [one for one in every if one[0] in _POINTED or one[0] in _RANK]
    found.sort(key=lambda one: _RANK.get(one[0], 0))
    return [(one[0], one[1].replace(".", "").upper(), one[8] or None) for one in found]


def expected_line(claim: Claim, line: list[Segment], above: dict[str, Any]) -> dict[str, Any]:
    service = next((s for s in line if s[0] in {"SV1", "SV2", "SV3"}), None)
    name = service[0] if service else "SV1"
    where = {"SV1": (1, 2, 4, 7), "SV2": (2, 3, 5, 0), "SV3": (1, 2, 6, 11)}[name]
    code, charge, units, pointers = where
    low, high = span(first(line, "DTP", "472"))
    if above["claim_type"] != "professional" and low is None:
        low, high = claim.days(above["claim_type"])
    place = part(claim, service, {"SV1": 5, "SV3": 3}.get(name, 99), 1)
    rendering = first(line, "NM1", "82")
    own = list(until(line, "NM1"))
    return {
        "procedure_code": (part(claim, service, code, 2) or "").upper() or None,
        **{f"modifier_{n}": part(claim, service, code, n + 2) for n in range(1, 5)},
        "revenue_center_code": at(service, 1) if name == "SV2" else None,
        "charge_amount": money(at(service, charge)),
        "units": money(at(service, units)) or (Decimal(1) if name == "SV3" else None),
        **{
            f"diagnosis_pointer_{n}": pointer(part(claim, service, pointers, n))
            if pointers
            else None
            for n in range(1, 5)
        },
        "line_place_of_service_code": place,
        "place_of_service_code": place or above["place_of_service_code"],
        "from_date": low,
        "to_date": high,
        "rendering_npi": npi(rendering) or above["rendering_npi"],
        "ordering_npi": npi(first(line, "NM1", "DK")),
        "ndc": at(first(line, "LIN"), 3),
        "ndc_quantity": money(at(first(line, "CTP"), 4)),
        "line_control_number": at(first(own, "REF", "6R"), 2),
        "tooth_code": at(first(line, "TOO"), 2),
        "has_note": first(own, "NTE") is not None,
    }


def expected_payer(claim: Claim, ordinal: int) -> dict[str, Any]:
    head = claim.head
    starts = [n for n, segment in enumerate(head) if segment[0] == "SBR"] + [len(head)]
    loop = head[starts[ordinal] : starts[ordinal + 1]]
    payer = at(first(loop, "NM1", "PR"), 9)
    return {
        "payer_sequence_code": at(loop[0], 1),
        "claim_filing_code": at(loop[0], 9),
        "payer_id": payer,
        "paid_amount": money(at(first(loop, "AMT", "D"), 2)),
        "patient_owes_amount": money(at(first(loop, "AMT", "EAF", "F2"), 2)),
        "adjustment_count": sum(segment[0] == "CAS" for segment in loop),
        "adjudication_date": day(at(first(loop, "DTP", "573"), 3)),
        "line_count": sum(
            payer is not None and any(s[0] == "SVD" and at(s, 1) == payer for s in line)
            for line in claim.lines
        ),
    }


def compare(data: bytes, tables: Batch) -> None:
    claims = claims_of(data)
    assert tables.claims.height == len(claims)
    lines = tables.lines.partition_by("claim_key", as_dict=True)
    diagnoses = tables.diagnoses.partition_by("claim_key", as_dict=True)
    payers = tables.other_payers.partition_by("claim_key", as_dict=True)
    codes = tables.claim_codes.partition_by("claim_key", as_dict=True)
    for claim, row in zip(claims, tables.claims.iter_rows(named=True), strict=True):
        wanted = expected_claim(claim)
        assert {name: row[name] for name in wanted} == wanted
        assert data[row["position"] :].startswith(b"CLM")
        key = (row["claim_key"],)
        of_claim = lines.get(key, tables.lines.clear()).rows(named=True)
        assert [line["line_number"] for line in of_claim] == list(range(1, len(claim.lines) + 1))
        for line, sent in zip(of_claim, claim.lines, strict=True):
            asked = expected_line(claim, sent, wanted)
            assert {name: line[name] for name in asked} == asked
        found = diagnoses.get(key, tables.diagnoses.clear())
        columns = ("code_qualifier", "diagnosis_code", "present_on_admission_code")
        assert found.select(columns).rows() == expected_diagnoses(claim)
        assert found["diagnosis_number"].to_list() == list(range(1, found.height + 1))
        sent_codes = codes.get(key, tables.claim_codes.clear())
        facts = ("kind", "ordinal", "code_qualifier", "code", "from_date", "to_date", "amount")
        assert sent_codes.select(facts).rows() == expected_codes(claim)
        others = payers.get(key, tables.other_payers.clear()).rows(named=True)
        assert len(others) == len(claim.other_payers)
        for ordinal, other in enumerate(others):
            asked = expected_payer(claim, ordinal)
            assert {name: other[name] for name in asked} == asked
    assert lines.keys() <= {(key,) for key in tables.claims["claim_key"]}


def read_all(data: bytes, chunk_size: int, batch_claims: int = 50_000) -> Batch:
    parts = read_x12(data, file="f", chunk_size=chunk_size, batch_claims=batch_claims)
    return concat(parts)


@pytest.mark.parametrize("chunk_size", [1024, 1 << 20])
@pytest.mark.parametrize(
    "kind", ["professional", "institutional", "dental", "dependents", "old", "many"]
)
def test_invented_files(kind: str, chunk_size: int, invented: dict[str, bytes]) -> None:
    compare(invented[kind], read_all(invented[kind], chunk_size))


@pytest.mark.parametrize("batch_claims", [1, 7, 50_000])
def test_batches_join_to_the_same_tables(batch_claims: int, invented: dict[str, bytes]) -> None:
    whole = read_all(invented["many"], 1 << 20)
    parts = read_all(invented["many"], 4096, batch_claims)
    for name, frame in whole.frames().items():
        other = parts.frames()[name]
        assert frame.equals(other), name


def sample_files() -> list[Path]:
    folder = os.environ.get("CLEANCLAIM_DATA")
    if not folder:
        return []
    files = [path for path in sorted((Path(folder) / "x12").rglob("*")) if path.is_file()]
    return [path for path in files if re.search(rb"[~\n*]CLM[*|]", path.read_bytes())]


@pytest.mark.skipif(not sample_files(), reason="CLEANCLAIM_DATA names no folder of sample files")
@pytest.mark.parametrize("path", sample_files(), ids=lambda path: path.name[-60:])
def test_sample_files(path: Path) -> None:
    data = path.read_bytes()
    compare(data, read_all(data, 1 << 20))


def test_two_interchanges_with_other_separators(invented: dict[str, bytes]) -> None:
    other = invented["institutional"].translate(bytes.maketrans(b"*:~^", b"|<!}"))
    joined = read_all(invented["professional"] + b"\r\n" + other, 1 << 20)
    first_part = read_all(invented["professional"], 1 << 20)
    second = read_all(other, 1 << 20)
    count = first_part.claims.height
    assert joined.claims["claim_id"].to_list() == [
        *first_part.claims["claim_id"],
        *second.claims["claim_id"],
    ]
    assert joined.lines.filter(pl.col("claim_key") >= count).height == second.lines.height
    assert joined.claims["claim_key"].to_list() == list(range(joined.claims.height))
