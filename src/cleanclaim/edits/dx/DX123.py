"""DX123: a diagnosis whose place the guidelines decide is in the wrong place."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, IS_CODED, begins_like, coded, met
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference

_ADVERSE_EFFECT = r"^T(3[6-9]|4[0-9]|50)(..5|.5X)"
_POISONING = r"^T((3[6-9]|4[0-9]|5[0-9]|6[0-5])(..[1-4]|.[1-4]X)).?A$"
_OBSTETRIC = r"^O([0-8]|9[0-35-9A])"
"""Not O94, which follows what the pregnancy left."""
_ANYWHERE = r"^(O|S|T|Z33|Z34|Z37|Z3A)"
"""Codes that may come before a poisoning or an obstetric code."""


def _decided(reference: Reference) -> pl.Expr:
    code = pl.col("diagnosis_code")
    is_listed = begins_like("never_first")(reference) | (IS_CODED & code.str.contains(_ADVERSE_EFFECT))
    is_late = IS_CODED & (pl.col("diagnosis_number") > 1) & (code.str.contains(_POISONING) | code.str.contains(_OBSTETRIC))
    return is_late | (is_listed & (pl.col("diagnosis_number") == 1))


@query_edit(
    code="DX123",
    name="sequence-against-guideline",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA63",
    scope="claim",
    source=Source(
        GUIDELINES,
        "sections I.B.14, I.C.1.b, I.C.1.d.1.b, I.C.15.a.1, I.C.15.b.5, I.C.15.p, I.C.18.e, I.C.18.g, I.C.18.i, I.C.19.e.5, I.C.21.c (order of diagnoses)",
        "CMS and NCHS",
        date(2026, 11, 28),
    ),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} is in the wrong place: {reason} (section {section}).",
    suggestion="{advice}",
    fix="proposed",
    when={"diagnoses": _decided},
    examples=(
        fails("severe sepsis first", professional(diagnoses=["R65.20", "A41.9"]), diagnosis_number=1, says="I.C.1.d"),
        passes("after the infection", professional(diagnoses=["A41.9", "R65.20"])),
        fails("the organism first", professional(diagnoses=["B96.20", "N39.0"]), diagnosis_number=1),
        passes("after the infection that it causes", professional(diagnoses=["N39.0", "B96.20"])),
        fails("an adverse effect before what it did", professional(diagnoses=["T36.0X5A", "L27.0"]), diagnosis_number=1, says="I.C.19.e.5.a"),
        fails("an adverse effect of an unnamed antibiotic first", professional(diagnoses=["T36.95XA", "K52.1"]), diagnosis_number=1),
        passes("what it did first", professional(diagnoses=["L27.0", "T36.0X5A"])),
        fails(
            "a poisoning after what it did",
            professional(diagnoses=["R40.20", "T40.2X1A"]),
            diagnosis_number=2,
            says="I.C.19.e.5.b",
            disposition=Disposition.WARN,
        ),
        passes("the poisoning first", professional(diagnoses=["T40.2X1A", "R40.20"])),
        passes("a poisoning's late effect", professional(diagnoses=["G93.1", "T40.2X1S"])),
        fails("another condition before the pregnancy", professional(diagnoses=["D64.9", "O99.011"]), diagnosis_number=2, disposition=Disposition.WARN),
        passes("the pregnancy first", professional(diagnoses=["O99.011", "D64.9"])),
        fails("the outcome of delivery first", professional(diagnoses=["Z37.0", "O80"]), diagnosis_number=1),
        passes("the admitting diagnosis", institutional(diagnoses=["A41.9", {"diagnosis_code": "R65.20", "diagnosis_type": "admitting"}])),
        passes("a coma that nobody scored", professional(diagnoses=["R40.20"])),
        passes("a late effect of a pregnancy after what it left", professional(diagnoses=["N94.10", "O94"])),
        fails("a late effect of a pregnancy first", professional(diagnoses=["O94", "N94.10"]), diagnosis_number=1, says="I.C.15.p"),
        fails("the coma scale first", professional(diagnoses=["R40.2120", "S06.0X0A"]), diagnosis_number=1),
    ),
)
def sequence_against_guideline(claims: Claims, reference: Reference) -> Rows:
    """A diagnosis that the guidelines put after another one, listed first; or one that they put first, listed later.

    Organisms (B95-B97), severe sepsis, adverse effects of drugs, scales, outcome of delivery and weeks of pregnancy add to another code and follow it. A
    poisoning comes before what it did, and pregnancy codes come before codes of other chapters; those two are warnings, since other conditions may be the reason
    for the visit.

    What to do: change the order, and check which line points at which diagnosis.
    """
    diagnoses = coded(claims)
    first = diagnoses.filter(pl.col("diagnosis_number") == 1)
    late = diagnoses.filter(pl.col("diagnosis_number") > 1).join(first.select("claim_key", pl.col("diagnosis_code").alias("_first")), on="claim_key")
    comes_late = late.filter(~pl.col("_first").str.contains(_ANYWHERE))
    code = pl.col("diagnosis_code")
    follow = "List first the condition that it belongs to."
    parts = [
        _told(met(first, reference.table("never_first")), pl.col("reason"), pl.col("section"), follow, pl.col("disposition")),
        _told(first.filter(code.str.contains(_ADVERSE_EFFECT)), pl.lit("an adverse effect follows what it did"), pl.lit("I.C.19.e.5.a"), follow),
        _told(
            comes_late.filter(code.str.contains(_POISONING)),
            pl.lit("a poisoning comes before what it did"),
            pl.lit("I.C.19.e.5.b"),
            "List it first if the visit was for the poisoning.",
            pl.lit("warn"),
        ),
        _told(
            comes_late.filter(code.str.contains(_OBSTETRIC)).unique("claim_key", keep="first", maintain_order=True),
            pl.lit("codes of pregnancy, childbirth and the puerperium come before those of other chapters"),
            pl.lit("I.C.15.a.1"),
            "List it first. If the pregnancy didn't matter for the visit, use Z33.1 instead.",
            pl.lit("warn"),
        ),
    ]
    return pl.concat(parts)


def _told(rows: pl.DataFrame, reason: pl.Expr, section: pl.Expr, advice: str, disposition: pl.Expr | None = None) -> pl.DataFrame:
    own = pl.lit(None, pl.String) if disposition is None else disposition.cast(pl.String)
    return rows.select(
        "claim_key",
        "diagnosis_number",
        "diagnosis_code",
        reason.alias("reason"),
        section.alias("section"),
        pl.lit(advice).alias("advice"),
        own.alias("disposition"),
    )
