"""LNK116: a procedure on one part of a limb for a diagnosis of another."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.lnk.ranges import LINE, has_range, with_diagnoses
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference
from cleanclaim.reference.limbs import part_of

_TABLE = "limb_procedures"


@query_edit(
    code="LNK116",
    name="diagnosis-of-another-part",
    disposition=Disposition.WARN,
    carc="11",
    needs=("icd10cm_tabular",),
    scope="claim",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 26, section 10.4, item 24E (the diagnosis that explains the service); ICD-10-CM Official Guidelines, sections I.B.2 and I.C.13.a (site)",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.diagnosis_pointer_1",
    message="{procedure_code} is for {place}, but its diagnosis {diagnosis_code:icd} is of the {part}, and no other is pointed at.",
    suggestion="Check the record: the code, the diagnosis or the pointer is wrong.",
    fix="proposed",
    when={"lines": has_range(_TABLE)},
    examples=(
        fails("a wrist set for a broken ankle", professional(diagnoses=["S82.61XA"], lines=["25600-RT"]), line_number=1, says="ankle"),
        passes("for a broken wrist", professional(diagnoses=["S52.501A"], lines=["25600-RT"])),
        passes("a knee's x-ray for a hip that hurts", professional(diagnoses=["M25.551"], lines=["73562-RT"])),
        fails("a knee's x-ray for a shoulder that hurts", professional(diagnoses=["M25.511"], lines=["73562-RT"]), line_number=1, says="shoulder"),
        passes("a disease of no one part", professional(diagnoses=["M06.9"], lines=["20610-RT"])),
        passes("two diagnoses", professional(diagnoses=["M25.511", "M25.561"], lines=[{"procedure_code": "73562", "diagnosis_pointers": (1, 2)}])),
        passes("a hospital's line", institutional(diagnoses=["M25.511"], lines=["73562"])),
    ),
)
def diagnosis_of_another_part(claims: Claims, reference: Reference) -> Rows:
    """A procedure on a part of an arm or leg, all of whose diagnoses name by their titles a part that is neither it nor its neighbour.

    What to do: look in the record where it was.
    """
    both = with_diagnoses(claims, reference, _TABLE)
    parts = part_of(both["diagnosis_code"], reference).rename({"code": "diagnosis_code"})
    is_other = pl.col("part").is_not_null() & ~pl.col("parts").str.split(" ").list.contains(pl.col("part"))
    return (
        both.join(parts, on="diagnosis_code", how="left")
        .sort(*LINE, "pointer_position")
        .group_by(*LINE, "procedure_code", "place", maintain_order=True)
        .agg(pl.col("diagnosis_code").first(), pl.col("part").first(), is_other.fill_null(value=False).all().alias("_all"))
        .filter("_all")
        .drop("_all")
    )
