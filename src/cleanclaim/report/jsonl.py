"""The report as JSON Lines: an object a line, told apart by `type`, the summary last.

The objects hold what the JSON report holds, so that a report of any size can be read line by line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cleanclaim.report.result import NOT_CHECKED_KEYS, Report, file_dict, finding_dict


def render(report: Report) -> str:
    """The whole report: findings, what was not checked, files, summary.

    Args:
        report: what was found.

    Returns:
        Lines of JSON, each with a `type`: finding, not_checked, file or summary.
    """
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in _objects(report))


def _objects(report: Report) -> Iterator[dict[str, Any]]:
    for row in report.findings.iter_rows(named=True):
        yield {"type": "finding", **finding_dict(row)}
    for row in report.not_checked.select(NOT_CHECKED_KEYS).iter_rows(named=True):
        yield {"type": "not_checked", **row}
    for entry in report.files:
        yield {"type": "file", **file_dict(entry)}
    yield {"type": "summary", **report.summary}
