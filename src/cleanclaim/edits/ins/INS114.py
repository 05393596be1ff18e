"""INS114: a present-on-admission indicator that is missing."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.ins.present_on_admission import IS_HOSPITAL_STAY, NO_LIST, SUPPLY, stay_diagnoses
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_MEDICARE, dotted
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_READ = date(2026, 11, 28)
_NEED_NOT = r"^(282NC|282E|282J|283|273|281P|284|286|29)"
"""Taxonomy of hospitals and units that needn't report: critical access, children's, long-term care, religious, psychiatric, rehabilitation, military."""
_STAY = {"bill_type_code": "111", "admission_date": "2026-05-10"}
_LIST = {"poa_exempt": [{"code": "Z794", "valid_from": date(2025, 10, 1), "valid_to": date(2026, 9, 30)}]}
_MARKED = {"diagnosis_code": "J18.9", "present_on_admission_code": "Y"}


def _missing(claims: Claims, reference: Reference) -> pl.LazyFrame:
    need_not = pl.col("billing_taxonomy_code").str.contains(_NEED_NOT).fill_null(value=False)
    must = pl.col("reports") | (IS_MEDICARE & ~need_not)
    return stay_diagnoses(claims, reference).lazy().filter(pl.col("mark").is_null(), must)


def _unchecked(claims: Claims, reference: Reference) -> Rows:
    rows = _missing(claims, reference)
    unsure = rows.filter(pl.col("exempt").is_null(), pl.col("reports"))
    silent = rows.filter(~pl.col("reports"))
    none_known = silent.group_by("claim_key", maintain_order=True).agg((pl.col("exempt") == pl.lit(value=False)).any().alias("some"), "exempt")
    asked = none_known.filter(~pl.col("some").fill_null(value=False), pl.col("exempt").list.eval(pl.element().is_null()).list.any())
    return pl.concat([unsure.select("claim_key"), asked.select("claim_key")]).unique(maintain_order=True)


@query_edit(
    code="INS114",
    name="present-on-admission-missing",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="N434",
    scope="claim",
    source=(
        Source("Medicare Claims Processing Manual", "chapter 25, section 75.5, FL 67 and 67A-Q (present on admission)", "CMS", _READ),
        Source("ICD-10-CM Official Guidelines for Coding and Reporting", "appendix I (present on admission)", "CMS and NCHS", _READ),
    ),
    column="diagnoses.present_on_admission_code",
    message="{subject} present-on-admission indicator.",
    suggestion="Enter Y, N, U or W for each diagnosis that isn't exempt. Critical access and other hospitals that Medicare exempts leave it empty.",
    when={"claims": IS_HOSPITAL_STAY},
    unchecked=_unchecked,
    unchecked_reason=NO_LIST,
    supply=SUPPLY,
    examples=(
        fails(
            "one of two has none, with CMS's list", institutional(**_STAY, diagnoses=[_MARKED, "N17.9"]), diagnosis_number=2, tables=_LIST, says="N17.9 has no"
        ),
        fails("one of two has none, without the list", institutional(**_STAY, diagnoses=[_MARKED, "N17.9"]), diagnosis_number=2, disposition=Disposition.WARN),
        fails("none has any", institutional(**_STAY, diagnoses=["J18.9", "N17.9"]), says="No diagnosis", disposition=Disposition.WARN),
        passes("an exempt code by the list", institutional(**_STAY, diagnoses=[_MARKED, "Z79.4"]), tables=_LIST),
        passes("an exempt code by its category", institutional(**_STAY, diagnoses=[_MARKED, "Z79.4"])),
        passes("a critical access hospital", institutional(**_STAY, billing_taxonomy_code="282NC0060X", diagnoses=["J18.9"])),
        passes("another payer, no indicator at all", institutional(**_STAY, payer_class="commercial", claim_filing_code="CI", diagnoses=["J18.9"])),
        fails(
            "another payer, some",
            institutional(**_STAY, payer_class="commercial", claim_filing_code="CI", diagnoses=[_MARKED, "N17.9"]),
            diagnosis_number=2,
            disposition=Disposition.WARN,
        ),
        fails(
            "another payer, some, with CMS's list",
            institutional(**_STAY, payer_class="commercial", claim_filing_code="CI", diagnoses=[_MARKED, "N17.9"]),
            diagnosis_number=2,
            tables=_LIST,
            disposition=Disposition.WARN,
        ),
        fails("a hospital without a taxonomy", institutional(**_STAY, billing_taxonomy_code=None, diagnoses=["J18.9"]), disposition=Disposition.WARN),
        fails("none has any, one is perhaps exempt", institutional(**_STAY, diagnoses=["J18.9", "W19.XXXA"]), disposition=Disposition.WARN),
        passes("none has any, and all are exempt", institutional(**_STAY, diagnoses=["Z38.00"])),
        unchecked("none has any, and it is perhaps exempt", institutional(**_STAY, diagnoses=["Z38.00", "P07.18"])),
        passes("an outpatient bill", institutional(diagnoses=["J18.9"])),
        passes("a nursing facility", institutional(bill_type_code="211", admission_date="2026-05-10", diagnoses=["J18.9"])),
        passes("the admitting diagnosis has none", institutional(**_STAY, diagnoses=[_MARKED, {"diagnosis_code": "R06.02", "diagnosis_type": "admitting"}])),
        unchecked("perhaps exempt, without the list", institutional(**_STAY, diagnoses=[_MARKED, "I69.351"])),
    ),
)
def present_on_admission_missing(claims: Claims, reference: Reference) -> Rows:
    """A diagnosis of a hospital stay without a present-on-admission indicator, although its code isn't exempt.

    Hospitals under Medicare's inpatient prospective payment must report it for the principal and every other diagnosis; claims without it are returned.
    Critical access, long-term care, psychiatric, rehabilitation, cancer and children's hospitals needn't. The claim seldom tells, so a claim without any
    indicator is a warning, and so is one judged without CMS's list of exempt codes.

    What to do: take the indicators from the coder.
    """
    rows = _missing(claims, reference).filter(pl.col("exempt") == pl.lit(value=False))
    some = rows.filter("reports").select(
        "claim_key",
        "diagnosis_number",
        worded("{} has no", dotted("diagnosis_code")).alias("subject"),
        pl.when(~pl.col("listed") | ~IS_MEDICARE).then(pl.lit("warn")).alias("disposition"),
    )
    none = rows.filter(~pl.col("reports")).select(
        "claim_key", pl.lit(None, pl.Int64).alias("diagnosis_number"), pl.lit("No diagnosis has a").alias("subject"), pl.lit("warn").alias("disposition")
    )
    return pl.concat([some, none.unique("claim_key", maintain_order=True)])
