"""Every procedure of the fee schedule at every place of service, against a plain reading of CMS's file."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from cleanclaim.edits.samples import medicare
from cleanclaim.reference import Reference
from corpus import plain
from published import Published
from sweeping import disagreements, sweep

DAY = "2024-08-06"
PLACES = (
    "02",
    "10",
    "11",
    "12",
    "13",
    "19",
    "20",
    "21",
    "22",
    "23",
    "24",
    "31",
    "32",
    "49",
    "50",
    "61",
    "65",
    "72",
    "81",
)
HOSPITALS = ("19", "21", "22", "23")
OFFICES = ("11", "12", "13", "20", "49", "50", "72", "81")
NO_THEATRE = (*OFFICES, "31", "32")
VISITS = {
    "hospital": ((99221, 99223), (99231, 99236), (99238, 99239)),
    "emergency": ((99281, 99285),),
    "nursing": ((99304, 99310), (99315, 99316)),
    "home": ((99341, 99350),),
}
"""Visits by where they take place (CPT, evaluation and management)."""
NOT_IN = {
    "hospital": OFFICES,
    "emergency": (*OFFICES, "31", "32"),
    "nursing": (*OFFICES, "22", "23", "24"),
    "home": ("11", "20", "49", "50", "72", "81", "19", "21", "22", "23", "24", "31"),
}
"""Places in which a kind of visit can't take place (Medicare Claims Processing Manual, chapter 12, 30.6)."""


def kind_of(code: str) -> str | None:
    if not code.isdigit():
        return None
    number = int(code)
    kinds = (kind for kind, spans in VISITS.items() if any(a <= number <= b for a, b in spans))
    return next(kinds, None)


def is_wrong(code: str, modifier: str, place: str, of: dict[str, str]) -> bool:
    """Whether the visit can't be there, or the hospital bills the service for its own patients."""
    kind = kind_of(code)
    if kind is not None and place in NOT_IN[kind]:
        return True
    is_paid = of["status"] in {"A", "C", "R", "T"}
    if of["global"] == "090" and of["nonfacility_na"] == "NA" and place in NO_THEATRE:
        return True
    technical = of["pctc"] == "3" or (is_paid and of["pctc"] in {"1", "4"})
    return place in HOSPITALS and (of["pctc"] == "5" or technical)


def test_places(cms: Published, data_dir: Path) -> None:
    reference = Reference.load(store=cms.store.path)
    codes = {code: of for (code, modifier), of in plain.fees(2024).items() if not modifier}
    assert len(codes) > 15_000
    rows = pl.DataFrame(
        [
            (code, modifier or None, place, is_wrong(code, modifier, place, of))
            for code, of in codes.items()
            for place in PLACES
            for modifier in ("", "TC")
            if not modifier or of["pctc"] == "1"
        ],
        schema={"code": pl.String, "modifier": pl.String, "place": pl.String, "wrong": pl.Boolean},
        orient="row",
    )
    claim = medicare(from_date=DAY, lines=[{"procedure_code": "99213", "modifier_1": None}])
    places = {
        "code": "lines.procedure_code",
        "modifier": "lines.modifier_1",
        "place": "lines.place_of_service_code",
    }
    found = sweep(claim, rows, places, reference, ["PX109"])
    wrong = disagreements(found, "PX109", pl.col("wrong"))
    assert wrong.rows() == [], wrong.group_by("code", "fires").len().head(20).rows()
