"""Every situation of the remittance guide gives the row that it should."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import cleanclaim
from places import ROOT
from remit_builder import Situation, claims_file, number_of, remittances
from remit_situations import situations

ALL = situations()


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The JSON of every situation, in one run."""
    folder = tmp_path_factory.mktemp("situations")
    sent = folder / "sent.837"
    sent.write_bytes(claims_file(ALL))
    paths = []
    for number, content in enumerate(remittances(ALL)):
        paths.append(folder / f"{number}.835")
        paths[-1].write_bytes(content)
    contracts = ROOT / "examples" / "policies" / "example-payer-contract.csv"
    report = cleanclaim.remit_match(
        [str(path) for path in paths], str(sent), as_of=date(2026, 7, 1), contracts=str(contracts)
    )
    return dict(report.to_dict())


def differences(wanted: Any, got: Any, place: str = "") -> list[str]:
    """Where a row isn't as wanted."""
    if isinstance(wanted, set):
        return (
            []
            if any(not differences(one, got, place) for one in wanted)
            else [f"{place}: {got!r}, not one of {sorted(map(str, wanted))}"]
        )
    if isinstance(wanted, tuple):
        return [] if wanted == tuple(got) else [f"{place}: {got!r}"]
    if isinstance(wanted, dict) and isinstance(got, list):
        rows = {row["line_number"]: row for row in got}
        return [
            text
            for key, row in wanted.items()
            for text in differences(row, rows.get(key, {}), f"{place}[line {key}]")
        ]
    if isinstance(wanted, dict):
        return [
            text
            for key, value in wanted.items()
            for text in differences(value, got.get(key, "(absent)"), f"{place}.{key}")
        ]
    if isinstance(wanted, list):
        found = (
            []
            if isinstance(got, list) and len(wanted) == len(got)
            else [f"{place}: {len(wanted)} wanted, {got!r}"]
        )
        return found or [
            text
            for number, (one, other) in enumerate(zip(wanted, got, strict=True))
            for text in differences(one, other, f"{place}[{number}]")
        ]
    return [] if wanted == got else [f"{place}: {got!r}, not {wanted!r}"]


@pytest.mark.parametrize("index", range(len(ALL)), ids=[one.name for one in ALL])
def test_situation(index: int, answered: dict[str, Any]) -> None:
    one: Situation = ALL[index]
    number = number_of(index)
    rows = [row for row in answered["claims"] if row["claim_id"] == number]
    assert len(rows) == len(one.rows), [row["status"] for row in rows]
    problems = [
        text
        for nth, (wanted, row) in enumerate(zip(one.rows, rows, strict=True))
        for text in differences(wanted, row, f"row {nth}")
    ]
    if one.unmatched:
        assert [row for row in answered["unmatched_payments"] if row["remit_claim_id"] == number]
        assert [row for row in answered["unmatched_claims"] if row["claim_id"] == number]
    for key in ("underpaid", "overpaid"):
        wanted = getattr(one, key)
        if wanted is not None or one.compared:
            problems += differences(
                [wanted] if wanted else [],
                [row for row in answered[key] if row["claim_id"] == number],
                key,
            )
    assert not problems, "\n".join(problems)


def test_sums_hold(answered: dict[str, Any]) -> None:
    assert not answered["imbalances"]
