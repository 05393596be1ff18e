"""PX116: the tests of a panel billed one by one."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import in_force
from cleanclaim.reference import Reference

_DAY = ["patient_key", "provider_npi", "from_date"]
_LIPIDS = ["82465", "83718", "84478"]
_CLEAN = {"clia_number": "99D9999999", "referring_npi": "1234567893"}


def _is_part(reference: Reference) -> pl.Expr:
    return pl.col("procedure_code").is_in(_parts(reference)["procedure_code"].unique().implode()) & pl.col("stands")


def _parts(reference: Reference) -> pl.DataFrame:
    """One row a panel and test: panel, procedure_code, `count` of its tests, valid_from, valid_to."""
    tests = pl.col("components").str.split(" ")
    return (
        reference.table("panels")
        .select(pl.col("code").alias("panel"), tests.list.len().alias("count"), tests.alias("procedure_code"), "valid_from", "valid_to")
        .explode("procedure_code")
    )


@query_edit(
    code="PX116",
    name="panel-billed-in-parts",
    disposition=Disposition.WARN,
    carc="97",
    rarc="M15",
    scope="patient",
    source=(
        Source("Medicare Claims Processing Manual", "chapter 16, section 90.2 (organ and disease oriented panels)", "CMS", date(2026, 11, 28)),
        Source("Medicare NCCI Policy Manual", "chapter I, section N, and chapter X, section C (laboratory panels)", "CMS", date(2026, 11, 28)),
    ),
    column="lines.procedure_code",
    message="{procedure_code} and the other tests of panel {panel} are billed one by one on {from_date:date}.",
    suggestion="Bill {panel} in place of its {count} tests.",
    fix="proposed",
    when={"lines": _is_part},
    examples=(
        fails("the lipid panel in parts", medicare(diagnoses=["E78.5"], lines=_LIPIDS, **_CLEAN), line_number=1, says="80061"),
        passes("two of its three tests", medicare(diagnoses=["E78.5"], lines=_LIPIDS[:2], **_CLEAN)),
        passes("the panel", medicare(diagnoses=["E78.5"], lines=["80061"], **_CLEAN)),
        fails("electrolytes", professional(lines=["82374", "82435", "84132", "84295"]), line_number=1, says="80051"),
        passes("of two days", professional(lines=["82374", "82435", "84132", {"procedure_code": "84295", "from_date": "2026-05-11"}])),
        passes("of two laboratories", professional(lines=["82374", "82435", "84132", {"procedure_code": "84295", "rendering_npi": "1234567893"}])),
    ),
)
def panel_billed_in_parts(claims: Claims, reference: Reference) -> Rows:
    """All tests of a laboratory panel on one day by one provider, without the panel's own code.

    A panel is billed by its code if all of its tests were done. The finding is on the first test, and names the largest panel that the tests make up.

    What to do: bill the panel.
    """
    lines = claims.lines.filter(_is_part(reference)).drop_nulls(_DAY).join(_parts(reference), on="procedure_code").filter(in_force("from_date"))
    whole = (
        lines.group_by(*_DAY, "panel", "count")
        .agg(pl.col("procedure_code").n_unique().alias("_found"))
        .filter(pl.col("_found") == pl.col("count"))
        .sort("count", "panel", descending=[True, False])
        .unique(_DAY, keep="first", maintain_order=True)
    )
    current = lines.filter(~pl.col("is_history").fill_null(value=False)).sort("claim_key", "line_number")
    first = current.join(whole.select(*_DAY, "panel"), on=[*_DAY, "panel"]).unique([*_DAY, "panel"], keep="first", maintain_order=True)
    return first.select("claim_key", "line_number", "procedure_code", "panel", "count", "from_date")
