"""Messages: values written as a biller would."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from cleanclaim.engine import messages as wording
from cleanclaim.engine.messages import render
from cleanclaim.errors import EditError


def said(template: str, **values: object) -> str:
    frame = pl.DataFrame({name: [value] for name, value in values.items()})
    return str(frame.select(render(template, frame.schema)).item())


def test_messages_write_values_as_a_biller_would() -> None:
    assert said("{code:icd} {day}", code="M545", day=date(2026, 5, 12)) == "M54.5 2026-05-12"
    assert said("{codes:icd}", codes=["M545", "I10"]) == "M54.5, I10"
    assert said("{codes}", codes=["25", "59"]) == "25, 59"
    amount = pl.Series([1250], dtype=pl.Int64).cast(pl.Decimal(15, 2))[0]
    assert said("{a:money} {a}", a=amount) == "$1250.00 1250"
    assert said("found {a}", a=None) == "found missing"
    assert said("wrong[: found {a}][, expected {b}].", a=None, b="x") == "wrong, expected x."
    with pytest.raises(EditError, match="unknown form 'loud'"):
        said("{a:loud}", a="x")
    assert wording.NOTHING == "missing"
