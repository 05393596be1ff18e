"""Every diagnosis with a side, wherever in the code and however its title words it, against LT and RT, by a plain reading of the title."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference
from corpus import plain
from sweeping import disagreements, sweep

OTHER_SIDE_OF_BODY = re.compile(r"^(I6|G8[13])")
"""Strokes and palsies: what shows is on the other side of the body."""
NO_SIDE = re.compile(r"^(I[245]|Q2[2-6]|K51|S36|T81[56]|R)")
"""Left and right chambers and arteries of the heart, the left colon, what was "left in the body", and symptoms, which aren't an organ's."""


def side(title: str) -> str | None:
    """The side in a title; both or none is None."""
    words = set(re.findall(r"[a-z]+", title.lower()))
    has = {name for name in ("left", "right") if name in words}
    both = {"bilateral", "bilaterally", "both"} & words
    return None if both or len(has) != 1 else has.pop()


def test_sides_against_modifiers(reference: Reference, data_dir: Path) -> None:
    sided = [
        (code, one)
        for code, (billable, title) in plain.order().items()
        if billable
        and (one := side(title))
        and not OTHER_SIDE_OF_BODY.match(code)
        and not NO_SIDE.match(code)
    ]
    assert len(sided) > 25_000
    rows = pl.DataFrame(
        [
            (code, one, modifier, {"LT": "left", "RT": "right"}[modifier] != one)
            for code, one in sided
            for modifier in ("LT", "RT")
        ],
        schema={"code": pl.String, "side": pl.String, "modifier": pl.String, "wrong": pl.Boolean},
        orient="row",
    )
    claim = professional(
        from_date="2021-01-05", lines=[{"procedure_code": "20610", "modifier_1": "LT"}]
    )
    places = {"code": "diagnoses.diagnosis_code", "modifier": "lines.modifier_1"}
    found = sweep(claim, rows, places, reference, ["LNK106"])
    wrong = disagreements(found, "LNK106", pl.col("wrong"))
    assert wrong.select("code", "side", "modifier", "fires").rows() == []
