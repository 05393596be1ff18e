"""PX124: a service that the practitioner's kind can't bill."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL

_MIND = r"^(1041|101Y|103T|106H)"
"""Clinical social workers, counselors, psychologists, and marriage and family therapists."""
_PRESCRIBE = r"^103TP2701X|^103TM1800X"
"""Psychologists who may prescribe in some states."""
_THERAPY = r"^(2251|225X|235Z|224Z|2252|231H|133V)"
"""Therapists, audiologists and dietitians."""
_VISITS = r"^(9920[2-5]|9921[1-5]|992[23][0-9]|9928[1-5]|9929[12]|9930[4-9]|9931[056]|9934[1-9]|99350|G0402|G043[89])$"
_MEDICAL = r"^(90792|9083[368])$"
"""Psychiatric services that include medical ones."""


@row_edit(
    table="lines",
    code="PX124",
    name="not-for-this-practitioner",
    disposition=Disposition.WARN,
    carc="8",
    rarc="N95",
    payers=("medicare",),
    others="off",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 12, sections 150, 160 and 170; Medicare Benefit Policy Manual, chapter 15, sections 160, 170, 220 and 230; 42 CFR 410.53, 410.54, 410.71, 410.73",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.procedure_code",
    evidence=("procedure_code", "rendering_taxonomy_code"),
    message="{procedure_code} is a medical service, and practitioners of this kind ({rendering_taxonomy_code}) can't bill Medicare for it.",
    suggestion="Check who saw the patient, or bill the service that the practitioner may give.",
    fix="proposed",
    examples=(
        fails("a social worker's medical visit", medicare(diagnoses=["F41.1"], rendering_taxonomy_code="1041C0700X", lines=["99213"]), line_number=1),
        fails("a psychologist's evaluation with medical services", medicare(rendering_taxonomy_code="103TC0700X", lines=["90792"]), line_number=1),
        passes("a psychologist's evaluation", medicare(rendering_taxonomy_code="103TC0700X", lines=["90791"])),
        fails("a physical therapist's visit", medicare(rendering_taxonomy_code="225100000X", lines=["99203"]), line_number=1),
        passes("a physician's visit", medicare(lines=["99213"])),
        passes("nobody knows who", medicare(rendering_taxonomy_code=None, lines=["99213"])),
        passes("another payer", professional(rendering_taxonomy_code="1041C0700X", lines=["99213"])),
    ),
)
def not_for_this_practitioner() -> pl.Expr:
    """A medical visit of a practitioner whose Medicare benefit has none.

    Social workers, psychologists and counselors may treat mental illness, therapists give therapy; visits with medical evaluation, and psychiatric services that
    include it, are for physicians and those who may act for them.

    What to do: check the practitioner's number and the code.
    """
    who, code = pl.col("rendering_taxonomy_code"), pl.col("procedure_code")
    of_mind = who.str.contains(_MIND) & ~who.str.contains(_PRESCRIBE) & code.str.contains(f"{_VISITS}|{_MEDICAL}")
    of_body = who.str.contains(_THERAPY) & code.str.contains(f"{_VISITS}|{_MEDICAL}")
    return IS_MEDICARE & IS_PROFESSIONAL & (of_mind | of_body).fill_null(value=False)
