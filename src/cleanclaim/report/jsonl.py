"""The report as JSON Lines: one object per line, with its kind in `type`, and the summary last.

The objects have the keys of the JSON report, so a report of any size can be read line by line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, BinaryIO

from cleanclaim.report import entries
from cleanclaim.report.result import Results, file_dict
from cleanclaim.text.escaping import json_safe


def write(results: Results, out: BinaryIO) -> None:
    """Write the whole report: claims, findings, what was not checked, failures, files, summary.

    Args:
        results: what was found.
        out: where to write the lines; each has a `type`: claim, finding, not_checked, failure, file or summary.
    """
    _put("claim", entries.claims(results), out)
    _put("finding", entries.findings(results), out)
    _put("not_checked", entries.not_checked(results), out)
    out.writelines(_line({"type": "failure", **failure.to_dict()}) for failure in results.failures)
    out.writelines(_line({"type": "file", **file_dict(entry)}) for entry in results.files)
    out.write(_line({"type": "summary", **results.summary}))


def _put(kind: str, parts: Iterable[list[str]], out: BinaryIO) -> None:
    out.writelines(
        "".join(f'{{"type":"{kind}",{one[1:]}\n' for one in part).encode() for part in parts
    )


def _line(item: dict[str, Any]) -> bytes:
    return json_safe(json.dumps(item, ensure_ascii=False) + "\n").encode()
