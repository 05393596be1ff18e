"""INS104: a present-on-admission mark that is none."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional


@row_edit(
    table="diagnoses",
    code="INS104",
    name="present-on-admission-malformed",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="N434",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 25, section 75.5 (present on admission); ICD-10-CM Official Guidelines, appendix I",
        "CMS",
        date(2026, 11, 23),
    ),
    column="diagnoses.present_on_admission_code",
    evidence=("diagnosis_code", "present_on_admission_code"),
    message="{diagnosis_code:icd} has {present_on_admission_code} for present on admission; expected Y, N, U or W.",
    suggestion="Enter Y, N, U (the record doesn't say) or W (can't be determined); leave it empty if the code is exempt.",
    examples=(
        fails(
            "a letter that says nothing",
            institutional(bill_type_code="111", admission_date="2026-05-10", diagnoses=[{"diagnosis_code": "I10", "present_on_admission_code": "X"}]),
            diagnosis_number=1,
            says="I10 has X",
        ),
        fails(
            "the exempt mark of the old version",
            institutional(bill_type_code="111", admission_date="2026-05-10", diagnoses=[{"diagnosis_code": "Z79.4", "present_on_admission_code": "1"}]),
            diagnosis_number=1,
        ),
        passes(
            "present", institutional(bill_type_code="111", admission_date="2026-05-10", diagnoses=[{"diagnosis_code": "I10", "present_on_admission_code": "Y"}])
        ),
        passes(
            "absent, unknown and undetermined",
            institutional(
                diagnoses=[
                    {"diagnosis_code": "I10", "present_on_admission_code": "N"},
                    {"diagnosis_code": "E11.9", "present_on_admission_code": "U"},
                    {"diagnosis_code": "M54.50", "present_on_admission_code": "W"},
                ]
            ),
        ),
        passes("one diagnosis of two marked", institutional(diagnoses=[{"diagnosis_code": "I10", "present_on_admission_code": "Y"}, "E11.9"])),
        fails(
            "the exempt mark on the first day without it",
            institutional(diagnoses=[{"diagnosis_code": "401.9", "icd_version": 9, "present_on_admission_code": "1"}], from_date="2012-01-01"),
            diagnosis_number=1,
        ),
        passes(
            "the exempt mark on its last day",
            institutional(diagnoses=[{"diagnosis_code": "401.9", "icd_version": 9, "present_on_admission_code": "1"}], from_date="2011-12-31"),
        ),
        fails(
            "another mark while the exempt one was used",
            institutional(diagnoses=[{"diagnosis_code": "401.9", "icd_version": 9, "present_on_admission_code": "X"}], from_date="2011-12-31"),
            diagnosis_number=1,
        ),
        fails(
            "the exempt mark on a claim without dates",
            institutional(diagnoses=[{"diagnosis_code": "I10", "present_on_admission_code": "1"}], from_date=None, to_date=None),
            diagnosis_number=1,
        ),
        passes(
            "the exempt mark while it was used",
            institutional(
                bill_type_code="111",
                admission_date="2010-05-10",
                from_date="2010-05-12",
                diagnoses=[{"diagnosis_code": "V58.67", "icd_version": 9, "present_on_admission_code": "1"}],
            ),
        ),
    ),
)
def present_on_admission_malformed() -> pl.Expr:
    """A present-on-admission mark that is none of Y, N, U and W.

    It decides whether a condition got in the hospital is paid for. Exempt codes carry no mark since version 5010 (before, 1). A mark that
    is missing, or on an exempt code, is reported by INS114 and INS115.

    What to do: take the mark from the coder's note.
    """
    mark = pl.col("present_on_admission_code")
    old = (mark == "1") & (pl.col("on_date") < date(2012, 1, 1))
    return mark.is_not_null() & ~mark.is_in(["Y", "N", "U", "W"]) & ~old.fill_null(value=False)
