"""MOD112: a drug from a single-dose container, and nothing said of what was left."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, has_modifier, in_force
from cleanclaim.reference import Reference

_SAYS_WASTE = has_modifier("JW", "JZ")


def _is_single_dose(reference: Reference) -> pl.Expr:
    drugs = reference.table("single_dose_drugs")["code"].implode()
    return IS_MEDICARE & pl.col("procedure_code").is_in(drugs) & ~_SAYS_WASTE


@query_edit(
    code="MOD112",
    name="discarded-drug-not-told",
    disposition=Disposition.DENY_LINE,
    carc="4",
    rarc="N822",
    needs=("single_dose_drugs",),
    payers=("medicare",),
    others="off",
    scope="claim",
    source=Source("Medicare Claims Processing Manual", "chapter 17, section 40 (discarded drugs, JW and JZ); 42 CFR 414.902", "CMS", date(2026, 11, 23)),
    column="lines.modifier_1",
    message="{procedure_code} ({label}) comes in single-dose containers, but no line has modifier JW (some was discarded) or JZ (none was).",
    suggestion="Add modifier JZ if nothing was discarded; otherwise bill the discarded amount on its own line with JW. The record must say which.",
    fix="proposed",
    when={"lines": _is_single_dose},
    examples=(
        fails("neither", medicare(diagnoses=["C50.911"], lines=["J9035 x40"]), line_number=1, says="JZ"),
        passes("nothing discarded", medicare(diagnoses=["C50.911"], lines=["J9035-JZ x40"])),
        passes("what was discarded is on its own line", medicare(diagnoses=["C50.911"], lines=["J9035 x37", "J9035-JW x3"])),
        passes("before it was asked for", medicare(from_date="2023-06-30", diagnoses=["C50.911"], lines=["J9035 x40"])),
        passes("a drug during a stay", institutional(lines=["J0178"], bill_type_code="111", admission_date="2026-05-12")),
        fails("a drug from a single dose, and one from many", medicare(lines=["J0178", "J1885"]), line_number=1),
        passes("another payer", professional(diagnoses=["C50.911"], lines=["J9035 x40"])),
    ),
)
def discarded_drug_not_told(claims: Claims, reference: Reference) -> Rows:
    """A drug of a single-dose container, from July 2023, with neither JW nor JZ on a line of that drug and day.

    Medicare pays for the part of a single-dose container that had to be thrown away, and since 2023-07-01 wants to be told where there was none.
    The list holds drugs that come in single-dose
    containers only; of others nothing is said.

    What to do: look in the record what was discarded.
    """
    drugs = reference.table("single_dose_drugs").select(pl.col("code").alias("procedure_code"), "label", "valid_from", "valid_to", "release")
    same = ["claim_key", "procedure_code", "from_date"]
    told = claims.lines.filter(_SAYS_WASTE).select(same).unique()
    return (
        claims.lines.filter(IS_MEDICARE, ~_SAYS_WASTE)
        .join(drugs, on="procedure_code")
        .filter(in_force("from_date"), ~pl.col("is_inpatient").fill_null(value=False))
        .join(told, on=same, how="anti")
        .select("claim_key", "line_number", "procedure_code", "label", "release")
    )
