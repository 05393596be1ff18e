"""MOD111: therapy without its plan of care, or an assistant's modifier without it."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, has_modifier, in_force, modifiers_among
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_PLAN = ("GN", "GO", "GP")


def _is_asked(reference: Reference) -> pl.Expr:
    therapy = pl.col("procedure_code").is_in(reference.table("therapy_codes")["code"].implode())
    return IS_MEDICARE & (therapy | has_modifier("CQ", "CO"))


@query_edit(
    code="MOD111",
    name="therapy-modifier-missing",
    disposition=Disposition.DENY_LINE,
    carc="4",
    rarc="N822",
    needs=("therapy_codes",),
    payers=("medicare",),
    others="off",
    scope="claim",
    source=Source(
        "Medicare Claims Processing Manual", "chapter 5, sections 10.6 (GN, GO, GP), 20 (always therapy) and 20.1 (CQ, CO)", "CMS", date(2026, 11, 23)
    ),
    column="lines.modifier_1",
    message="{procedure_code} {what}.",
    suggestion="{advice}",
    fix="proposed",
    when={"lines": _is_asked},
    examples=(
        fails("exercise without a plan", medicare(diagnoses=["M54.50"], lines=["97110"]), line_number=1, says="GP or GO"),
        passes("under a physical therapy plan", medicare(diagnoses=["M54.50"], lines=["97110-GP"])),
        fails("an evaluation for physical therapy under an occupational plan", medicare(diagnoses=["M54.50"], lines=["97161-GO"]), line_number=1, says="GP"),
        fails("a physical therapist's assistant under an occupational plan", medicare(diagnoses=["M54.50"], lines=["97110-GO-CQ"]), line_number=1, says="CQ"),
        fails("exercise without a plan, beside a visit", medicare(lines=["97110", "99213"]), line_number=1, says="is always therapy"),
        fails("a physical evaluation under a speech plan", medicare(lines=["97161-GN"]), line_number=1, says="does not belong"),
        passes("speech therapy under its plan", medicare(lines=["92507-GN"])),
        passes("an occupational evaluation under its plan", medicare(lines=["97165-GO"])),
        passes("an assistant under the physical plan", medicare(lines=["97110-GP-CQ"])),
        passes("an assistant under the occupational plan", medicare(lines=["97110-GO-CO"])),
        fails("the occupational assistant under the physical plan", medicare(lines=["97110-GP-CO"]), line_number=1, says="CO"),
        fails("a physical assistant at a visit", medicare(lines=["99213-CQ"]), line_number=1, says="CQ"),
        fails("an occupational assistant at a visit", medicare(lines=["99213-CO"]), line_number=1, says="CO"),
        passes("another payer", professional(diagnoses=["M54.50"], lines=["97110"])),
    ),
)
def therapy_modifier_missing(claims: Claims, reference: Reference) -> Rows:
    """A code that is always therapy without the modifier of its plan of care (GN speech, GO occupational, GP physical), or under a plan that it cannot belong to; CQ without GP, CO without GO.

    Medicare returns or denies such lines. KX above the yearly threshold is not judged: what was spent this year does not stand on the claim.

    What to do: add the modifier of the plan under which the therapy was given.
    """
    therapy = reference.table("therapy_codes").lazy().select(pl.col("code").alias("procedure_code"), "disciplines", "valid_from", "valid_to", "release")
    lines = claims.lines.lazy().filter(IS_MEDICARE, ~pl.col("is_history").fill_null(value=False))
    keys = ["claim_key", "line_number", "procedure_code"]
    plans = modifiers_among(*_PLAN)
    allowed = pl.col("disciplines").str.split(" ")
    wanted = pl.col("disciplines").str.replace_all(" ", " or ")
    wrong = (
        lines.join(therapy, on="procedure_code")
        .filter(in_force("from_date"), plans.list.set_intersection(allowed).list.len() == 0)
        .select(
            *keys,
            pl.when(plans.list.len() == 0)
            .then(pl.lit("is always therapy, and no modifier names its plan of care"))
            .otherwise(pl.lit("does not belong under the plan of care that its modifier names"))
            .alias("what"),
            worded("Add {}, as the plan says.", wanted).alias("advice"),
            "release",
        )
    )
    assistants = [
        lines.filter(has_modifier(assistant), ~has_modifier(plan)).select(
            *keys,
            pl.lit(f"carries {assistant} without {plan}").alias("what"),
            pl.lit(f"{assistant} goes with {plan} only.").alias("advice"),
            pl.lit(None, pl.String).alias("release"),
        )
        for assistant, plan in (("CQ", "GP"), ("CO", "GO"))
    ]
    return pl.concat([wrong, *assistants])
