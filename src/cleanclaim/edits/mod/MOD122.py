"""MOD122: anesthesia without who gave it, or given by somebody else than its modifier says."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_PROFESSIONAL, has_modifier

_ANESTHESIA = r"^0(0[1-9][0-9][0-9]|1[0-8][0-9][0-9]|19[0-8][0-9]|199[0-7])$"
_BY_PHYSICIAN = ("AA", "AD", "QK", "QY")
_BY_OTHERS = ("QX", "QZ")
_NO_PHYSICIAN = r"^367"
"""Taxonomies of nurse anesthetists and anesthesiologist assistants."""
_PHYSICIAN = r"^20"


def _is_of_another() -> pl.Expr:
    taxonomy = pl.col("rendering_taxonomy_code")
    others = taxonomy.str.contains(_NO_PHYSICIAN) & has_modifier(*_BY_PHYSICIAN)
    physicians = taxonomy.str.contains(_PHYSICIAN) & has_modifier(*_BY_OTHERS)
    return (others | physicians).fill_null(value=False)


@row_edit(
    table="lines",
    code="MOD122",
    name="anesthesia-modifier-missing",
    disposition=Disposition.DENY_LINE,
    carc="4",
    rarc="N822",
    payers=("medicare",),
    source=Source("Medicare Claims Processing Manual", "chapter 12, sections 50 K and 140.3.3 (AA, AD, QK, QX, QY, QZ)", "CMS", date(2026, 11, 28)),
    column="lines.modifier_1",
    evidence=(
        "procedure_code",
        pl.when(_is_of_another())
        .then(pl.lit("has a modifier of another kind of provider"))
        .otherwise(pl.lit("has no modifier that says who gave it"))
        .alias("what"),
    ),
    message="Anesthesia {procedure_code} {what}.",
    suggestion="Use AA, QK, QY or AD for an anesthesiologist, QX or QZ for a nurse anesthetist or assistant.",
    fix="proposed",
    examples=(
        fails(
            "no modifier",
            medicare(diagnoses=["K40.90"], lines=[{"procedure_code": "00830", "unit_basis_code": "MJ", "units": 60}]),
            line_number=1,
            says="who gave it",
        ),
        passes(
            "by the anesthesiologist",
            medicare(diagnoses=["K40.90"], lines=[{"procedure_code": "00830", "modifier_1": "AA", "unit_basis_code": "MJ", "units": 60}]),
        ),
        fails(
            "a nurse anesthetist with the anesthesiologist's modifier",
            medicare(
                diagnoses=["K40.90"],
                rendering_taxonomy_code="367500000X",
                lines=[{"procedure_code": "00830", "modifier_1": "AA", "unit_basis_code": "MJ", "units": 60, "rendering_taxonomy_code": "367500000X"}],
            ),
            line_number=1,
            says="another kind",
        ),
        fails(
            "another payer",
            professional(diagnoses=["K40.90"], lines=[{"procedure_code": "00830", "unit_basis_code": "MJ", "units": 60}]),
            line_number=1,
            disposition=Disposition.WARN,
        ),
        passes("a hospital's line", institutional(lines=["00830"])),
        passes("no anesthesia", medicare()),
    ),
)
def anesthesia_modifier_missing() -> pl.Expr:
    """Anesthesia without a modifier that says who gave it, or with one that doesn't fit the taxonomy of who did.

    The price depends on it: alone, directed, or under supervision.

    What to do: add the modifier of the person who gave it.
    """
    said = has_modifier(*_BY_PHYSICIAN, *_BY_OTHERS)
    return IS_PROFESSIONAL & pl.col("procedure_code").str.contains(_ANESTHESIA).fill_null(value=False) & (~said | _is_of_another())
