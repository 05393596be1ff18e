"""A linter for US medical claims.

import cleanclaim

report = cleanclaim.check("claims.837")
report.findings  # a Polars data frame

cleanclaim.search("heart attack")[0].code  # 'I21.9'
cleanclaim.lookup("M54.5")[0].replaced_by  # ('M54.50', 'M54.51', 'M54.59')
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cleanclaim.version import VERSION

if TYPE_CHECKING:
    from cleanclaim.analysis.interface import analyze
    from cleanclaim.api import (
        check,
        crosswalk,
        diff,
        drg,
        explain,
        level,
        lookup,
        price,
        remit_match,
        search,
        suggest,
        support,
    )
    from cleanclaim.audit.interface import audit_plan, audit_profile, audit_score, audit_sheet
    from cleanclaim.encoder import Encoder
    from cleanclaim.learn.interface import practice_cases, practice_question
    from cleanclaim.reference import Reference
    from cleanclaim.report.result import Report
    from cleanclaim.write.history import History

__version__ = VERSION
__all__ = [
    "Encoder",
    "History",
    "Reference",
    "Report",
    "__version__",
    "analyze",
    "audit_plan",
    "audit_profile",
    "audit_score",
    "audit_sheet",
    "check",
    "crosswalk",
    "diff",
    "drg",
    "explain",
    "level",
    "lookup",
    "practice_cases",
    "practice_question",
    "price",
    "remit_match",
    "search",
    "suggest",
    "support",
]

_MODULES = {
    "practice_cases": "cleanclaim.learn.interface",
    "practice_question": "cleanclaim.learn.interface",
    "analyze": "cleanclaim.analysis.interface",
    "audit_plan": "cleanclaim.audit.interface",
    "audit_profile": "cleanclaim.audit.interface",
    "audit_score": "cleanclaim.audit.interface",
    "audit_sheet": "cleanclaim.audit.interface",
    "check": "cleanclaim.api",
    "crosswalk": "cleanclaim.api",
    "diff": "cleanclaim.api",
    "drg": "cleanclaim.api",
    "explain": "cleanclaim.api",
    "level": "cleanclaim.api",
    "price": "cleanclaim.api",
    "remit_match": "cleanclaim.api",
    "lookup": "cleanclaim.api",
    "search": "cleanclaim.api",
    "suggest": "cleanclaim.api",
    "support": "cleanclaim.api",
    "Encoder": "cleanclaim.encoder",
    "History": "cleanclaim.write.history",
    "Reference": "cleanclaim.reference",
    "Report": "cleanclaim.report.result",
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use, so that `cleanclaim --help` doesn't wait for it."""
    if name not in _MODULES:
        raise AttributeError(f"module 'cleanclaim' has no attribute '{name}'")
    from importlib import import_module  # noqa: PLC0415 - see above

    return getattr(import_module(_MODULES[name]), name)
