"""MOD130: a service next to one of Medicare's preventive services without the modifier that says so."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL, has_modifier
from cleanclaim.reference import Reference

_RULES = (
    (r"^9949[78]$", r"^G043[89]$", "33", "advance care planning at a wellness visit costs the patient nothing with modifier 33"),
    (r"^7706[56]$", r"^77067$", "GG", "a diagnostic mammogram on the day of the screening takes modifier GG"),
)
_CANDIDATE = (
    IS_MEDICARE & IS_PROFESSIONAL & pl.col("procedure_code").str.contains("|".join(rule[0] for rule in _RULES)).fill_null(value=False) & pl.col("stands")
)
_DAY = ["patient_key", "from_date"]


@query_edit(
    code="MOD130",
    name="modifier-next-to-preventive-service-missing",
    disposition=Disposition.WARN,
    carc="4",
    rarc="N822",
    payers=("medicare",),
    others="off",
    scope="patient",
    source=Source("Medicare Claims Processing Manual", "chapter 18, sections 20.2 (GG) and 140.8 (33 on advance care planning)", "CMS", date(2026, 11, 28)),
    column="lines.modifier_1",
    message="{procedure_code} is on the day of {other_code} without modifier {modifier}: {why}.",
    suggestion="Add modifier {modifier}.",
    fix="proposed",
    when={"lines": _CANDIDATE},
    examples=(
        fails("care planning at a wellness visit", medicare(diagnoses=["Z00.00"], lines=["G0439", "99497"]), line_number=2, says="33"),
        passes("with its modifier", medicare(diagnoses=["Z00.00"], lines=["G0439", "99497-33"])),
        passes("care planning alone", medicare(lines=["99497"])),
        fails("two mammograms", medicare(diagnoses=["Z12.31", "R92.8"], referring_npi="1234567893", lines=["77067", "77065-RT"]), line_number=2, says="GG"),
        passes("another payer", professional(diagnoses=["Z00.00"], lines=["G0439", "99497"])),
    ),
)
def modifier_next_to_preventive_service_missing(claims: Claims, reference: Reference) -> Rows:
    """Advance care planning with a wellness visit without modifier 33, or a diagnostic mammogram after the day's screening without GG.

    What to do: add the modifier.
    """
    del reference
    code = pl.col("procedure_code")
    lines = claims.lines.filter("stands").drop_nulls(_DAY)
    current = claims.lines.filter(_CANDIDATE & ~pl.col("is_history").fill_null(value=False))
    parts = []
    for asked, beside, modifier, why in _RULES:
        there = lines.filter(code.str.contains(beside)).select(*_DAY, code.alias("other_code")).unique(_DAY, keep="first", maintain_order=True)
        lacking = current.filter(code.str.contains(asked) & ~has_modifier(modifier)).join(there, on=_DAY)
        parts.append(lacking.select("claim_key", "line_number", "procedure_code", "other_code", pl.lit(modifier).alias("modifier"), pl.lit(why).alias("why")))
    return pl.concat(parts)
