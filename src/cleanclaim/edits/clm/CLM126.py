"""CLM126: a service for which Medicare requires assignment, on a claim without it."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL
from cleanclaim.reference import Reference

_REQUIRED = {
    "a drug": r"^(J[0-8][0-9]{3}|Q2[0-9]{3}|Q5[01][0-9][0-9])$",
    "a clinical laboratory test": r"^8(0[0-9]|[1-7][0-9])[0-9][0-9]$",
    "an ambulance service": r"^A04(2[5-9]|3[0-6])$",
}
_PRACTITIONERS = r"^(363[AL]|364S|367[A5H]0|103T|1041C|133V)"
"""Nurse practitioners, physician assistants, clinical nurse specialists, nurse anesthetists, anesthesiologist assistants, midwives, psychologists,
social workers and dietitians."""
_COUNSELORS = r"^(101Y|106H)"
_COUNSELORS_SINCE = date(2024, 1, 1)
_NOT_ASSIGNED = "C"
_READ_BY_PHYSICIANS = ("85060", "85097", "86077", "86078", "86079", "86485", "86486", "86490", "86510", "86580")
"""Codes of the laboratory section for which a physician is paid: readings and skin tests."""
_BY_CODE = pl.col("procedure_code").str.contains("|".join(_REQUIRED.values())) & ~pl.col("procedure_code").is_in(_READ_BY_PHYSICIANS)
_BY_WHO = pl.col("rendering_taxonomy_code").str.contains(_PRACTITIONERS) | (
    pl.col("rendering_taxonomy_code").str.contains(_COUNSELORS) & (pl.col("from_date") >= _COUNSELORS_SINCE)
)
_CANDIDATE = IS_MEDICARE & IS_PROFESSIONAL & (_BY_CODE.fill_null(value=False) | _BY_WHO.fill_null(value=False))
_LABORATORY = {"clia_number": "99D9999999", "referring_npi": "1234567893"}


@query_edit(
    code="CLM126",
    name="assignment-required",
    disposition=Disposition.DENY_LINE,
    carc="111",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 1, section 30.3.1 (mandatory assignment), chapter 17, section 50 (drugs), chapter 26, section 10.4, item 27",
        "CMS",
        date(2026, 11, 28),
    ),
    column="claims.assignment_code",
    message="{procedure_code} is {kind}, which Medicare pays only on assigned claims, but the claim isn't assigned.",
    suggestion="Accept assignment for the claim (box 27, CLM07 A).",
    fix="proposed",
    when={"lines": _CANDIDATE},
    examples=(
        fails("a laboratory test", medicare(**_LABORATORY, assignment_code="C", diagnoses=["E11.9"], lines=["83036"]), line_number=1, says="laboratory"),
        passes("on an assigned claim", medicare(**_LABORATORY, diagnoses=["E11.9"], lines=["83036"])),
        fails("an ambulance", medicare(assignment_code="C", place_of_service_code="41", lines=["A0429-RH"]), line_number=1),
        passes("a drug on an assigned claim", medicare(lines=["J1100"])),
        passes("a skin test", medicare(**_LABORATORY, assignment_code="C", lines=["86580"])),
        passes("a test assigned as laboratory tests only", medicare(**_LABORATORY, assignment_code="B", diagnoses=["E11.9"], lines=["83036"])),
        passes("a visit", medicare(assignment_code="C")),
        *(passes(f"{code}, for which a physician is paid", medicare(**_LABORATORY, assignment_code="C", lines=[code])) for code in _READ_BY_PHYSICIANS),
        passes("a hospital's test", institutional(assignment_code="C", lines=["83036"])),
        fails("a nurse practitioner's visit", medicare(rendering_taxonomy_code="363L00000X", assignment_code="C"), line_number=1, says="practitioner"),
        fails("a visit and a test", medicare(**_LABORATORY, assignment_code="C", diagnoses=["E11.9"], lines=["99213", "83036"]), line_number=2),
        passes("a doctor whose specialty isn't known", medicare(rendering_taxonomy_code=None, assignment_code="C")),
        passes("a line without a code", medicare(assignment_code="C", lines=[{"procedure_code": None}])),
        passes("on an assigned claim of theirs", medicare(rendering_taxonomy_code="363L00000X")),
        fails("a counselor's, from 2024", medicare(rendering_taxonomy_code="101YM0800X", from_date="2024-01-01", assignment_code="C"), line_number=1),
        passes("a counselor's, before", medicare(rendering_taxonomy_code="101YM0800X", from_date="2023-12-31", assignment_code="C")),
        passes("another payer", professional(assignment_code="C", lines=["83036"])),
    ),
)
def assignment_required(claims: Claims, reference: Reference) -> Rows:
    """A drug, laboratory test or ambulance service, or any service of a practitioner who isn't a physician, on a Medicare claim without assignment.

    The law requires assignment for these services: the provider accepts Medicare's amount.

    What to do: accept assignment, or bill the service on another claim.
    """
    del reference
    code = pl.col("procedure_code")
    open_claims = claims.claims.filter(pl.col("assignment_code") == _NOT_ASSIGNED).select("claim_key")
    by_code = (pl.when(code.str.contains(pattern)).then(pl.lit(kind)) for kind, pattern in _REQUIRED.items())
    kind = pl.coalesce(*by_code, pl.lit("of a practitioner whose services")).alias("kind")
    return claims.lines.filter(_CANDIDATE).join(open_claims, on="claim_key", how="semi").select("claim_key", "line_number", "procedure_code", kind)
