"""The `claims` table: one row for each CLM, with its transaction, levels, providers, dates and references."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.model import MONEY
from cleanclaim.model.patient_key import ID_WORDS, day_words, file_word, patient_keys
from cleanclaim.read.x837.cells import Cells
from cleanclaim.x12.index import (
    Rows,
    Slices,
    count_in,
    first_in,
    last_before,
    next_after,
    tag,
    word,
)
from cleanclaim.x12.strings import Ints
from cleanclaim.x12.values import calendar, frame, merge

GUIDES: Final = {
    "X222": "professional",
    "X098": "professional",
    "X223": "institutional",
    "X096": "institutional",
    "X224": "dental",
    "X097": "dental",
}
"""The kind of claim, by the number of the implementation guide in ST03 or GS08."""
SERVICE_KINDS: Final = {"SV1": "professional", "SV2": "institutional", "SV3": "dental"}
_DATES: Final = {
    "431": "onset_date",
    "484": "last_menstrual_date",
    "454": "initial_treatment_date",
    "304": "last_seen_date",
    "453": "acute_manifestation_date",
    "439": "accident_date",
    "435": "admission_date",
    "096": "discharge_date",
    "090": "assumed_care_date",
    "091": "relinquished_care_date",
}
_REFERENCES: Final = {
    "F8": "original_reference_number",
    "G1": "prior_authorization_number",
    "9F": "referral_number",
    "X4": "clia_number",
    "EA": "medical_record_number",
}
_PROVIDERS: Final = {
    "referring_npi": ("DN", "P3"),
    "supervising_npi": ("DQ",),
    "attending_npi": ("71",),
    "operating_npi": ("72",),
    "other_operating_npi": ("ZZ",),
}
_LEAST_NAME: Final = 3
"""Shorter names are part of too many words."""
_DATE_OR_NUMBER: Final = r"\d{6}|\d[/-]\d"
_PRESENT: Final = {
    "has_note": "NTE",
    "has_attachment": "PWK",
    "has_ambulance_certification": "CR1",
    "has_condition_certification": "CRC",
    "has_fixed_format": "K3",
}
_CAUSES: Final = {
    "AA": "is_auto_accident",
    "EM": "is_employment_related",
    "OA": "is_other_accident",
}


def claims_table(c: Cells, kinds: pl.Series) -> pl.DataFrame:
    """The claims of a block, with the statement's service dates only; `service_days` adds the lines'.

    Args:
        c: the block's cells.
        kinds: the `claim_types` of its claims.
    """
    s, loops = c.s, c.loops
    clm = loops.claim
    facility = s.element(clm, 5)
    columns: dict[str, object] = {
        "claim_key": c.keys,
        "claim_id": c.element(clm, 1),
        "claim_type": kinds,
        "position": c.position(s.start[clm], clm),
        "segment_number": c.origin.numbers[clm],
        "charge_amount": c.number(s.element(clm, 2), MONEY),
        "facility_code": c.text(s.component(facility, 1)),
        "facility_code_qualifier": c.text(s.component(facility, 2)),
        "claim_frequency_code": c.text(s.component(facility, 3)),
        "signature_code": c.element(clm, 6),
        "assignment_code": c.element(clm, 7),
        "benefits_assignment_code": c.element(clm, 8),
        "release_code": c.element(clm, 9),
        "special_program_code": c.element(clm, 12),
        "delay_reason_code": c.element(clm, 20),
        **_causes(c),
        **_above(c),
        **_billing(c),
        **_providers(c),
        **_dates(c),
        **_references(c),
    }
    return frame(columns).with_columns(
        pl.lit(c.origin.file).alias("file"),
        pl.lit(value=False).alias("is_history"),
        *_facility(kinds),
    )


def _facility(kinds: pl.Series) -> list[pl.Expr]:
    """CLM05 is the type of bill on an institutional claim and the place of service on others."""
    is_institutional = pl.col("claim_type") == "institutional"
    place = pl.col("facility_code")
    if not (kinds == "institutional").any():
        return [place.alias("place_of_service_code")]
    bill_type = pl.concat_str(
        place.str.strip_prefix("0").str.pad_start(2, "0"),
        pl.col("claim_frequency_code").fill_null(""),
    )
    return [
        pl.when(is_institutional).then(bill_type).alias("bill_type_code"),
        pl.when(~is_institutional).then(place).alias("place_of_service_code"),
    ]


def claim_types(c: Cells) -> pl.Series:
    """The kind of each claim: from the guide in ST03, else GS08, else from the first service line."""
    s, loops = c.s, c.loops
    service = first_in(s.find(*SERVICE_KINDS), loops.claim, loops.claim_end)
    by_line = np.where(service >= 0, s.tags[np.maximum(service, 0)], 0)
    kind = np.full(len(loops.claim), -1, dtype=np.int64)
    for n, name in enumerate(SERVICE_KINDS):
        kind[by_line == tag(name)] = n
    for name, number in (("GS", 8), ("ST", 3)):
        rows = s.find(name)
        if len(rows):
            said = _guide(c, rows, number)
            owner = np.searchsorted(rows, loops.claim, side="right") - 1
            of_claim = np.where(owner >= 0, said[np.maximum(owner, 0)], -1)
            kind = np.where(of_claim >= 0, of_claim, kind)
    kinds = pl.Series(list(SERVICE_KINDS.values()))
    return kinds.gather(np.maximum(kind, 0))


def _guide(c: Cells, rows: Rows, number: int) -> Ints:
    """The kind of claim for a guide number such as 005010X222A1.

    It is an index into `SERVICE_KINDS`; -1 if unknown.
    """
    start, length = c.s.element(rows, number)
    words = c.s.words((start + 6, np.where(length >= 10, 4, 0)))
    kinds = list(SERVICE_KINDS.values())
    said = np.full(len(rows), -1, dtype=np.int64)
    for guide, kind in GUIDES.items():
        said[words == word(guide)] = kinds.index(kind)
    return said


def service_days(c: Cells, lines: pl.DataFrame) -> list[pl.Expr]:
    """A claim's first and last day: the statement's, else the earliest and latest of its lines."""
    owner = c.loops.line_claim
    claims = np.arange(len(c.loops.claim))
    low, high = np.searchsorted(owner, claims), np.searchsorted(owner, claims, side="right")
    first = _over_spans(np.minimum, lines["from_date"], low, high, _NO_DAY)
    last = _over_spans(np.maximum, lines["to_date"], low, high, -_NO_DAY)
    return [
        pl.coalesce("from_date", first).alias("from_date"),
        pl.coalesce("to_date", last, "from_date", first).alias("to_date"),
    ]


_NO_DAY: Final = 10_000_000


def _over_spans(least: np.ufunc, days: pl.Series, low: Ints, high: Ints, nothing: int) -> pl.Series:
    """The earliest (or latest) day in each span of rows; null if there is none."""
    if not len(low):
        return pl.Series([], dtype=pl.Date)
    numbers = np.append(days.to_physical().cast(pl.Int64).fill_null(nothing).to_numpy(), nothing)
    found = least.reduceat(numbers, np.minimum(low, len(numbers) - 1))
    found = np.where(high > low, found, nothing)
    series = pl.Series(found)
    return series.set(series == nothing, None).cast(pl.Int32).cast(pl.Date)


def _causes(c: Cells) -> dict[str, object]:
    s = c.s
    related = s.element(c.loops.claim, 11)
    parts = [s.component(related, n) for n in (1, 2, 3)]
    named: dict[str, object] = {
        column: np.logical_or.reduce([s.is_code(part, code) for part in parts])
        for code, column in _CAUSES.items()
    }
    return named | {
        "accident_state": c.text(s.component(related, 4)),
        "accident_country": c.text(s.component(related, 5)),
    }


def _above(c: Cells) -> dict[str, object]:
    """Transaction, payer, subscriber and patient."""
    s, loops = c.s, c.loops
    low, high = loops.subscriber, loops.subscriber_end
    bht = first_in(s.find("BHT"), loops.transaction, loops.claim)
    sbr = first_in(s.find("SBR"), low, high)
    insured = c.named(low, high, "IL")
    patient = np.where(loops.is_dependent, c.named(loops.patient, loops.patient_end, "QC"), insured)
    payer = c.named(low, high, "PR")
    dmg = first_in(s.find("DMG"), loops.patient, loops.patient_end)
    pat = first_in(s.find("PAT"), loops.patient, loops.patient_end)
    birth = s.element(dmg, 2)
    relation = merge(s.element(sbr, 2), s.element(pat, 1), loops.is_dependent)
    return {
        "submitted_date": _submitted(c, bht),
        "patient_key": _patient_keys(c, s.element(insured, 9), birth, patient),
        "member_id": c.element(insured, 9),
        "patient_last_name": c.element(patient, 3),
        "patient_first_name": c.element(patient, 4),
        "patient_birth_date": c.days(birth),
        "patient_sex": c.element(dmg, 3),
        "patient_death_date": c.days(s.element(pat, 6)),
        "patient_relationship_code": c.text(relation),
        "patient_is_dependent": loops.is_dependent,
        "pregnancy_indicator": c.element(pat, 9),
        "payer_sequence_code": c.element(sbr, 1),
        "payer_id": c.element(payer, 9),
        "payer_name": _organization(c, payer, insured, patient),
        "claim_filing_code": c.element(sbr, 9),
        "insurance_type_code": c.element(sbr, 5),
        "group_number": c.element(sbr, 3),
    }


def _organization(c: Cells, names: Rows, *people: Rows) -> pl.Series:
    """NM103 if NM102 says that the name is an organization's, and if it shares nothing with a person of the claim.

    What stands in the wrong place may be a patient's name or address, and names of payers are shown.
    """
    s = c.s
    start, length = s.element(names, 3)
    is_organization = s.is_code(s.element(names, 2), "2")
    name = c.text((start, np.where(is_organization, length, 0)))
    if name.null_count() == len(name):
        return name
    private = [c.element(rows, number) for rows in people for number in (3, 4)]
    private += [
        c.element(first_in(s.find("N3"), rows, _end_of_name(c, rows)), 1) for rows in people
    ]
    shown = pl.col("name").str.to_uppercase()
    hidden = []
    for number in range(len(private)):
        word = pl.col(str(number)).str.to_uppercase()
        is_long = word.str.len_chars() >= _LEAST_NAME
        hidden.append(is_long & shown.str.contains(word, literal=True))
        hidden.append(
            (shown.str.len_chars() >= _LEAST_NAME) & word.str.contains(shown, literal=True)
        )
    frame = pl.DataFrame({"name": name, **{str(n): column for n, column in enumerate(private)}})
    nobody = pl.all_horizontal(pl.col(str(number)).is_null() for number in range(len(private)))
    is_private = (
        pl.any_horizontal(hidden).fill_null(value=False)
        | shown.str.contains(_DATE_OR_NUMBER)
        | nobody  # it may be the patient's own, if that stands nowhere else
    )
    return frame.select(pl.when(~is_private).then("name").alias("payer_name")).to_series()


def _submitted(c: Cells, bht: Rows) -> pl.Series:
    """BHT04, else the interchange's date (a two-digit year means 2000 to 2099)."""
    made = c.days(c.s.element(bht, 4))
    if not made.null_count():
        return made
    sent = c.element(last_before(c.s.find("ISA"), c.loops.claim), 9)
    full = pl.concat_str(pl.lit("20"), sent).str.to_date("%Y%m%d", strict=False)
    return pl.DataFrame({"made": made, "sent": sent}).select(pl.coalesce("made", full))["made"]


