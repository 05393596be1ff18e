"""The whole report as one JSON object."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

from cleanclaim.report.result import NOT_CHECKED_KEYS, Results, file_dict, finding_dict
from cleanclaim.visible import json_safe

_STEP: Final = "  "


def write(results: Results, out: BinaryIO, color: bool = False) -> None:  # noqa: ARG001, FBT001, FBT002 - as every format
    """`summary`, `findings`, `not_checked`, `failures` and `files`, written entry by entry.

    Args:
        results: what was found.
        out: where it is written.
        color: not used.
    """
    out.write(b'{\n  "summary": ' + _indented(results.summary).strip().encode())
    _put("findings", _findings(results), out)
    _put("not_checked", _not_checked(results), out)
    _put("failures", (failure.to_dict() for failure in results.failures), out)
    _put("files", (file_dict(entry) for entry in results.files), out)
    out.write(b"\n}\n")


def _findings(results: Results) -> Iterator[dict[str, Any]]:
    for findings in results.findings_parts():
        yield from (finding_dict(row) for row in findings.iter_rows(named=True))


def _not_checked(results: Results) -> Iterator[dict[str, Any]]:
    for gaps in results.not_checked_parts():
        yield from gaps.select(NOT_CHECKED_KEYS).iter_rows(named=True)


def _put(name: str, items: Iterable[dict[str, Any]], out: BinaryIO) -> None:
    out.write(f',\n{_STEP}"{name}": ['.encode())
    before = "\n"
    for item in items:
        out.write((before + textwrap.indent(_indented(item), _STEP)).encode())
        before = ",\n"
    out.write(b"]" if before == "\n" else f"\n{_STEP}]".encode())


def _indented(item: dict[str, Any]) -> str:
    text = json_safe(json.dumps(item, indent=len(_STEP), ensure_ascii=False))
    return textwrap.indent(text, _STEP)
