"""LNK107: a preventive visit without a preventive reason, or a problem visit with only one."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import in_force
from cleanclaim.reference import Reference

_PREVENTIVE = r"^(Z00|Z01[0-46]|Z02|Z1[0-3]|Z23|Z30|Z76[12]|Z34|Z39|Z31|V20|V70|V72)"
_CHECK_UP_ONLY = r"^(Z000|Z001[12])"
"""Codes for a check-up as such; they are no reason for a visit about a problem."""
_PREVENTIVE_VISITS = r"^993[89][0-9]$"
_PROBLEM_VISITS = r"^992(0[2-5]|1[2-5])$"


@query_edit(
    code="LNK107",
    name="visit-kind-against-diagnosis",
    disposition=Disposition.WARN,
    carc="11",
    needs=("visit_codes",),
    scope="claim",
    source=Source(
        "ICD-10-CM Official Guidelines for Coding and Reporting",
        "section IV.P (encounters for general medical examinations)",
        "CMS and NCHS",
        date(2026, 11, 23),
    ),
    column="lines.diagnosis_pointer_1",
    message="{procedure_code} is a visit {kind}; the diagnoses it points at ({codes:icd}) {what}.",
    suggestion="Check which visit it was, and what it points at.",
    fix="proposed",
    when={"lines": pl.col("procedure_code").str.contains(f"{_PREVENTIVE_VISITS}|{_PROBLEM_VISITS}")},
    examples=(
        fails("a check-up for high blood pressure", professional(diagnoses=["I10"], lines=["99396"]), line_number=1, says="no preventive reason"),
        passes("a check-up for a check-up", professional(diagnoses=["Z00.00"], lines=["99396"])),
        passes("a woman's yearly examination", professional(diagnoses=["Z01.419"], lines=["99396"])),
        fails("a problem visit for nothing but a check-up", professional(diagnoses=["Z00.00"], lines=["99213"]), line_number=1, says="only a check-up"),
        passes(
            "a problem found at a check-up",
            professional(diagnoses=["Z00.01", "I10"], lines=["99396", {"procedure_code": "99213", "modifier_1": "25", "diagnosis_pointers": (2,)}]),
        ),
        passes("a problem visit for a problem", professional(diagnoses=["R07.9"], lines=["99214"])),
        passes(
            "a check-up with a problem found at it",
            professional(diagnoses=["Z00.01", "I10"], lines=[{"procedure_code": "99396", "diagnosis_pointers": (1, 2)}]),
        ),
        passes(
            "a problem visit that names the check-up, too",
            professional(diagnoses=["Z00.00", "I10"], lines=[{"procedure_code": "99213", "diagnosis_pointers": (1, 2)}]),
        ),
        passes("a hospital's claim", institutional(lines=["99396"])),
        fails("a check-up for high blood pressure, with a test for it", professional(lines=["99396", "83036"]), line_number=1, says="no preventive reason"),
        fails(
            "a problem visit for a newborn's check-up only",
            professional(diagnoses=["Z00.110"], lines=["99213"]),
            line_number=1,
            says=("about a problem", "name only a check-up"),
        ),
        passes("Medicare's own wellness visit takes any diagnosis", professional(diagnoses=["I10"], lines=["G0439"])),
    ),
)
def visit_kind_against_diagnosis(claims: Claims, reference: Reference) -> Rows:
    """A preventive visit that points at no preventive diagnosis, or a problem visit that points only at a check-up.

    The diagnosis must say why the visit took place. A preventive visit with only a problem is paid as nothing, or taken back; a problem visit with
    only a
    check-up is denied, or becomes the patient's share.

    What to do: take the code of the visit that took place, and point it at its reason.
    """
    visits = reference.table("visit_codes").lazy().select(pl.col("code").alias("procedure_code"), "valid_from", "valid_to", "visit_kind")
    preventive = pl.col("codes").list.eval(pl.element().str.contains(_PREVENTIVE)).list.any()
    check_up = pl.col("codes").list.eval(pl.element().str.contains(_CHECK_UP_ONLY)).list.all()
    pointed = (
        claims.line_diagnoses.lazy()
        .filter(pl.col("claim_type") == "professional", pl.col("procedure_code").str.contains(f"{_PREVENTIVE_VISITS}|{_PROBLEM_VISITS}"))
        .join(visits, on="procedure_code")
        .filter(in_force("from_date"))
        .sort("claim_key", "line_number", "pointer_position")
        .group_by("claim_key", "line_number", "procedure_code", maintain_order=True)
        .agg(pl.col("diagnosis_code").alias("codes"))
    )
    is_preventive = pl.col("procedure_code").str.contains(_PREVENTIVE_VISITS)
    return pointed.filter((is_preventive & ~preventive) | (~is_preventive & check_up)).select(
        "claim_key",
        "line_number",
        "procedure_code",
        "codes",
        pl.when(is_preventive).then(pl.lit("to prevent illness")).otherwise(pl.lit("about a problem")).alias("kind"),
        pl.when(is_preventive).then(pl.lit("name no preventive reason")).otherwise(pl.lit("name only a check-up")).alias("what"),
    )
