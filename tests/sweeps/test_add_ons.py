"""Every add-on code alone, with one of its primary codes, and with another, against CMS's file."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from cleanclaim.edits.samples import medicare
from cleanclaim.reference import Reference
from corpus import plain
from published import Published
from sweeping import disagreements, sweep

DAY = "2024-08-06"


def test_add_ons(cms: Published, data_dir: Path) -> None:
    reference = Reference.load(store=cms.store.path)
    prolonged = set(reference.table("prolonged_codes")["code"])
    add_ons = {code: of for code, of in plain.add_ons().items() if code not in prolonged}
    assert len(add_ons) > 500
    rows = []
    for code, (kind, primaries) in add_ons.items():
        listed = sorted(p for p in primaries if p and p != "CCCCC")
        rows.append((code, code, kind, True))
        rows += [(code, primary, kind, False) for primary in listed if kind != "2"]
        rows.append((code, "J3490", kind, kind != "2"))
    table = pl.DataFrame(
        rows,
        schema={"code": pl.String, "other": pl.String, "kind": pl.String, "wrong": pl.Boolean},
        orient="row",
    )
    claim = medicare(from_date=DAY, lines=["99213", "99213"])
    places = {"code": "lines.1.procedure_code", "other": "lines.2.procedure_code"}
    found = sweep(claim, table, places, reference, ["NCCI104"], line=1)
    assert disagreements(found, "NCCI104", pl.col("wrong")).rows() == []
    hard = found.filter(pl.col("NCCI104") == "deny-line")
    assert set(hard["kind"]) == {"1"}
