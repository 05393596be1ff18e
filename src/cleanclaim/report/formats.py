"""The formats of a report, by name."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import BinaryIO, Final

from cleanclaim.report.result import Report, Results


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Attributes:
        module: the module of `cleanclaim.report` that writes it, loaded on first use; its `write` takes the result, a binary stream and whether to
            write colors.
        ending: the extension of its files.
        is_binary: True if it isn't text.
        is_whole: True if it needs the whole report in memory, which limits the number of claims.
    """

    module: str
    ending: str
    is_binary: bool = False
    is_whole: bool = False

    def write(self, results: Results, out: BinaryIO, *, color: bool = False) -> None:
        """Write a result in this format, part by part."""
        write: Callable[[Results, BinaryIO, bool], None] = import_module(
            f"cleanclaim.report.{self.module}"
        ).write
        write(results, out, color)

    def render(self, report: Report, *, color: bool = False) -> bytes:
        """A report in this format."""
        out = io.BytesIO()
        self.write(report, out, color=color)
        return out.getvalue()


FORMATS: Final[dict[str, Format]] = {
    "text": Format("text", ".txt"),
    "json": Format("json", ".json"),
    "jsonl": Format("jsonl", ".jsonl"),
    "sarif": Format("sarif", ".sarif", is_whole=True),
    "csv": Format("csv", ".csv"),
    "parquet": Format("parquet", ".parquet", is_binary=True),
    "html": Format("page", ".html", is_whole=True),
}
