"""LNK112: one of Medicare's preventive services without its diagnosis."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.lnk.policies import NOTICE_MODIFIERS
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL, has_modifier, in_force
from cleanclaim.reference import Reference

_LINE = ["claim_key", "line_number"]


def _is_preventive(reference: Reference) -> pl.Expr:
    return IS_MEDICARE & pl.col("procedure_code").is_in(reference.table("preventive_diagnoses")["code"].implode()) & ~has_modifier(*NOTICE_MODIFIERS)


@query_edit(
    code="LNK112",
    name="preventive-service-without-its-diagnosis",
    disposition=Disposition.WARN,
    carc="167",
    rarc="M76",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=Source(
        "Medicare Claims Processing Manual", "chapter 18, in the section named in the finding (diagnoses of preventive services)", "CMS", date(2026, 11, 28)
    ),
    column="lines.diagnosis_pointer_1",
    message="{procedure_code} is for {service}, but no diagnosis of the line says so (chapter {section}).",
    suggestion="Point at one of these if the record supports it: {expected}.",
    fix="proposed",
    when={"lines": _is_preventive},
    examples=(
        fails("a flu shot for hypertension", medicare(lines=["G0008"]), line_number=1, says="Z23"),
        passes("a flu shot", medicare(diagnoses=["Z23"], lines=["G0008"])),
        fails(
            "the diagnosis isn't pointed at", medicare(diagnoses=["I10", "Z12.31"], referring_npi="1234567893", lines=["77067"]), line_number=1, says="Z12.31"
        ),
        passes("a screening mammogram", medicare(diagnoses=["Z12.31"], referring_npi="1234567893", lines=["77067"])),
        passes(
            "a hospital's claim has no pointers", institutional(diagnoses=["I10", "Z12.31"], lines=[{"revenue_center_code": "0403", "procedure_code": "77067"}])
        ),
        fails("obesity counseling without the body mass index", medicare(diagnoses=["E66.9"], lines=["G0447"]), line_number=1, says="Z68.3"),
        passes("with a notice that Medicare may not pay", medicare(lines=["77067-GA"], referring_npi="1234567893")),
        passes("another payer", professional(lines=["77067"])),
        fails(
            "lung screening of one who never smoked", medicare(diagnoses=["Z00.00"], referring_npi="1234567893", lines=["71271"]), line_number=1, says="Z87.891"
        ),
    ),
)
def preventive_service_without_its_diagnosis(claims: Claims, reference: Reference) -> Rows:
    """One of Medicare's preventive services whose line points at none of the diagnoses that it is billed with.

    Medicare pays screenings, vaccines and counseling apart from its rules for illness, and knows them by the diagnosis. On institutional claims, which have no
    pointers, any diagnosis of the claim counts.

    What to do: point at the screening diagnosis; or bill the diagnostic service if the patient had a complaint.
    """
    rules = reference.table("preventive_diagnoses").select(pl.col("code").alias("procedure_code"), "diagnoses", "service", "section", "valid_from", "valid_to")
    asked = claims.lines.filter(_is_preventive(reference)).join(rules, on="procedure_code").filter(in_force("from_date"))
    pointed = claims.line_diagnoses.filter(pl.col("icd_version") == 10).select(*_LINE, "diagnosis_code")
    of_claim = claims.diagnoses.filter(pl.col("icd_version") == 10).select("claim_key", "diagnosis_code")
    begins = asked.select(*_LINE, "claim_type", pl.col("diagnoses").str.split(" ").alias("_begins")).explode("_begins")
    found = [begins.filter(IS_PROFESSIONAL).join(pointed, on=_LINE), begins.filter(~IS_PROFESSIONAL).join(of_claim, on="claim_key")]
    met = pl.concat([one.filter(pl.col("diagnosis_code").str.starts_with(pl.col("_begins"))).select(_LINE) for one in found]).unique()
    shown = pl.col("diagnoses").str.replace_all(r"\b([A-Z][0-9]\w)(\w+)\b", "$1.$2").str.replace_all(" ", ", ")
    return asked.join(met, on=_LINE, how="anti").select(*_LINE, "procedure_code", "service", "section", shown.alias("expected"))