def _patient_keys(c: Cells, member: Slices, birth: Slices, name: Rows) -> npt.NDArray[np.uint64]:
    """Patient keys from member id and birth date, and a dependent's first name, so that twins stay apart.

    Without a member id, patients can't be told apart: the patient level's position in the file is
    used, or the claim's position if there is no level.
    """
    s, loops = c.s, c.loops
    starts, lengths = s.block.trimmed(member)
    words = [s.words((starts + 8 * n, np.clip(lengths - 8 * n, 0, 8))) for n in range(ID_WORDS)]
    is_day = c.day_numbers(birth)[1]
    year, month, day = calendar(s.words((birth[0], np.minimum(birth[1], 8))))
    days = np.where(is_day, year * 10000 + month * 100 + day, 0)
    level = np.where(loops.has_subscriber | loops.is_dependent, loops.patient, loops.claim)
    place = c.position(s.start[np.maximum(level, 0)], level).astype(np.uint64) + np.uint64(1)
    is_lone = lengths == 0
    lone = np.where(is_lone, place, np.uint64(0))
    lone_file = np.where(is_lone, np.uint64(file_word(c.origin.file)), np.uint64(0))
    first_name = np.where(loops.is_dependent, s.words(s.element(name, 4)), np.uint64(0))
    return patient_keys([*words, day_words(days), lone, lone_file, first_name])


