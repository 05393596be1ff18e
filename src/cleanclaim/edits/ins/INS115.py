"""INS115: a present-on-admission indicator on an exempt code."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.ins.present_on_admission import NO_LIST, SUPPLY, stay_diagnoses
from cleanclaim.edits.samples import institutional
from cleanclaim.reference import Reference

_READ = date(2026, 11, 28)
_STAY = {"bill_type_code": "111", "admission_date": "2026-05-10"}
_LIST = {"poa_exempt": [{"code": "W19XXXA", "valid_from": date(2025, 10, 1), "valid_to": date(2026, 9, 30)}]}


def _marked(*codes: str, mark: str = "Y") -> list[dict[str, str]]:
    return [{"diagnosis_code": code, "present_on_admission_code": mark} for code in codes]


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    rows = stay_diagnoses(claims, reference).lazy().filter(pl.col("mark").is_not_null(), pl.col("exempt").is_null())
    return rows.select("claim_key", "diagnosis_number")


@query_edit(
    code="INS115",
    name="present-on-admission-on-exempt-code",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="N434",
    scope="claim",
    payers=("medicare",),
    source=(
        Source("Medicare Claims Processing Manual", "chapter 25, section 75.5, FL 67 and 67A-Q (present on admission)", "CMS", _READ),
        Source("ICD-10-CM Official Guidelines for Coding and Reporting", "appendix I (codes exempt from present on admission)", "CMS and NCHS", _READ),
    ),
    column="diagnoses.present_on_admission_code",
    message="{diagnosis_code:icd} is exempt from present on admission, but has {mark}.",
    suggestion="Leave the indicator empty.",
    fix="proposed",
    when={"diagnoses": pl.col("present_on_admission_code").is_not_null()},
    unchecked=_unchecked,
    unchecked_reason=NO_LIST,
    supply=SUPPLY,
    examples=(
        fails(
            "long-term insulin, without CMS's list",
            institutional(**_STAY, diagnoses=_marked("J18.9", "Z79.4")),
            diagnosis_number=2,
            says="Z79.4",
            disposition=Disposition.WARN,
        ),
        fails("by CMS's list", institutional(**_STAY, diagnoses=_marked("J18.9", "W19.XXXA")), diagnosis_number=2, tables=_LIST),
        passes("not on CMS's list", institutional(**_STAY, diagnoses=_marked("J18.9", "Z79.4")), tables=_LIST),
        passes("codes that need it", institutional(**_STAY, diagnoses=_marked("J18.9", "S72.001A"))),
        fails("absent", institutional(**_STAY, diagnoses=_marked("Z79.4", mark="N")), diagnosis_number=1, says="has N", disposition=Disposition.WARN),
        fails("unknown", institutional(**_STAY, diagnoses=_marked("Z79.4", mark="U")), diagnosis_number=1, disposition=Disposition.WARN),
        fails("undetermined", institutional(**_STAY, diagnoses=_marked("Z79.4", mark="W")), diagnosis_number=1, disposition=Disposition.WARN),
        passes("no valid indicator is another fault", institutional(**_STAY, diagnoses=_marked("Z79.4", mark="1"))),
        passes("a second diagnosis without one, perhaps exempt", institutional(**_STAY, diagnoses=[*_marked("J18.9"), "W19.XXXA"])),
        passes("an outpatient bill", institutional(diagnoses=_marked("Z79.4"))),
        fails(
            "a later encounter of an injury", institutional(**_STAY, diagnoses=_marked("J18.9", "S72.001D")), diagnosis_number=2, disposition=Disposition.WARN
        ),
        fails("a car driver's collision", institutional(**_STAY, diagnoses=_marked("J18.9", "V43.02XA")), diagnosis_number=2, disposition=Disposition.WARN),
        fails(
            "an external cause of its own segment",
            institutional(**_STAY, diagnoses=[*_marked("J18.9"), {**_marked("V43.02XA")[0], "diagnosis_type": "external_cause"}]),
            diagnosis_number=2,
            disposition=Disposition.WARN,
        ),
        passes("a fall, which isn't exempt", institutional(**_STAY, diagnoses=_marked("J18.9", "W19.XXXA"))),
        unchecked("perhaps exempt, without the list", institutional(**_STAY, diagnoses=_marked("I69.351"))),
    ),
)
def present_on_admission_on_exempt_code(claims: Claims, reference: Reference) -> Rows:
    """A present-on-admission indicator on a code that is exempt from it.

    CMS lists the exempt codes for each fiscal year. On an electronic claim (version 5010), an exempt code has no indicator. Without the list for the day
    of discharge, categories that have long been exempt are a warning.

    What to do: leave it empty.
    """
    return (
        stay_diagnoses(claims, reference)
        .lazy()
        .filter(pl.col("mark").is_in(["Y", "N", "U", "W"]), pl.col("exempt").fill_null(value=False))
        .select("claim_key", "diagnosis_number", "diagnosis_code", "mark", pl.when(~pl.col("listed")).then(pl.lit("warn")).alias("disposition"))
    )
