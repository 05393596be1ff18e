"""The formats of a report, by name."""

from __future__ import annotations

import io
from dataclasses import dataclass
from importlib import import_module
from typing import BinaryIO, Final

from cleanclaim.report.result import Report, Results
from cleanclaim.report.worklist import View, arranged

TABLES: Final = ("findings", "claims", "not-checked")
"""The tables of a report."""
_AS_READ: Final = View()
WIDTH: Final = 100
"""The length of a line of text that isn't shown on a terminal."""


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Attributes:
        module: the module of `cleanclaim.report` that writes it, loaded on first use; its `write` takes the result and a binary stream.
        ending: the extension of its files.
        is_binary: True if it isn't text.
        is_whole: True if it needs the whole report in memory, which limits the number of claims.
        shows_groups: True if it shows what findings are grouped by; its `write` also takes whether to write colors, and the view.
        has_tables: True if it writes one table at a time: the findings, or another of `TABLES`.
        answers_x12: True if it answers 837 files, which it reads again.
        wraps: True if it breaks lines at a width, which its `write` takes last.
    """

    module: str
    ending: str
    is_binary: bool = False
    is_whole: bool = False
    shows_groups: bool = False
    has_tables: bool = False
    wraps: bool = False
    answers_x12: bool = False

    def write(
        self,
        results: Results,
        out: BinaryIO,
        *,
        color: bool = False,
        view: View = _AS_READ,
        width: int = WIDTH,
    ) -> None:
        """Write a result in this format, part by part.

        Args:
            results: what was found.
            out: where to write it.
            color: whether to write terminal colors.
            view: how to list the claims.
            width: the length of a line in characters.
        """
        module = import_module(f"cleanclaim.report.{self.module}")
        if self.wraps:
            module.write(results, out, color, view, width)
        elif self.shows_groups:
            module.write(results, out, color, view)
        elif self.answers_x12:
            module.write(results, out)
        else:
            module.write(arranged(results, view), out)

    def write_table(self, table: str, results: Results, out: BinaryIO) -> None:
        """Write one of `TABLES` in this format, if it has tables."""
        import_module(f"cleanclaim.report.{self.module}").write_table(table, results, out)

    def render(self, report: Report, *, color: bool = False, view: View = _AS_READ) -> bytes:
        """A report in this format."""
        out = io.BytesIO()
        self.write(report, out, color=color, view=view)
        return out.getvalue()


FORMATS: Final[dict[str, Format]] = {
    "text": Format("text", ".txt", shows_groups=True, wraps=True),
    "json": Format("json", ".json"),
    "jsonl": Format("jsonl", ".jsonl"),
    "sarif": Format("sarif", ".sarif", is_whole=True),
    "csv": Format("csv", ".csv", has_tables=True),
    "parquet": Format("parquet", ".parquet", is_binary=True, has_tables=True),
    "xlsx": Format("xlsx", ".xlsx", is_binary=True, is_whole=True),
    "html": Format("page", ".html", is_whole=True, shows_groups=True),
    "fhir": Format("fhir", ".fhir.json"),
}
"""The formats of a report."""
ANSWERS: Final[dict[str, Format]] = {
    "999": Format("x12_999", ".999", is_whole=True, answers_x12=True),
    "277ca": Format("x12_277ca", ".277", is_whole=True, answers_x12=True),
    "ta1": Format("x12_ta1", ".ta1", is_whole=True, answers_x12=True),
}
"""The formats that answer 837 files, as a payer would."""


def format_of(name: str) -> Format:
    """A format of either kind."""
    return FORMATS.get(name) or ANSWERS[name]