def _billing(c: Cells) -> dict[str, object]:
    s, loops = c.s, c.loops
    billing = c.named(loops.billing, loops.billing_end, "85")
    end = _end_of_name(c, billing)
    tax = c.qualified("REF", "EI", "SY", "24", "34")
    place = first_in(s.find("N4"), billing, end)
    specialty = first_in(s.find("PRV"), loops.billing, loops.billing_end)
    return {
        "billing_npi": c.npi(billing),
        "billing_taxonomy_code": c.element(specialty, 3),
        "billing_tax_id": c.element(first_in(tax, billing, end), 2),
        "billing_state": c.element(place, 2),
        "billing_zip_code": c.element(place, 3),
    }


def _providers(c: Cells) -> dict[str, object]:
    s = c.s
    low, high = c.loops.claim, c.loops.providers_end
    rendering = c.named(low, high, "82")
    specialty = first_in(s.find("PRV"), rendering, _end_of_name(c, rendering))
    facility = c.named(low, high, "77", "FA", "LI")
    place = first_in(s.find("N4"), facility, _end_of_name(c, facility))
    return {
        "rendering_npi": c.npi(rendering),
        "rendering_taxonomy_code": c.element(specialty, 3),
        "facility_npi": c.npi(facility),
        "facility_state": c.element(place, 2),
        "facility_zip_code": c.element(place, 3),
        **{column: c.npi(c.named(low, high, *codes)) for column, codes in _PROVIDERS.items()},
    }


