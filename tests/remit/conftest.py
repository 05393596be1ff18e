"""What the tests of remittances share: a few invented claims, sent and read once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cleanclaim.edits import registry
from cleanclaim.job import Job
from cleanclaim.reference import Reference
from cleanclaim.remit.read import read_remittances
from cleanclaim.remit.result import RemitReport
from cleanclaim.remit.run import Question, match_payments
from places import ROOT

Matching = Callable[..., RemitReport]
EXAMPLE = ROOT / "examples" / "clinic-day.837"


@pytest.fixture
def matching(tmp_path: Path, reference: Reference) -> Matching:
    """Match remittances, given as bytes, to claims."""

    def match(*remittances: bytes, claims: object = EXAMPLE, edits: tuple[str, ...] = ("DX", "CLM"), **more: Any) -> RemitReport:  # fmt: skip
        paths = []
        for number, content in enumerate(remittances):
            paths.append(tmp_path / f"{number}.835")
            paths[-1].write_bytes(content)
        remittance, files = read_remittances(paths)
        inputs = tuple(claims) if isinstance(claims, (list, tuple)) else (claims,)
        chosen = tuple(registry.choose(registry.own_edits(), edits))
        job = Job(inputs, reference, chosen)
        more.setdefault("as_of", date(2026, 7, 1))
        return match_payments(Question(remittance, files, job, **more))

    return match
