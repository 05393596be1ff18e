"""PX104: an unlisted code without words."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_PROFESSIONAL
from cleanclaim.reference import Reference


def _is_unlisted(reference: Reference) -> pl.Expr:
    return pl.col("procedure_code").is_in(reference.table("unlisted_codes")["code"].implode())


@query_edit(
    code="PX104",
    name="unlisted-code-undescribed",
    disposition=Disposition.SUSPEND,
    carc="16",
    rarc="N350",
    needs=("unlisted_codes",),
    source=Source("Medicare Claims Processing Manual", "chapter 26, section 10.4, item 19 (not otherwise classified codes)", "CMS", date(2026, 11, 23)),
    column="lines.procedure_description",
    message="{procedure_code} is an unlisted code, and the line doesn't say what was done.",
    suggestion="Describe the service or drug (name, dose, route) on the line, and keep the record ready.",
    when={"lines": _is_unlisted},
    examples=(
        fails("a drug without a name", professional(lines=["J3490"]), line_number=1),
        passes("described on the line", professional(lines=[{"procedure_code": "J3490", "procedure_description": "EXAMPLE DRUG 10 MG IM"}])),
        passes("with a note", professional(lines=[{"procedure_code": "J3490", "has_note": True}])),
        passes("a drug number says it", professional(lines=[{"procedure_code": "J3490", "ndc": "00000000000"}])),
        passes("a code of its own", professional(lines=["J1885"])),
        fails("a table without columns for notes", professional(lines=[{"procedure_code": "J3490", "has_note": None, "has_attachment": None}]), line_number=1),
        passes("a paper attached to the line", professional(lines=[{"procedure_code": "J3490", "has_attachment": True}])),
        passes("a paper attached to the claim", professional(lines=["J3490"], has_attachment=True)),
        passes("a note on the claim", professional(lines=["J3490"], has_note=True)),
        passes("a note and a paper", professional(lines=["J3490"], has_note=True, has_attachment=True)),
        passes("hospital lines are described otherwise", institutional(lines=["C9399"])),
    ),
)
def unlisted_code_undescribed(claims: Claims, reference: Reference) -> Rows:
    """An unlisted or not otherwise classified code without a description, note, attachment or drug number.

    The payer cannot price what it is not told. It asks for the record, or returns the claim.

    What to do: say on the line what was done or given.
    """
    unlisted = reference.table("unlisted_codes").lazy().select(pl.col("code").alias("procedure_code"))
    silent = (
        pl.col("procedure_description").is_null()
        & pl.col("ndc").is_null()
        & ~pl.col("has_note").fill_null(value=False)
        & ~pl.col("has_attachment").fill_null(value=False)
    )
    told_above = claims.claims.lazy().filter(pl.col("has_note") | pl.col("has_attachment")).select("claim_key")
    return (
        claims.lines.lazy()
        .filter(IS_PROFESSIONAL & silent)
        .join(unlisted, on="procedure_code", how="semi")
        .join(told_above, on="claim_key", how="anti")
        .select("claim_key", "line_number", "procedure_code")
    )
