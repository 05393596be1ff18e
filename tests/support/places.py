"""Where the project's own files are."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
CLINIC_DAY = EXAMPLES / "clinic-day.837"
CORPUS = ROOT / "tests" / "fuzz" / "corpus"
"""Inputs of the fuzzer that once failed."""
