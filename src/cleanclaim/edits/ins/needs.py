"""The condition, occurrence and value codes that bills to Medicare need, each with what asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS, IS_INSTITUTIONAL, has_modifier

_BILL: Final = pl.col("bill_type_code").str.strip_chars_start("0")
_HAS_NOTICES: Final = _BILL.str.contains(r"^(32|8[12])")
"""Home health and hospice: notices and claims for denial are exceptions that can't all be seen."""
_RARC: Final = {"value": "M49", "condition": "M44", "occurrence": "M45", "occurrence_span": "M46"}
_KINDS: Final = {"value": "value", "condition": "condition", "occurrence": "occurrence", "occurrence_span": "occurrence span"}


@dataclass(frozen=True)
class Need:
    """One of these codes is needed on these bills, if they have such a line and are such a claim.

    Attributes:
        kind: the kind of code.
        codes: the codes, of which one is enough.
        bills: the types of bill, as a pattern.
        what: what the code says.
        line: a test of lines, of which one is enough.
        claim: a test of the claim.
        since: the first day of the rule.
        mild: True if it is a warning.
        unless: condition codes that lift the need.
        diagnosis: the beginning of a diagnosis that asks for it.
    """

    kind: str
    codes: tuple[str, ...]
    bills: str
    what: str
    line: pl.Expr | None = None
    claim: pl.Expr | None = None
    since: date = date(1900, 1, 1)
    mild: bool = False
    unless: tuple[str, ...] = ()
    diagnosis: str = ""


_REVENUE: Final = pl.col("revenue_center_code")
_STIMULANTS: Final = ("Q4081", "J0882", "J0887", "Q5105")
"""Drugs against anemia, in their codes for dialysis patients."""
_DIED: Final = pl.col("discharge_disposition_code").is_in(["20", "40", "41", "42"])
_SENT_ON: Final = (pl.col("admission_date") == pl.col("to_date")) & (pl.col("discharge_disposition_code") == "02")
_NO_QUALIFYING_STAY: Final = ("20", "21", "55", "56", "57", "58", "DR", "04")
"""Admission within 30 days or for medical reasons, end of a managed-care plan, emergencies, and claims that ask for a denial or are for information."""
NEEDS: Final = (
    Need("value", ("A8",), r"^72[1-47]", "the patient's weight"),
    Need("value", ("A9",), r"^72[1-47]", "the patient's height"),
    Need("condition", ("71", "72", "73", "74", "75", "76", "80", "84"), r"^72[1-47]", "where and how the patient is dialyzed"),
    Need("value", ("48", "49"), r"^72[1-47]", "the last hemoglobin or hematocrit", line=pl.col("procedure_code").is_in(_STIMULANTS)),
    Need("value", ("A0",), r"^(13|22|23|85)[1-47]", "the ZIP code of the pickup", line=_REVENUE.str.starts_with("054")),
    Need("value", ("61",), r"^8[12][1-47]", "the place of residence (CBSA)", line=_REVENUE.is_in(["0651", "0652"]), since=date(2008, 1, 1)),
    Need("value", ("G8",), r"^8[12][1-47]", "the place of the facility (CBSA)", line=_REVENUE.is_in(["0655", "0656"]), since=date(2008, 1, 1)),
    Need("condition", ("D0", "D1", "D2", "D3", "D4", "D7", "D8", "D9", "E0"), r"^..7", "the reason of the change"),
    Need("condition", ("D5", "D6"), r"^..8", "the reason of the void"),
    Need("condition", ("30",), r"^..[1-47]", "the clinical trial", since=date(2008, 4, 7), mild=True, diagnosis="Z006"),
    Need("value", ("D4",), r"^..[1-47]", "the number of the clinical trial", since=date(2014, 1, 1), mild=True, diagnosis="Z006"),
    Need("condition", ("40",), r"^11[17]", "the transfer on the day of admission", claim=_SENT_ON, mild=True),
    Need("condition", ("41",), r"^(13|76|85)[1-47]", "partial hospitalization", line=_REVENUE.is_in(["0912", "0913"]), mild=True),
    Need(
        "condition",
        ("92",),
        r"^(13|71|76|77|85)[1-47]",
        "the intensive outpatient program",
        line=_REVENUE.is_in(["0905", "0906"]),
        since=date(2024, 1, 1),
        mild=True,
    ),
    Need("value", ("61",), r"^32[79]", "the place of the services (CBSA)", since=date(2006, 1, 1)),
    Need("value", ("85",), r"^32[79]", "the county of the services (FIPS)", since=date(2019, 1, 1)),
    Need("occurrence", ("55",), r"^..[1-47]", "the date of death", claim=_DIED, since=date(2012, 10, 1)),
    Need("occurrence_span", ("74",), r"^(11|18|21|41)[1-47]", "the days of leave", line=_REVENUE.str.contains(r"^018[0-9]$"), mild=True),
    Need("occurrence_span", ("70",), r"^21[1-47]", "the hospital stay that qualifies the patient", mild=True, unless=_NO_QUALIFYING_STAY),
    Need(
        "occurrence",
        ("32",),
        r"^(12|13|14|22|23|34|7.|85)[1-47]",
        "the date of the notice that GA names",
        line=has_modifier("GA"),
        since=date(2010, 4, 5),
        mild=True,
    ),
)


def missing(claims: Claims, need: Need) -> pl.DataFrame:
    """The bills that need a code and don't have it.

    Tables have no columns for such codes, so a claim without any that wasn't read from an 837 isn't judged.
    """
    with_codes = pl.col("claim_key").is_in(claims.claim_codes["claim_key"].unique().implode())
    bills = claims.claims.filter(
        IS_INSTITUTIONAL, _BILL.str.contains(need.bills), pl.col("from_date") >= need.since, pl.col("segment_number").is_not_null() | with_codes
    )
    if need.claim is not None:
        bills = bills.filter(need.claim)
    if need.diagnosis:
        coded = claims.diagnoses.filter(pl.col("diagnosis_code").str.starts_with(need.diagnosis), IS_BILLING_DIAGNOSIS)
        bills = bills.join(coded.select("claim_key").unique(), on="claim_key", how="semi")
    if need.line is not None:
        bills = bills.join(claims.lines.filter(need.line).select("claim_key").unique(), on="claim_key", how="semi")
    codes = claims.claim_codes
    there = codes.filter((pl.col("kind") == need.kind) & pl.col("code").is_in(need.codes) | (pl.col("kind") == "condition") & pl.col("code").is_in(need.unless))
    last = {1: "", 2: f" or {need.codes[-1]}"}.get(len(need.codes), f" to {need.codes[-1]}")
    return bills.join(there.select("claim_key").unique(), on="claim_key", how="anti").select(
        "claim_key",
        "bill_type_code",
        pl.lit(need.what).alias("what"),
        pl.lit(f"{_KINDS[need.kind]} code {need.codes[0]}{last}").alias("needed"),
        pl.lit(_RARC[need.kind]).alias("rarc"),
        pl.when(_HAS_NOTICES | need.mild).then(pl.lit("warn")).alias("disposition"),
    )
