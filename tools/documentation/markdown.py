"""Small pieces of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table."""
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return [*lines, *(f"| {' | '.join(cell(text) for text in row)} |" for row in rows)]


def cell(text: str) -> str:
    """A text as a cell of a table holds it."""
    return " ".join(text.replace("|", "\\|").split())


def code(text: str) -> str:
    """A text as code."""
    return f"`{text}`" if text else ""


def fenced(text: str, language: str = "text") -> list[str]:
    """The lines of a block of code."""
    return [f"```{language}", *text.rstrip("\n").split("\n"), "```"]
