"""The whole report as one JSON object, with one line per entry of its lists."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO, Final

from cleanclaim.report import entries
from cleanclaim.report.coding import coding
from cleanclaim.report.result import Results, file_dict
from cleanclaim.text.escaping import json_safe

_STEP: Final = "  "


def write(results: Results, out: BinaryIO) -> None:
    """Write `summary`, `claims`, `findings`, `coding`, `not_checked`, `failures` and `files`, some thousand entries at a time.

    Args:
        results: what was found.
        out: where to write it.
    """
    parts = {
        "claims": entries.claims(results),
        "findings": entries.findings(results),
        "coding": [[_text(entry) for entry in coding(results)]],
        "not_checked": entries.not_checked(results),
        "failures": [[_text(failure.to_dict()) for failure in results.failures]],
        "files": [[_text(file_dict(entry)) for entry in results.files]],
    }
    put(results.summary, parts, out)


def put(
    summary: Mapping[str, Any], lists: Mapping[str, Iterable[list[str]]], out: BinaryIO
) -> None:
    """Write a report.

    Args:
        summary: its counts.
        lists: its lists by name, each in parts; entries are the texts of JSON objects.
        out: where to write it.
    """
    counts = json.dumps(summary, indent=len(_STEP), ensure_ascii=False)
    out.write(b'{\n  "summary": ' + json_safe(textwrap.indent(counts, _STEP)).strip().encode())
    for name, parts in lists.items():
        _put(name, parts, out)
    out.write(b"\n}\n")


def _put(name: str, parts: Iterable[list[str]], out: BinaryIO) -> None:
    out.write(f',\n{_STEP}"{name}": ['.encode())
    line = f"\n{_STEP * 2}"
    before = line
    for part in parts:
        if part:
            out.write((before + f",{line}".join(part)).encode())
            before = f",{line}"
    out.write(b"]" if before == line else f"\n{_STEP}]".encode())


def _text(item: dict[str, Any]) -> str:
    return json_safe(json.dumps(item, ensure_ascii=False, separators=(",", ":")))
