"""MOD101: what is no modifier, or not in force."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import MODIFIERS, SETTLED
from cleanclaim.reference import Reference
from cleanclaim.reference.release import OPEN_END
from cleanclaim.text.wording import worded


def _is_doubtful(reference: Reference) -> pl.Expr:
    """A modifier other than those that have been codes all along and go with any service."""
    known = reference.table("modifiers")
    settled = known.filter(pl.col("valid_from") < SETTLED, pl.col("valid_to") == OPEN_END, pl.col("family") != "ambulance")["code"]
    is_other = pl.any_horizontal(~pl.col(name).is_in(settled.implode()) for name in MODIFIERS)
    has_any = pl.any_horizontal(pl.col(name).is_not_null() for name in MODIFIERS)
    return is_other.fill_null(value=False) | (has_any & (pl.col("from_date") < SETTLED))


@query_edit(
    code="MOD101",
    name="modifier-unknown",
    disposition=Disposition.REJECT,
    carc="182",
    rarc="N823",
    scope="claim",
    source=Source("45 CFR 162.1002", "HCPCS and CPT modifiers", "HHS", date(2026, 11, 23)),
    column="lines.modifier_1",
    message="{modifier} {what}.",
    suggestion="Use the modifier that says what you mean.",
    when={"lines": _is_doubtful},
    examples=(
        fails("no such modifier", professional(lines=[{"modifier_1": "7Z"}]), line_number=1, says="7Z is not a modifier"),
        fails("before its first day", professional(lines=["J1885-JZ"], from_date="2022-12-31"), line_number=1, says="2023-01-01"),
        passes("on its first day", professional(lines=["J1885-JZ"], from_date="2023-01-01")),
        passes("known ones", professional(lines=[{"modifier_1": "25", "modifier_2": "GT"}])),
        passes("an ambulance from home to hospital", professional(lines=["A0429-RH"])),
        passes("an ambulance service without a code of its own", professional(lines=["A0999-RH"])),
        passes("where telehealth starts", professional(lines=["Q3014-RH"])),
        passes("by air, in a plane", professional(lines=["S9960-RH"])),
        passes("by air, in a helicopter", professional(lines=["S9961-RH"])),
        passes("a ride that Medicaid pays", professional(lines=["T2003-RH"])),
        passes("a dental claim's own modifiers", professional(claim_type="dental", lines=["D2140-7Z"])),
        passes("on its last day", professional(lines=["J1885-JG"], from_date="2024-12-31")),
        fails("the day after its last", professional(lines=["J1885-JG"], from_date="2025-01-01"), line_number=1, says="2024-12-31"),
        fails("a number in the name of an ambulance code", professional(lines=["0A042-RH"]), line_number=1),
        fails("one of the finer kinds of 59 before it began", professional(lines=["20610-XE"], from_date="2014-12-31"), line_number=1, says="2015-01-01"),
        fails("an ambulance's modifier on a supply without a code of its own", professional(lines=["A9999-RH"]), line_number=1, says="ambulance"),
        fails("an ambulance's modifier on a visit", professional(lines=[{"modifier_1": "RH"}]), line_number=1, says="ambulance"),
    ),
)
def modifier_unknown(claims: Claims, reference: Reference) -> Rows:
    """A modifier that does not exist, was not in force on the day, or is an ambulance's on another service.

    Payers refuse a line with a modifier that they do not know.

    What to do: take the modifier that says what is meant.
    """
    known = reference.table("modifiers").lazy().select(pl.col("code").alias("modifier"), "family", "valid_from", "valid_to", "release")
    is_ambulance = pl.col("procedure_code").str.contains(r"^(A0[0-9]{3}|Q3|S9960|S9961|T200)")
    return (
        claims.line_modifiers.lazy()
        .filter(pl.col("claim_type") != "dental")
        .join(known, on="modifier", how="left")
        .with_columns(
            pl.when(pl.col("family").is_null())
            .then(pl.lit("is not a modifier"))
            .when(pl.col("from_date") < pl.col("valid_from"))
            .then(worded("was not in force before {}", "valid_from"))
            .when(pl.col("from_date") > pl.col("valid_to"))
            .then(worded("ended on {}", "valid_to"))
            .when((pl.col("family") == "ambulance") & ~is_ambulance)
            .then(pl.lit("shows an ambulance's origin and destination, but the line isn't an ambulance service"))
            .alias("what")
        )
        .filter(pl.col("what").is_not_null())
        .select(
            "claim_key",
            "line_number",
            "modifier",
            "procedure_code",
            "from_date",
            "what",
            "release",
            worded("lines.modifier_{}", "modifier_number").alias("column"),
        )
    )