def _end_of_name(c: Cells, names: Rows) -> Ints:
    """The end of an NM1's loop; 0 if there is no NM1."""
    after = c.s.find("NM1", "HL", "SBR", "LX", "CLM", "SE", "SV1", "SV2", "SV3")
    return np.where(names >= 0, next_after(after, names, len(c.s)), 0)


def _dates(c: Cells) -> dict[str, object]:
    low, high = c.loops.claim, c.loops.providers_end
    columns: dict[str, object] = {}
    for code, column in _DATES.items():
        rows = first_in(c.qualified("DTP", code), low, high)
        columns[column] = c.days(_day_part(c, rows))
        if column in {"admission_date", "discharge_date"}:
            columns[column.replace("date", "hour")] = c.hour(rows)
    # The statement's days; on a dental claim, the day of service for all lines.
    statement = first_in(c.qualified("DTP", "434", "472"), low, high)
    columns["from_date"], columns["to_date"] = c.span(statement)
    return columns


def _day_part(c: Cells, dtp: Rows) -> Slices:
    """DTP03 if it contains a day and not only an hour."""
    start, length = c.s.element(dtp, 3)
    is_hour = c.s.is_code(c.s.element(dtp, 2), "TM")
    return start, np.where(is_hour, 0, length)


def _references(c: Cells) -> dict[str, object]:
    s = c.s
    low, high = c.loops.claim, c.loops.own_end
    cl1 = first_in(s.find("CL1"), low, high)
    paid = first_in(c.qualified("AMT", "F5"), low, high)
    return {
        **{
            column: c.element(first_in(c.qualified("REF", code), low, high), 2)
            for code, column in _REFERENCES.items()
        },
        "admit_type_code": c.element(cl1, 1),
        "admit_source_code": c.element(cl1, 2),
        "discharge_disposition_code": c.element(cl1, 3),
        "patient_paid_amount": c.number(s.element(paid, 2), MONEY),
        "other_payer_count": count_in(s.find("SBR"), low, c.loops.header_end),
        **{column: first_in(s.find(name), low, high) >= 0 for column, name in _PRESENT.items()},
    }
