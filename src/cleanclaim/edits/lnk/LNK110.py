"""LNK110: the finger, toe or eyelid of the procedure against that of the diagnosis."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import MODIFIERS, has_modifier
from cleanclaim.reference import Reference

_PLACES = {
    "left upper eyelid": ("E1",),
    "left lower eyelid": ("E2",),
    "right upper eyelid": ("E3",),
    "right lower eyelid": ("E4",),
    **{f"left {name}": (f"F{n}",) for name, n in zip(("thumb", "index finger", "middle finger", "ring finger", "little finger"), "A1234", strict=True)},
    **{f"right {name}": (f"F{n}",) for name, n in zip(("thumb", "index finger", "middle finger", "ring finger", "little finger"), "56789", strict=True)},
    "left great toe": ("TA",),
    "left lesser toe": ("T1", "T2", "T3", "T4"),
    "right great toe": ("T5",),
    "right lesser toe": ("T6", "T7", "T8", "T9"),
}
"""Places as titles of diagnoses name them, and their modifiers."""
_ONES = tuple(modifier for modifiers in _PLACES.values() for modifier in modifiers)
_PLACE_OF = {modifier: place for place, modifiers in _PLACES.items() for modifier in modifiers}
_IN_TITLE = r"\b((?:right|left) (?:thumb|(?:index|middle|ring|little) finger|(?:great|lesser) toe|(?:upper|lower) eyelid))\b"


@query_edit(
    code="LNK110",
    name="digits-or-lids-contradict",
    disposition=Disposition.DENY_LINE,
    carc="11",
    needs=("icd10cm_tabular",),
    scope="claim",
    source=Source(
        "Medicare Claims Processing Manual; ICD-10-CM Official Guidelines",
        "chapter 23, section 20.9.3.2 (anatomic modifiers); section I.B.13 (laterality)",
        "CMS and NCHS",
        date(2026, 11, 28),
    ),
    column="lines.modifier_1",
    message="{procedure_code} was done on the {place} (modifier {modifier}), but its diagnosis {diagnosis_code:icd} is for the {diagnosis_place}.",
    suggestion="Check the record and correct the modifier, the diagnosis or the pointer.",
    fix="proposed",
    when={"lines": has_modifier(*_ONES)},
    examples=(
        fails("another finger", professional(diagnoses=["S62.630A"], lines=["26756-F7"]), line_number=1, says=("right middle finger", "right index finger")),
        passes("the same finger", professional(diagnoses=["S62.630A"], lines=["26756-F6"])),
        passes("another side is another edit's", professional(diagnoses=["S62.630A"], lines=["26756-F1"])),
        fails("another lid", professional(diagnoses=["H00.11"], lines=["67800-E4"]), line_number=1, says="upper"),
        passes("the same lid", professional(diagnoses=["H00.11"], lines=["67800-E3"])),
        fails("the great toe against a lesser one", professional(diagnoses=["S92.414A"], lines=["28495-T6"]), line_number=1),
        passes("one of the lesser toes", professional(diagnoses=["S92.511A"], lines=["28515-T7"])),
        passes(
            "a diagnosis of both fingers",
            professional(diagnoses=["S62.630A", "S62.632A"], lines=[{"procedure_code": "26756", "modifier_1": "F7", "diagnosis_pointers": (1, 2)}]),
        ),
        passes("a diagnosis that names no finger", professional(diagnoses=["M79.644"], lines=["20600-F7"])),
        passes("two fingers on the line", professional(diagnoses=["S62.630A"], lines=["26756-F6-F7"])),
    ),
)
def digits_or_lids_contradict(claims: Claims, reference: Reference) -> Rows:
    """A line whose modifier names one finger, toe or eyelid while every diagnosis that it points at names another one of the same side.

    Judged only if the line has one such modifier and each of its diagnoses names a finger, toe or lid. A contradiction of sides is reported by LNK106.

    What to do: look in the record which one it was.
    """
    own = pl.concat_list(MODIFIERS).list.set_intersection(pl.lit(list(_ONES))).list.drop_nulls()
    asked = claims.lines.filter(has_modifier(*_ONES)).with_columns(own.alias("_own")).filter(pl.col("_own").list.len() == 1)
    marked = asked.select("claim_key", "line_number", pl.col("_own").list.first().alias("modifier")).with_columns(
        pl.col("modifier").replace_strict(_PLACE_OF).alias("place")
    )
    pointed = claims.line_diagnoses.filter(pl.col("icd_version") == 10).join(marked, on=["claim_key", "line_number"])
    stem = pl.col("diagnosis_code").str.head(6).str.strip_chars_end("X").alias("code")
    named = pointed.with_columns(stem).join(_places(reference), on="code", how="left", maintain_order="left")
    differs = (pl.col("diagnosis_place") != pl.col("place")) & (pl.col("diagnosis_place").str.head(4) == pl.col("place").str.head(4)) & _same_kind()
    return (
        named.sort("claim_key", "line_number", "pointer_position")
        .group_by("claim_key", "line_number", "procedure_code", "modifier", "place", maintain_order=True)
        .agg(differs.fill_null(value=False).all().alias("_all"), pl.col("diagnosis_code").first(), pl.col("diagnosis_place").first())
        .filter("_all")
        .drop("_all")
    )


def _same_kind() -> pl.Expr:
    """True if both places are fingers, both toes, or both lids."""
    kinds = [pl.col(name).str.contains(" toe").cast(pl.Int8) * 2 + pl.col(name).str.contains(" eyelid").cast(pl.Int8) for name in ("place", "diagnosis_place")]
    return kinds[0] == kinds[1]


def _places(reference: Reference) -> pl.DataFrame:
    """Codes, without a seventh character, whose title names one finger, toe or lid: code, diagnosis_place."""
    return reference.derived("digits_and_lids", lambda: _placed_titles(reference))


def _placed_titles(reference: Reference) -> pl.DataFrame:
    title = pl.col("title").str.to_lowercase()
    return (
        reference.table("icd10cm_tabular").filter(title.str.count_matches(_IN_TITLE) == 1).select("code", title.str.extract(_IN_TITLE).alias("diagnosis_place"))
    )
