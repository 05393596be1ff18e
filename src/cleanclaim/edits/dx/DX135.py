"""DX135: burns of one site coded by several degrees."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, IS_CODED, coded
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference

_BURN = r"^T2[0-5][1-35-7].{2}A$"
"""A burn or corrosion of a skin site, first to third degree, in active treatment. The fourth character is the degree: 1 to 3 for burns, 5 to 7 for corrosions."""
_SITE = ["claim_key", "_category", "_kind", "_site"]


@query_edit(
    code="DX135",
    name="burn-degree-doubtful",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M76",
    scope="claim",
    source=Source(
        GUIDELINES, "sections I.C.19.d.1 (the highest degree first) and I.C.19.d.2 (several degrees of one site)", "CMS and NCHS", date(2026, 11, 28)
    ),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} has a lower degree than {other_code:icd} (diagnosis {other_number}), {what}.",
    suggestion="{advice}",
    fix="proposed",
    when={"diagnoses": IS_CODED & pl.col("diagnosis_code").str.contains(_BURN)},
    examples=(
        fails("one site, two degrees", professional(diagnoses=["T23.361A", "T23.261A"]), diagnosis_number=2, says="same site"),
        passes("one side each", professional(diagnoses=["T23.361A", "T23.262A"])),
        fails("the lower degree first", professional(diagnoses=["T23.261A", "T21.31XA"]), diagnosis_number=1, says="first"),
        passes("the highest degree first", professional(diagnoses=["T21.31XA", "T23.261A"])),
        passes("a burn and a corrosion", professional(diagnoses=["T23.361A", "T23.661A"])),
        passes("in aftercare", professional(diagnoses=["T23.261D", "T21.31XD"])),
        passes("a burn of the eye in between", institutional(diagnoses=["T26.01XA", "T21.31XA"])),
    ),
)
def burn_degree_doubtful(claims: Claims, reference: Reference) -> Rows:
    """Burns of one site and side with several degrees, or a burn of a lower degree listed first.

    A site takes one code: the highest degree. With burns of several sites, the highest degree comes first.

    What to do: leave out the lower degree of the site, or change the order.
    """
    del reference
    code = pl.col("diagnosis_code")
    degree = code.str.slice(3, 1).str.to_integer(strict=False)
    burns = (
        coded(claims)
        .filter(code.str.contains(_BURN))
        .with_columns(
            code.str.head(3).alias("_category"),
            (degree > 4).alias("_kind"),
            code.str.slice(4, 2).alias("_site"),
            pl.when(degree > 4).then(degree - 4).otherwise(degree).alias("_degree"),
        )
    )
    higher = burns.sort("_degree", "diagnosis_number", descending=[True, False])
    names = [code.alias("other_code"), pl.col("diagnosis_number").alias("other_number"), pl.col("_degree").alias("_other")]
    of_site = higher.unique(_SITE, keep="first", maintain_order=True).select(*_SITE, *names)
    of_claim = higher.unique("claim_key", keep="first", maintain_order=True).select("claim_key", *names)
    lower = pl.col("_degree") < pl.col("_other")
    same = _told(burns.join(of_site, on=_SITE).filter(lower), "but names the same site", "Code only the highest degree of a site and side.")
    first = burns.filter(pl.col("diagnosis_number") == 1).join(of_claim, on="claim_key").filter(lower)
    order = _told(first, "but is listed first", "List the burn of the highest degree first.")
    return pl.concat([same, order]).unique(["claim_key", "diagnosis_number"], keep="first", maintain_order=True)


def _told(rows: pl.DataFrame, what: str, advice: str) -> pl.DataFrame:
    return rows.select(
        "claim_key", "diagnosis_number", "diagnosis_code", "other_code", "other_number", pl.lit(what).alias("what"), pl.lit(advice).alias("advice")
    )
