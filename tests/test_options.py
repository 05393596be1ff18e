"""The options of the Python functions: each wrong value becomes one clear error."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import cleanclaim
from cleanclaim.errors import ConfigError


def test_days_of_the_functions_about_codes_may_be_text() -> None:
    assert cleanclaim.lookup("M54.5", on="2026-05-12")[0].replaced_by == (
        "M54.50",
        "M54.51",
        "M54.59",
    )
    assert (
        cleanclaim.lookup("M54.5", on="2021-09-30")[0]
        != cleanclaim.lookup("M54.5", on="2021-10-01")[0]
    )
    assert cleanclaim.level(
        "Assessment: Hypertension, at goal. Continue lisinopril.", patient="new", on="2022-05-12"
    ).code
    wrong: list[Callable[[], object]] = [
        lambda: cleanclaim.search("heart attack", on="soon"),
        lambda: cleanclaim.suggest("Assessment: Asthma.", on="2026"),
        lambda: cleanclaim.support("Assessment: Asthma.", ["J45.909"], on=20260512),  # type: ignore[arg-type]
    ]
    for call in wrong:
        with pytest.raises(ConfigError, match="on: expected a date"):
            call()
