"""INS171: a diagnosis in a segment that can't hold it."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_ICD10

_KIND: Final = pl.col("diagnosis_type")
_CODE: Final = pl.col("diagnosis_code")
_IS_CAUSE: Final = _CODE.str.contains(r"^[V-Y]")
_STAY = {"bill_type_code": "111", "from_date": "2026-05-10", "to_date": "2026-05-13", "admission_date": "2026-05-10"}


def _what() -> pl.Expr:
    return (
        pl.when(_KIND == "external_cause").then(pl.lit("is in the place of an external cause, but is none"))
        .when(_KIND == "admitting").then(pl.lit("is an external cause, which can't be the admitting diagnosis"))
        .otherwise(pl.lit("is an external cause, which can't be the reason for the visit"))
        .alias("what")
    )  # fmt: skip


def _also(code: str, kind: str) -> list[object]:
    return ["S72.001A", {"diagnosis_code": code, "diagnosis_type": kind}]


@row_edit(
    table="diagnoses",
    code="INS171",
    name="diagnosis-in-wrong-segment",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M76",
    source=Source(
        "837 institutional implementation guide; Medicare Claims Processing Manual",
        "loop 2300, HI ABJ, APR and ABN; chapter 25, FL 69, 70 and 72",
        "ASC X12N and CMS",
        date(2026, 11, 28),
    ),
    column="diagnoses.diagnosis_code",
    evidence=("diagnosis_code", _what()),
    message="{diagnosis_code:icd} {what}.",
    suggestion="Move it to its own segment, and fill this one from the record.",
    fix="proposed",
    examples=(
        fails("a fall as the admitting diagnosis", institutional(**_STAY, diagnoses=_also("W18.30XA", "admitting")), diagnosis_number=2, says="admitting"),
        fails("a fall as the reason for the visit", institutional(diagnoses=_also("W18.30XA", "reason_for_visit")), diagnosis_number=2),
        fails("a disease as an external cause", institutional(diagnoses=_also("I10", "external_cause")), diagnosis_number=2, says="none"),
        passes("a fall as the cause", institutional(diagnoses=_also("W18.30XA", "external_cause"))),
        passes("a disease as the reason", institutional(diagnoses=_also("R07.9", "reason_for_visit"))),
    ),
)
def diagnosis_in_wrong_segment() -> pl.Expr:
    """An external cause as the admitting diagnosis or the reason for the visit, or another diagnosis in the place of an external cause.

    What to do: move it.
    """
    misplaced = _KIND.is_in(["admitting", "reason_for_visit"]) & _IS_CAUSE | (_KIND == "external_cause") & ~_CODE.str.contains(r"^[V-YU]")
    return (IS_ICD10 & misplaced).fill_null(value=False)
