"""PX130: a dental service on a tooth that it can't be for, or on none."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import is_missing

_READ = date(2026, 11, 28)
_CODE: Final = pl.col("procedure_code")
_TOOTH: Final = pl.col("tooth_code").str.strip_chars_start("0")
_TEETH: Final = r"^([1-9]|[12][0-9]|3[0-2]|5[1-9]|[67][0-9]|8[0-2]|[A-T]S?)$"
"""Permanent teeth 1 to 32, primary teeth A to T, and supernumerary ones (51 to 82, AS to TS)."""
_OF_A_TOOTH: Final = r"^D(135[1-3]|2[1-9][0-9]{2}|3[1-3][0-9]{2}|34[1-7][0-9]|7(111|140|2[1-5][0-9]))$"
"""Sealants, fillings and crowns, root canals, extractions."""
_PERMANENT: Final = r"^([1-9]|[12][0-9]|3[0-2]|5[1-9]|[67][0-9]|8[0-2])$"
_PRIMARY: Final = r"^[A-T]S?$"
_FRONT: Final = r"^([6-9]|1[01]|2[2-7]|5[6-9]|6[01]|7[2-7]|[C-HM-R]S?)$"
_BACK: Final = r"^([1-5]|1[2-9]|2[01]|2[89]|3[0-2]|5[1-5]|6[2-9]|7[01]|7[89]|8[0-2]|[ABIJKLST]S?)$"
_PREMOLAR: Final = r"^([45]|1[23]|2[01]|2[89]|5[45]|6[23]|7[01]|7[89])$"
_MOLAR: Final = r"^([1-3]|1[4-9]|3[0-2]|5[1-3]|6[4-9]|8[0-2])$"
_FOR: Final = (
    (r"^D23(3[0-5]|90)$", _FRONT, "a front tooth"),
    (r"^D239[1-4]$", _BACK, "a back tooth"),
    (r"^D(3310|3346|3410)$", _FRONT, "a front tooth"),
    (r"^D(3320|3347|3421)$", _PREMOLAR, "a premolar"),
    (r"^D(3330|3348|3425)$", _MOLAR, "a permanent molar"),
    (r"^D(2930|3230|3240|7111)$", _PRIMARY, "a primary tooth"),
    (r"^D(2931|72[2-4][0-9])$", _PERMANENT, "a permanent tooth"),
)
"""Services that only some teeth can have."""


def _is_other(teeth: str) -> pl.Expr:
    return ~_TOOTH.str.contains(teeth)


def _what() -> pl.Expr:
    shown = pl.concat_str(pl.lit("is on tooth "), pl.col("tooth_code"))
    unfit = pl.coalesce(
        pl.when(_CODE.str.contains(codes) & _is_other(teeth)).then(pl.concat_str(shown, pl.lit(f", but is for {words}"))) for codes, teeth, words in _FOR
    )
    return (
        pl.when(is_missing("tooth_code")).then(pl.lit("needs the tooth, which is missing"))
        .when(_is_other(_TEETH)).then(pl.concat_str(shown, pl.lit(", which is no tooth's number")))
        .otherwise(unfit)
        .alias("what")
    )  # fmt: skip


def _visit(code: str, tooth: str | None) -> dict[str, Any]:
    return professional(claim_type="dental", lines=[{"procedure_code": code, "procedure_qualifier": "AD", "tooth_code": tooth, "diagnosis_pointers": ()}])


@row_edit(
    table="lines",
    code="PX130",
    name="tooth-wrong",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="N39",
    source=(
        Source("837 dental implementation guide", "loop 2400, TOO (tooth code, by the universal numbering system)", "ASC X12N", _READ),
        Source("Code on Dental Procedures and Nomenclature", "what each service is for, by the codes' own definitions (in our words)", "ADA", _READ),
    ),
    column="lines.tooth_code",
    evidence=("procedure_code", _what()),
    message="{procedure_code} {what}.",
    suggestion="Correct the tooth or the code from the chart.",
    fix="proposed",
    examples=(
        fails("a filling on no tooth", _visit("D2140", None), line_number=1, says="missing"),
        passes("a filling", _visit("D2140", "14")),
        fails("a tooth that nobody has", _visit("D2140", "35"), line_number=1, says="35"),
        fails("a molar's root canal on a front tooth", _visit("D3330", "8"), line_number=1, says="molar"),
        passes("a molar's root canal", _visit("D3330", "19")),
        fails("a front tooth's filling on a molar", _visit("D2330", "30"), line_number=1, says="front"),
        fails("a primary tooth's crown on a permanent one", _visit("D2930", "3"), line_number=1, says="primary"),
        passes("a primary tooth's crown", _visit("D2930", "K")),
        passes("with a leading zero", _visit("D2330", "08")),
        passes("an examination", _visit("D0120", None)),
        passes("a supernumerary tooth", _visit("D7140", "51")),
        passes("a medical claim", professional()),
    ),
)
def tooth_wrong() -> pl.Expr:
    """A filling, crown, root canal, sealant or extraction without its tooth, with a number that no tooth has, or on a tooth that it isn't for.

    What to do: look in the chart.
    """
    others = pl.any_horizontal(_CODE.str.contains(codes) & _is_other(teeth) for codes, teeth, _ in _FOR)
    given = pl.col("tooth_code").is_not_null() & (_is_other(_TEETH) | others)
    lacking = _CODE.str.contains(_OF_A_TOOTH) & is_missing("tooth_code")
    return ((pl.col("claim_type") == "dental") & (given | lacking)).fill_null(value=False)
