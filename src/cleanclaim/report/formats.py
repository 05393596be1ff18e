"""The formats of a report, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from cleanclaim.report.result import Report


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Attributes:
        write: writes a report, told whether with colour.
        ending: how the name of a file of this format ends.
        is_binary: True where the result is no text.
    """

    write: Callable[[Report, bool], str | bytes]
    ending: str
    is_binary: bool = False

    def render(self, report: Report, *, color: bool = False) -> str | bytes:
        """The report in this format."""
        return self.write(report, color)


def _text(report: Report, color: bool) -> str:  # noqa: FBT001 - the signature of every format
    from cleanclaim.report import text  # noqa: PLC0415 - a format is loaded when it is asked for

    return text.render(report, color=color)


def _json(report: Report, color: bool) -> str:  # noqa: ARG001, FBT001
    return report.to_json() + "\n"


def _module(name: str, function: str = "render") -> Callable[[Report, bool], Any]:
    def write(report: Report, color: bool) -> Any:  # noqa: ARG001, FBT001
        return getattr(import_module(f"cleanclaim.report.{name}"), function)(report)

    return write


FORMATS: Final[dict[str, Format]] = {
    "text": Format(_text, ".txt"),
    "json": Format(_json, ".json"),
    "jsonl": Format(_module("jsonl"), ".jsonl"),
    "sarif": Format(_module("sarif"), ".sarif"),
    "csv": Format(_module("tables", "render_csv"), ".csv"),
    "parquet": Format(_module("tables", "render_parquet"), ".parquet", is_binary=True),
    "html": Format(_module("page"), ".html"),
}
