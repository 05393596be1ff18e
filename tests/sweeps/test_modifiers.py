"""Every procedure of the fee schedule with every modifier that its indicators decide, against a plain reading of CMS's file."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from cleanclaim.edits.samples import medicare
from cleanclaim.reference import Reference
from corpus import plain
from published import Published
from sweeping import disagreements, sweep

DAY = "2024-08-06"
MODIFIERS = ("26", "TC", "50", "51", "62", "66", "80", "81", "82", "AS", "54", "55", "56")


RULED_OUT = {
    "26": ("pctc", "0234579"),
    "TC": ("pctc", "023456789"),
    "50": ("bilateral", "029"),
    "51": ("multiple", "09"),
    "62": ("co", "09"),
    "66": ("team", "09"),
    **dict.fromkeys(("80", "81", "82", "AS"), ("assistant", "19")),
}
"""The indicators under which a modifier isn't paid (relative value files, attachment A)."""


def is_wrong(code: str, of: dict[str, str], modifier: str) -> bool:
    """Whether the code's indicators rule the modifier out; codes that the schedule doesn't pay are another edit's."""
    if of["status"] == "X" and code.startswith("8") and modifier in {"26", "TC"}:
        return True  # laboratory tests have a fee schedule of their own, without components
    if modifier in {"54", "55", "56"}:
        ruled_out = of["global"] not in {"010", "090"}
    else:
        column, values = RULED_OUT[modifier]
        ruled_out = of[column] in values
    return ruled_out and of["status"] in "ACRT"


def test_indicators(cms: Published, data_dir: Path) -> None:
    reference = Reference.load(store=cms.store.path)
    codes = {code: of for (code, modifier), of in plain.fees(2024).items() if not modifier}
    assert len(codes) > 15_000
    rows = pl.DataFrame(
        [
            (code, modifier, is_wrong(code, of, modifier))
            for code, of in codes.items()
            for modifier in MODIFIERS
        ],
        schema={"code": pl.String, "modifier": pl.String, "wrong": pl.Boolean},
        orient="row",
    )
    claim = medicare(from_date=DAY, lines=[{"procedure_code": "99213", "modifier_1": "26"}])
    places = {"code": "lines.procedure_code", "modifier": "lines.modifier_1"}
    found = sweep(claim, rows, places, reference, ["MOD102"])
    assert disagreements(found, "MOD102", pl.col("wrong")).rows() == []
