"""PX115: a service that is billed only with another one."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import in_force
from cleanclaim.reference import Reference

_LINE = ["claim_key", "line_number"]


def _is_companion(reference: Reference) -> pl.Expr:
    return pl.col("procedure_code").is_in(reference.table("companion_procedures")["code"].implode())


@query_edit(
    code="PX115",
    name="companion-procedure-missing",
    disposition=Disposition.WARN,
    carc="107",
    scope="patient",
    source=(
        Source("Medicare Claims Processing Manual", "chapter 15, section 20.2; chapter 16, section 60.2; chapter 32, section 80", "CMS", date(2026, 11, 28)),
        Source("Integrated Outpatient Code Editor", "edits 43, 58 and 76", "CMS", date(2026, 11, 28)),
    ),
    column="lines.procedure_code",
    message="{procedure_code} is billed with {reason} of the same day, which is missing.",
    suggestion="Add the line of it if it was provided; otherwise don't bill {procedure_code}.",
    fix="proposed",
    when={"lines": _is_companion},
    examples=(
        fails("miles without a transport", medicare(place_of_service_code="41", lines=["A0425-RH x12"]), line_number=1, says="transport"),
        passes("miles of a transport", medicare(place_of_service_code="41", lines=["A0429-RH", "A0425-RH x12"])),
        passes("the transport on another claim", medicare(claim_id="A", lines=["A0429-RH"]), medicare(claim_id="B", lines=["A0425-RH"])),
        fails("foot care without the examination", medicare(diagnoses=["E11.42"], lines=["G0247"]), line_number=1, says="examination"),
        passes("with the examination", medicare(diagnoses=["E11.42"], lines=["G0246", "G0247"])),
        fails("referral to observation without its hours", institutional(lines=[{"revenue_center_code": "0762", "procedure_code": "G0379"}]), line_number=1),
        passes("blood given by a doctor", professional(lines=["36430"])),
        fails("blood given, and no blood", institutional(lines=[{"revenue_center_code": "0391", "procedure_code": "36430"}]), line_number=1, says="blood"),
    ),
)
def companion_procedure_missing(claims: Claims, reference: Reference) -> Rows:
    """A service that is paid only with another one of the same patient and day, which is on no line.

    Miles need a transport, travel for a specimen its collection, foot care in a lost sense of pain its examination, and a hospital's transfusion the blood.

    What to do: add the missing line, or leave this one out.
    """
    rules = reference.table("companion_procedures").rename({"code": "procedure_code"}).drop("release")
    current = claims.lines.filter(_is_companion(reference) & ~pl.col("is_history").fill_null(value=False))
    asked = current.join(rules, on=["procedure_code", "claim_type"]).filter(in_force("from_date"))
    others = claims.lines.filter("stands").select("claim_key", "patient_key", "from_date", pl.col("procedure_code").alias("_other"))
    begins = asked.select(*_LINE, "patient_key", "from_date", pl.col("others").str.split(" ").alias("_begins")).explode("_begins")
    is_it = pl.col("_other").str.starts_with(pl.col("_begins"))
    of_day = begins.join(others.drop("claim_key"), on=["patient_key", "from_date"]).filter(is_it).select(_LINE)
    of_claim = begins.join(others.drop("patient_key", "from_date"), on="claim_key").filter(is_it).select(_LINE)
    return asked.join(pl.concat([of_day, of_claim]).unique(), on=_LINE, how="anti").select(*_LINE, "procedure_code", "reason")
