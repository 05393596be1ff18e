"""From indexed segments to the tables of the model: which segment belongs to which claim and line, and what stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.identity import ID_WORDS, day_words, patient_keys
from cleanclaim.model import MONEY, QUANTITY
from cleanclaim.read.x12.index import (
    Rows,
    Segments,
    Slices,
    count_in,
    first_in,
    last_before,
    next_after,
    tag,
    word,
)
from cleanclaim.read.x12.strings import Ints

GUIDES: Final = {
    "X222": "professional",
    "X098": "professional",
    "X223": "institutional",
    "X096": "institutional",
    "X224": "dental",
    "X097": "dental",
}
"""The kind of claim by the implementation guide's number in ST03 or GS08."""

_CLAIM_DATES: Final = {
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
_CLAIM_REFERENCES: Final = {
    "F8": "original_reference_number",
    "G1": "prior_authorization_number",
    "9F": "referral_number",
    "X4": "clia_number",
    "EA": "medical_record_number",
}
_DIAGNOSES: Final = {
    "ABK": ("principal", 10),
    "BK": ("principal", 9),
    "ABF": ("other", 10),
    "BF": ("other", 9),
    "ABJ": ("admitting", 10),
    "BJ": ("admitting", 9),
    "APR": ("reason_for_visit", 10),
    "PR": ("reason_for_visit", 9),
    "ABN": ("external_cause", 10),
    "BN": ("external_cause", 9),
    "ZZ": ("reason_for_visit", 9),
}
_OTHER_CODES: Final = {
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


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a block stands in its file.

    Attributes:
        file: the file's name for findings.
        first_claim_key: the key of the block's first claim.
        offsets: for each segment, how far its offset in the file is from its offset in the block.
    """

    file: str
    first_claim_key: int
    offsets: Ints


class Loops:
    """The spans of the loops that matter: for each claim its segments, its header, its subscriber, patient and billing provider; for each line its segments."""

    def __init__(self, segments: Segments, carried: int) -> None:
        s = self.segments = segments
        size = len(s)
        self.claim = s.find("CLM")
        self.claim = self.claim[self.claim >= carried]
        levels = s.find("HL")
        stops = s.find("CLM", "HL", "ST", "SE", "GS", "GE", "ISA", "IEA")
        self.claim_end = next_after(stops, self.claim, size)
        lines = s.find("LX", "SV1", "SV2", "SV3")
        lx = s.find("LX")
        service = s.find("SV1", "SV2", "SV3")
        alone = service[s.tags[np.maximum(service - 1, 0)] != tag("LX")]
        anchors = np.sort(np.concatenate([lx, alone]))
        owner = np.searchsorted(self.claim, anchors, side="right") - 1
        inside = (
            (owner >= 0) & (anchors < self.claim_end[np.maximum(owner, 0)])
            if len(self.claim)
            else np.zeros(len(anchors), bool)
        )
        self.line, self.line_claim = anchors[inside], owner[inside]
        self.header_end = np.minimum(next_after(lines, self.claim, size), self.claim_end)
        stop_or_line = np.sort(np.concatenate([stops, anchors]))
        self.line_end = next_after(stop_or_line, self.line, size)
        other = s.find("SBR")
        self.claim_loops_end = np.minimum(next_after(other, self.claim, size), self.header_end)
        providers = s.find("NM1")
        self.claim_own_end = np.minimum(
            next_after(providers, self.claim, size), self.claim_loops_end
        )
        # the levels above
        level = s.element(levels, 3)
        billing, subscriber = levels[s.is_code(level, "20")], levels[s.is_code(level, "22")]
        above = last_before(s.find("HL", "ST"), self.claim)
        self.transaction = last_before(s.find("ST"), self.claim)
        self.subscriber = np.maximum(last_before(subscriber, self.claim), self.transaction)
        self.billing = np.maximum(last_before(billing, self.claim), self.transaction)
        self.patient = np.where(above > self.subscriber, above, self.subscriber)
        self.is_dependent = s.is_code(s.element(above, 3), "23") & (
            s.tags[above] == tag("HL") if len(s) else np.zeros(0, bool)
        )
        after_level = s.find("HL", "CLM", "SE")
        self.subscriber_end = next_after(after_level, self.subscriber, size)
        self.billing_end = next_after(after_level, self.billing, size)
        self.patient_end = next_after(after_level, self.patient, size)


class Reader:
    """The tables of one block."""

    def __init__(self, segments: Segments, carried: int, origin: Origin) -> None:
        self.s = segments
        self.loops = Loops(segments, carried)
        self.origin = origin
        self.nm1 = segments.find("NM1")
        self.nm1_kind = segments.words(segments.element(self.nm1, 1))
        self.claim_type = self._claim_types()

    def frames(self) -> dict[str, pl.DataFrame]:
        """Frames by table name; every claim of the block that does not come from carried segments."""
        claims = self._claims()
        lines = self._lines(claims)
        if (self.claim_type == "institutional").any():
            lines = _statement_dates(lines, claims)
        claims = claims.with_columns(self._service_days(lines))
        diagnoses, codes = self._coded()
        return {
            "claims": claims,
            "lines": lines,
            "diagnoses": diagnoses,
            "claim_codes": codes,
            "other_payers": self._other_payers(),
        }

    def _service_days(self, lines: pl.DataFrame) -> list[pl.Expr]:
        """A claim's first and last day: the statement's, else the least and greatest of its lines."""
        owner = self.loops.line_claim
        claims = np.arange(len(self.loops.claim))
        low, high = np.searchsorted(owner, claims), np.searchsorted(owner, claims, side="right")
        first = _over_spans(np.minimum, lines["from_date"], low, high, _NO_DAY)
        last = _over_spans(np.maximum, lines["to_date"], low, high, -_NO_DAY)
        return [
            pl.coalesce("from_date", first).alias("from_date"),
            pl.coalesce("to_date", last, "from_date", first).alias("to_date"),
        ]

    # -- cutting out

    def text(self, slices: Slices) -> pl.Series:
        return self.s.block.strings(*slices)

    def element(self, rows: Rows, number: int) -> pl.Series:
        return self.text(self.s.element(rows, number))

    def component(self, rows: Rows, number: int, part: int) -> pl.Series:
        return self.text(self.s.component(self.s.element(rows, number), part))

    def first_name(self, codes: tuple[str, ...], low: Ints, high: Ints) -> Rows:
        """For each span its first NM1 of one of these kinds, or -1."""
        return first_in(self._named(*codes), low, high)

    def _named(self, *codes: str) -> Rows:
        words = np.array([word(code) for code in codes], dtype=np.uint64)
        return self.nm1[np.isin(self.nm1_kind, words)]

    def _keys(self) -> Ints:
        return self.origin.first_claim_key + np.arange(len(self.loops.claim), dtype=np.int64)

    def _position(self, starts: Ints, rows: Rows) -> Ints:
        return starts + self.origin.offsets[np.maximum(rows, 0)]

    def _claim_types(self) -> pl.Series:
        """By the guide that ST03 names, else GS08, else by the kind of the first service line."""
        s, loops = self.s, self.loops
        guide = self.element(loops.transaction, 3).fill_null("")
        group = self.element(last_before(s.find("GS"), loops.claim), 8).fill_null("")
        service = s.find("SV1", "SV2", "SV3")
        first = first_in(service, loops.claim, loops.claim_end)
        by_line = pl.Series(
            s.tags[np.maximum(first, 0)] if len(s) else np.zeros(0, np.int64), dtype=pl.Int64
        )
        kinds = {word("SV1"): "professional", word("SV2"): "institutional", word("SV3"): "dental"}
        frame = pl.DataFrame(
            {"guide": guide, "group": group, "tag": by_line, "has": pl.Series(first >= 0)}
        )
        said = pl.coalesce(
            *(
                pl.when(pl.col(where).str.contains(number, literal=True)).then(pl.lit(kind))
                for where in ("guide", "group")
                for number, kind in GUIDES.items()
            ),
            *(
                pl.when((pl.col("tag") == int(number)) & pl.col("has")).then(pl.lit(kind))
                for number, kind in kinds.items()
            ),
            pl.lit("professional"),
        )
        return frame.select(said.alias("claim_type"))["claim_type"]

    # -- claims

    def _claims(self) -> pl.DataFrame:
        s, loops = self.s, self.loops
        clm = loops.claim
        facility = s.element(clm, 5)
        columns: dict[str, object] = {
            "claim_key": self._keys(),
            "claim_id": self.element(clm, 1),
            "claim_type": self.claim_type,
            "position": self._position(s.start[clm], clm),
            "segment_number": clm - loops.transaction + 1,
            "charge_amount": self.element(clm, 2),
            "facility_code": self.text(s.component(facility, 1)),
            "facility_code_qualifier": self.text(s.component(facility, 2)),
            "claim_frequency_code": self.text(s.component(facility, 3)),
            "signature_code": self.element(clm, 6),
            "assignment_code": self.element(clm, 7),
            "benefits_assignment_code": self.element(clm, 8),
            "release_code": self.element(clm, 9),
            "special_program_code": self.element(clm, 12),
            "delay_reason_code": self.element(clm, 20),
            **self._causes(clm),
            **self._above(),
            **self._providers(),
            **self._claim_dates(),
            **self._claim_segments(),
        }
        return _frame(columns).with_columns(
            pl.lit(self.origin.file).alias("file"),
            pl.lit(value=False).alias("is_history"),
            pl.col("charge_amount", "patient_paid_amount").cast(MONEY, strict=False),
            _when_type(
                "institutional",
                pl.concat_str(
                    pl.col("facility_code").str.strip_prefix("0").str.pad_start(2, "0"),
                    pl.col("claim_frequency_code").fill_null(""),
                ),
            ).alias("bill_type_code"),
            pl.when(pl.col("claim_type") != "institutional")
            .then("facility_code")
            .alias("place_of_service_code"),
        )

    def _causes(self, clm: Rows) -> dict[str, object]:
        related = self.s.element(clm, 11)
        parts = [self.s.component(related, n) for n in (1, 2, 3)]
        named = {
            column: np.logical_or.reduce([self.s.is_code(part, code) for part in parts])
            for column, code in (
                ("is_auto_accident", "AA"),
                ("is_employment_related", "EM"),
                ("is_other_accident", "OA"),
            )
        }
        return {
            **named,
            "accident_state": self.text(self.s.component(related, 4)),
            "accident_country": self.text(self.s.component(related, 5)),
        }

    def _above(self) -> dict[str, object]:
        """Transaction, payer, subscriber and patient."""
        s, loops = self.s, self.loops
        bht = first_in(s.find("BHT"), loops.transaction, loops.claim)
        isa = last_before(s.find("ISA"), loops.claim)
        sbr = first_in(s.find("SBR"), loops.subscriber, loops.subscriber_end)
        insured = first_in(self._named("IL"), loops.subscriber, loops.subscriber_end)
        payer = first_in(self._named("PR"), loops.subscriber, loops.subscriber_end)
        patient_name = np.where(
            loops.is_dependent,
            first_in(self._named("QC"), loops.patient, loops.patient_end),
            insured,
        )
        dmg = first_in(s.find("DMG"), loops.patient, loops.patient_end)
        pat = first_in(s.find("PAT"), loops.patient, loops.patient_end)
        member = s.element(insured, 9)
        birth = self._days(s.element(dmg, 2))
        relation = pl.Series(np.where(loops.is_dependent, 1, 0), dtype=pl.Int64) == 1
        related = pl.DataFrame(
            {"d": relation, "p": self.element(pat, 1), "s": self.element(sbr, 2)}
        )
        return {
            "submitted_date": _first_date(
                self._days(s.element(bht, 4)), self._short_days(s.element(isa, 9))
            ),
            "patient_key": self._patient_keys(member, birth, patient_name),
            "member_id": self.text(member),
            "patient_birth_date": birth,
            "patient_sex": self.element(dmg, 3),
            "patient_death_date": self._days(s.element(pat, 6)),
            "patient_relationship_code": related.select(pl.when("d").then("p").otherwise("s"))["p"],
            "patient_is_dependent": loops.is_dependent,
            "pregnancy_indicator": self.element(pat, 9),
            "payer_sequence_code": self.element(sbr, 1),
            "payer_id": self.element(payer, 9),
            "claim_filing_code": self.element(sbr, 9),
            "insurance_type_code": self.element(sbr, 5),
            "group_number": self.element(sbr, 3),
        }

    def _patient_keys(self, member: Slices, birth: pl.Series, name: Rows) -> npt.NDArray[np.uint64]:
        block = self.s.block
        starts, lengths = member
        words = [
            block.words(starts + 8 * n, np.clip(lengths - 8 * n, 0, 8)) for n in range(ID_WORDS)
        ]
        # Without a member id nothing tells two patients apart: the subscriber's loop itself is the identity.
        lone = np.where(
            lengths == 0,
            self._position(self.s.start[np.maximum(self.loops.patient, 0)], self.loops.patient) + 1,
            0,
        ).astype(np.uint64)
        days = birth.dt.strftime("%Y%m%d").cast(pl.Int64).fill_null(0).to_numpy()
        first_name = self.s.words(self.s.element(name, 4))
        of_dependent = np.where(self.loops.is_dependent, first_name, np.uint64(0))
        return patient_keys([*words, day_words(days), lone, of_dependent])

    def _providers(self) -> dict[str, object]:
        s, loops = self.s, self.loops
        low, high = loops.claim, loops.claim_loops_end
        billing = first_in(self._named("85"), loops.billing, loops.billing_end)
        after = s.find("NM1", "HL", "SBR", "LX", "CLM", "SE", "SV1", "SV2", "SV3")
        billing_end = next_after(after, billing, len(s))
        prv, n4, ref = s.find("PRV"), s.find("N4"), s.find("REF")
        tax = ref[s.is_code(s.element(ref, 1), "EI", "SY", "24", "34")]
        billing_place = first_in(n4, billing, billing_end)
        rendering = first_in(self._named("82"), low, high)
        facility = first_in(self._named("77", "FA", "LI"), low, high)
        place = first_in(
            n4, facility, np.where(facility >= 0, next_after(after, facility, len(s)), 0)
        )
        rendering_prv = first_in(
            prv, rendering, np.where(rendering >= 0, next_after(after, rendering, len(s)), 0)
        )
        columns: dict[str, object] = {
            "billing_npi": self._npi(billing),
            "billing_taxonomy_code": self.element(
                first_in(prv, loops.billing, loops.billing_end), 3
            ),
            "billing_tax_id": self.element(first_in(tax, billing, billing_end), 2),
            "billing_state": self.element(billing_place, 2),
            "billing_zip_code": self.element(billing_place, 3),
            "rendering_npi": self._npi(rendering),
            "rendering_taxonomy_code": self.element(rendering_prv, 3),
            "facility_npi": self._npi(facility),
            "facility_state": self.element(place, 2),
            "facility_zip_code": self.element(place, 3),
        }
        for column, codes in (
            ("referring_npi", ("DN", "P3")),
            ("supervising_npi", ("DQ",)),
            ("attending_npi", ("71",)),
            ("operating_npi", ("72",)),
            ("other_operating_npi", ("ZZ",)),
        ):
            columns[column] = self._npi(first_in(self._named(*codes), low, high))
        return columns

    def _npi(self, rows: Rows) -> pl.Series:
        """NM109 where NM108 says that it is an NPI."""
        start, length = self.s.element(rows, 9)
        is_npi = self.s.is_code(self.s.element(rows, 8), "XX")
        return self.text((start, np.where(is_npi, length, 0)))

    def _claim_dates(self) -> dict[str, object]:
        s, loops = self.s, self.loops
        dtp = s.find("DTP")
        kind = s.element(dtp, 1)
        columns: dict[str, object] = {}
        for code, column in _CLAIM_DATES.items():
            rows = first_in(dtp[s.is_code(kind, code)], loops.claim, loops.header_end)
            columns[column] = self._days(s.element(rows, 3))
            if column in {"admission_date", "discharge_date"}:
                columns[column.replace("date", "hour")] = self._hour(rows)
        statement = first_in(dtp[s.is_code(kind, "434")], loops.claim, loops.header_end)
        columns["from_date"], columns["to_date"] = self._span(statement)
        return columns

    def _claim_segments(self) -> dict[str, object]:
        s, loops = self.s, self.loops
        low, own, header = loops.claim, loops.claim_own_end, loops.header_end
        ref = s.find("REF")
        kind = s.element(ref, 1)
        columns: dict[str, object] = {
            column: self.element(first_in(ref[s.is_code(kind, code)], low, own), 2)
            for code, column in _CLAIM_REFERENCES.items()
        }
        cl1 = first_in(s.find("CL1"), low, own)
        amt = s.find("AMT")
        paid = first_in(amt[s.is_code(s.element(amt, 1), "F5")], low, own)
        columns |= {
            "admit_type_code": self.element(cl1, 1),
            "admit_source_code": self.element(cl1, 2),
            "discharge_disposition_code": self.element(cl1, 3),
            "patient_paid_amount": self.element(paid, 2),
            "other_payer_count": count_in(s.find("SBR"), low, header),
        }
        for column, name in (
            ("has_note", "NTE"),
            ("has_attachment", "PWK"),
            ("has_ambulance_certification", "CR1"),
            ("has_condition_certification", "CRC"),
            ("has_fixed_format", "K3"),
        ):
            columns[column] = first_in(s.find(name), low, own) >= 0
        return columns

    # -- lines

    def _lines(self, claims: pl.DataFrame) -> pl.DataFrame:
        s, loops = self.s, self.loops
        low, high = loops.line, loops.line_end
        service = first_in(s.find("SV1", "SV2", "SV3"), low, high)
        is_two = s.tags[np.maximum(service, 0)] == int(word("SV2")) if len(s) else np.zeros(0, bool)
        is_three = (
            s.tags[np.maximum(service, 0)] == int(word("SV3")) if len(s) else np.zeros(0, bool)
        )
        code = self._either(service, is_two, 2, 1)
        owner = loops.line_claim
        number = np.arange(len(owner)) - np.searchsorted(owner, owner) + 1
        first_nm1 = np.minimum(next_after(self.nm1, low, len(s)), high)
        columns: dict[str, object] = {
            "claim_key": owner + self.origin.first_claim_key,
            "line_number": number,
            "position": self._position(
                s.start[np.where(service >= 0, service, low)], np.where(service >= 0, service, low)
            ),
            "procedure_qualifier": self.text(s.component(code, 1)),
            "procedure_code": self.text(s.component(code, 2)),
            **{f"modifier_{n}": self.text(s.component(code, n + 2)) for n in range(1, 5)},
            "procedure_description": self.text(s.component(code, 7)),
            "revenue_center_code": self.text(_only(s.element(service, 1), is_two)),
            "charge_amount": self.text(self._either(service, is_two, 3, 2)),
            "non_covered_amount": self.text(_only(s.element(service, 7), is_two)),
            "unit_basis_code": self.text(_only(self._either(service, is_two, 4, 3), ~is_three)),
            "units": self.text(
                _merge(self._either(service, is_two, 5, 4), s.element(service, 6), is_three)
            ),
            "line_place_of_service_code": self.text(
                _merge(_only(s.element(service, 5), ~is_two), s.element(service, 3), is_three)
            ),
            **self._pointers(service, is_two, is_three),
            "emergency_code": self.text(_only(s.element(service, 9), ~is_two & ~is_three)),
            "epsdt_code": self.text(_only(s.element(service, 11), ~is_two & ~is_three)),
            "family_planning_code": self.text(_only(s.element(service, 12), ~is_two & ~is_three)),
            **self._line_dates(low, first_nm1),
            **self._line_providers(low, high),
            **self._line_segments(low, high, first_nm1),
        }
        frame = _frame(columns).lazy()
        above = claims.lazy().select(
            "claim_key",
            pl.col("place_of_service_code").alias("claim_place"),
            *(pl.col(name).alias(f"claim_{name}") for name in _INHERITED),
        )
        amounts = ["charge_amount", "non_covered_amount"]
        return (
            frame.join(above, on="claim_key", how="left", maintain_order="left")
            .with_columns(
                pl.col(amounts).cast(MONEY, strict=False),
                pl.col(*(f"diagnosis_pointer_{n}" for n in range(1, 5))).cast(
                    pl.Int64, strict=False
                ),
                pl.col("units", "ndc_quantity").cast(QUANTITY, strict=False),
                pl.coalesce("line_place_of_service_code", "claim_place").alias(
                    "place_of_service_code"
                ),
                *(pl.coalesce(name, f"claim_{name}").alias(name) for name in _INHERITED),
                pl.col("procedure_code", *(f"modifier_{n}" for n in range(1, 5)))
                .str.strip_chars()
                .str.to_uppercase(),
            )
            .collect()
        )

    def _either(
        self, service: Rows, is_two: npt.NDArray[np.bool_], institutional: int, other: int
    ) -> Slices:
        return _merge(
            self.s.element(service, other), self.s.element(service, institutional), is_two
        )

    def _pointers(
        self, service: Rows, is_two: npt.NDArray[np.bool_], is_three: npt.NDArray[np.bool_]
    ) -> dict[str, object]:
        given = _merge(
            _only(self.s.element(service, 7), ~is_two), self.s.element(service, 11), is_three
        )
        return {
            f"diagnosis_pointer_{n}": self.text(self.s.component(given, n)) for n in range(1, 5)
        }

    def _line_dates(self, low: Ints, high: Ints) -> dict[str, object]:
        dtp = self.s.find("DTP")
        service = dtp[self.s.is_code(self.s.element(dtp, 1), "472")]
        start, end = self._span(first_in(service, low, high))
        return {"from_date": start, "to_date": end}

    def _line_providers(self, low: Ints, high: Ints) -> dict[str, object]:
        s = self.s
        rendering = first_in(self._named("82"), low, high)
        after = s.find("NM1", "LX", "SVD", "SV1", "SV2", "SV3", "CLM", "HL", "SE")
        end = np.where(rendering >= 0, next_after(after, rendering, len(s)), 0)
        return {
            "rendering_npi": self._npi(rendering),
            "rendering_taxonomy_code": self.element(first_in(s.find("PRV"), rendering, end), 3),
            "referring_npi": self._npi(first_in(self._named("DN", "P3"), low, high)),
            "ordering_npi": self._npi(first_in(self._named("DK"), low, high)),
            "supervising_npi": self._npi(first_in(self._named("DQ"), low, high)),
        }

    def _line_segments(self, low: Ints, high: Ints, own: Ints) -> dict[str, object]:
        s = self.s
        ref = s.find("REF")
        kind = s.element(ref, 1)
        lin = first_in(s.find("LIN"), low, high)
        ctp = first_in(s.find("CTP"), low, high)
        columns: dict[str, object] = {
            column: self.element(first_in(ref[s.is_code(kind, code)], low, own), 2)
            for code, column in (
                ("6R", "line_control_number"),
                ("G1", "prior_authorization_number"),
                ("X4", "clia_number"),
            )
        }
        return columns | {
            "ndc": self.element(lin, 3),
            "ndc_quantity": self.element(ctp, 4),
            "ndc_unit_code": self.component(ctp, 5, 1),
            "tooth_code": self.element(first_in(s.find("TOO"), low, high), 2),
            "has_note": first_in(s.find("NTE"), low, own) >= 0,
            "has_attachment": first_in(s.find("PWK"), low, own) >= 0,
            "has_certification": first_in(s.find("CR1", "CR3", "CRC"), low, own) >= 0,
        }

    # -- HI and 2320

    def _coded(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Diagnoses and the other codes of HI segments, one row a composite, in order of appearance."""
        s, loops = self.s, self.loops
        hi = s.find("HI")
        owner = np.searchsorted(loops.claim, hi, side="right") - 1
        inside = (
            (owner >= 0) & (hi < loops.claim_end[np.maximum(owner, 0)])
            if len(loops.claim)
            else np.zeros(len(hi), bool)
        )
        hi, owner = hi[inside], owner[inside]
        parts = []
        for number in range(1, 13):
            there = s.counts[hi] >= number
            if number > 1 and not there.any():
                break
            rows = hi[there]
            given = s.element(rows, number)
            filled = given[1] > 0
            rows, given = rows[filled], (given[0][filled], given[1][filled])
            code = s.component(given, 2)
            parts.append(
                pl.DataFrame(
                    {
                        "claim_key": owner[there][filled] + self.origin.first_claim_key,
                        "at": given[0],
                        "code_qualifier": self.text(s.component(given, 1)),
                        "sent": self.s.block.strings(*code, strip=False),
                        "period": self.text(s.component(given, 4)),
                        "amount": self.text(s.component(given, 5)),
                        "poa": self.text(s.component(given, 9)),
                        "position": self._position(code[0], rows),
                    }
                )
            )
        every = pl.concat(parts).sort("claim_key", "at")
        return _diagnoses(every), _claim_codes(every)

    def _other_payers(self) -> pl.DataFrame:
        s, loops = self.s, self.loops
        sbr = s.find("SBR")
        owner = np.searchsorted(loops.claim, sbr, side="right") - 1
        inside = (
            (owner >= 0) & (sbr < loops.header_end[np.maximum(owner, 0)])
            if len(loops.claim)
            else np.zeros(len(sbr), bool)
        )
        sbr, owner = sbr[inside], owner[inside]
        end = np.minimum(
            next_after(s.find("SBR"), sbr, len(s)), loops.header_end[owner] if len(owner) else owner
        )
        amt, dtp = s.find("AMT"), s.find("DTP")
        kind = s.element(amt, 1)
        payer = first_in(self._named("PR"), sbr, end)
        decided = dtp[s.is_code(s.element(dtp, 1), "573")]
        svd = s.find("SVD")
        columns: dict[str, object] = {
            "claim_key": owner + self.origin.first_claim_key,
            "payer_number": np.arange(len(owner)) - np.searchsorted(owner, owner) + 1,
            "payer_sequence_code": self.element(sbr, 1),
            "claim_filing_code": self.element(sbr, 9),
            "insurance_type_code": self.element(sbr, 5),
            "payer_id": self.element(payer, 9),
            "paid_amount": self.element(first_in(amt[s.is_code(kind, "D")], sbr, end), 2),
            "non_covered_amount": self.element(first_in(amt[s.is_code(kind, "A8")], sbr, end), 2),
            "patient_owes_amount": self.element(
                first_in(amt[s.is_code(kind, "EAF", "F2")], sbr, end), 2
            ),
            "adjustment_count": count_in(s.find("CAS"), sbr, end),
            "adjudication_date": self._days(s.element(first_in(decided, sbr, end), 3)),
            "line_count": count_in(
                svd,
                loops.claim[owner] if len(owner) else owner,
                loops.claim_end[owner] if len(owner) else owner,
            ),
            "position": self._position(s.start[sbr], sbr),
        }
        money = pl.col("paid_amount", "non_covered_amount", "patient_owes_amount")
        return _frame(columns).with_columns(money.cast(MONEY, strict=False))

    # -- dates

    def _days(self, slices: Slices) -> pl.Series:
        """The first eight characters of each slice as a date (D8, the start of RD8, DT)."""
        start, length = slices
        return _dates(self.text((start, np.where(length >= 8, 8, 0))), "%Y%m%d")

    def _short_days(self, slices: Slices) -> pl.Series:
        return _dates(self.text(slices), "%y%m%d")

    def _span(self, dtp: Rows) -> tuple[pl.Series, pl.Series]:
        """First and last day of a DTP segment; one day where it names one."""
        start, length = self.s.element(dtp, 3)
        is_span = self.s.is_code(self.s.element(dtp, 2), "RD8") & (length >= 17)
        last = self._days((np.where(is_span, start + 9, start), np.where(is_span, 8, length)))
        return self._days((start, length)), last

    def _hour(self, dtp: Rows) -> pl.Series:
        """HHMM of a DT or TM value."""
        start, length = self.s.element(dtp, 3)
        is_time = self.s.is_code(self.s.element(dtp, 2), "TM")
        from_ = np.where(is_time, start, start + 8)
        size = np.where(is_time, length, np.maximum(length - 8, 0))
        return self.text((np.where(size > 0, from_, 0), np.minimum(size, 4)))


_NO_DAY: Final = 10_000_000
_INHERITED: Final = (
    "rendering_npi",
    "rendering_taxonomy_code",
    "referring_npi",
    "supervising_npi",
    "prior_authorization_number",
    "clia_number",
)


def _diagnoses(every: pl.DataFrame) -> pl.DataFrame:
    """What lines point at first, in order; then admitting, reason-for-visit and external-cause diagnoses."""
    kinds = {code: kind for code, (kind, _) in _DIAGNOSES.items()}
    versions = {code: version for code, (_, version) in _DIAGNOSES.items()}
    plain = (
        pl.col("sent").str.strip_chars().str.replace_all(".", "", literal=True).str.to_uppercase()
    )
    return (
        every.lazy()
        .filter(pl.col("code_qualifier").is_in(list(_DIAGNOSES)))
        .with_columns(
            pl.col("code_qualifier")
            .replace_strict(kinds, return_dtype=pl.String)
            .alias("diagnosis_type"),
            pl.col("code_qualifier")
            .replace_strict(versions, return_dtype=pl.Int64)
            .alias("icd_version"),
            plain.alias("diagnosis_code"),
        )
        .with_columns(
            (~pl.col("diagnosis_type").is_in(["principal", "other"])).alias("apart"),
            pl.when(pl.col("sent") != pl.col("diagnosis_code")).then("sent").alias("code_as_sent"),
        )
        .sort("claim_key", "apart", "at")
        .with_columns(
            pl.int_range(1, pl.len() + 1).over("claim_key").cast(pl.Int64).alias("diagnosis_number")
        )
        .rename({"poa": "present_on_admission_code"})
        .collect()
    )


def _claim_codes(every: pl.DataFrame) -> pl.DataFrame:
    period = pl.col("period")
    return (
        every.lazy()
        .filter(pl.col("code_qualifier").is_in(list(_OTHER_CODES)))
        .with_columns(
            pl.col("code_qualifier")
            .replace_strict(_OTHER_CODES, return_dtype=pl.String)
            .alias("kind"),
            pl.col("sent").alias("code"),
        )
        .with_columns(
            pl.int_range(1, pl.len() + 1).over("claim_key", "kind").cast(pl.Int64).alias("ordinal"),
            period.str.slice(0, 8).str.to_date("%Y%m%d", strict=False).alias("from_date"),
            pl.when(period.str.len_chars() >= 17)
            .then(period.str.slice(9, 8))
            .otherwise(period.str.slice(0, 8))
            .str.to_date("%Y%m%d", strict=False)
            .alias("to_date"),
            pl.col("amount").cast(MONEY, strict=False),
        )
        .collect()
    )


def _statement_dates(lines: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """Institutional lines without a date of their own take the statement's."""
    above = claims.lazy().select(
        "claim_key",
        "claim_type",
        pl.col("from_date").alias("first"),
        pl.col("to_date").alias("last"),
    )
    institutional = pl.col("claim_type") == "institutional"
    return (
        lines.lazy()
        .join(above, on="claim_key", how="left", maintain_order="left")
        .with_columns(
            pl.when(institutional)
            .then(pl.coalesce("from_date", "first"))
            .otherwise("from_date")
            .alias("from_date"),
            pl.when(institutional)
            .then(pl.coalesce("to_date", "from_date", "last"))
            .otherwise("to_date")
            .alias("to_date"),
        )
        .drop("claim_type", "first", "last")
        .collect()
    )


def _over_spans(least: np.ufunc, days: pl.Series, low: Ints, high: Ints, nothing: int) -> pl.Series:
    """The least (or greatest) day of each span of rows; null for an empty span or one without dates."""
    numbers = np.append(days.to_physical().cast(pl.Int64).fill_null(nothing).to_numpy(), nothing)
    if not len(low):
        return pl.Series([], dtype=pl.Date)
    found = np.where(
        high > low, least.reduceat(numbers, np.minimum(low, len(numbers) - 1)), nothing
    )
    series = pl.Series(found)
    return series.set(series == nothing, None).cast(pl.Int32).cast(pl.Date)


def _frame(columns: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            name: values if isinstance(values, pl.Series) else pl.Series(np.asarray(values))
            for name, values in columns.items()
        }
    )


def _dates(text: pl.Series, form: str) -> pl.Series:
    if text.null_count() == len(text):
        return pl.repeat(None, len(text), dtype=pl.Date, eager=True)
    return text.str.to_date(form, strict=False)


def _first_date(first: pl.Series, second: pl.Series) -> pl.Series:
    return pl.DataFrame({"a": first, "b": second}).select(pl.coalesce("a", "b"))["a"]


def _only(slices: Slices, kept: npt.NDArray[np.bool_]) -> Slices:
    return slices[0], np.where(kept, slices[1], 0)


def _merge(slices: Slices, other: Slices, where: npt.NDArray[np.bool_]) -> Slices:
    return np.where(where, other[0], slices[0]), np.where(where, other[1], slices[1])


def _when_type(kind: str, value: pl.Expr) -> pl.Expr:
    return pl.when(pl.col("claim_type") == kind).then(value)
