"""Google-style docstrings, taken apart."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field
from typing import Final

_SECTIONS: Final = ("Args", "Attributes", "Returns", "Yields", "Raises")
_ENTRY: Final = re.compile(r"(?P<name>\*{0,2}[A-Za-z_][\w, .*]*): (?P<what>.*)")


@dataclass(frozen=True)
class Docstring:
    """A docstring, taken apart.

    Attributes:
        text: the paragraphs before the first section.
        named: by section (Args, Attributes, Raises), what it says about each name.
        said: by section (Returns, Yields), its text.
        examples: lines for the interpreter, with what they print.
    """

    text: list[str] = field(default_factory=list)
    named: dict[str, dict[str, str]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)


def parse(docstring: str | None) -> Docstring:
    """Take a docstring apart."""
    parsed = Docstring()
    section = ""
    for block in inspect.cleandoc(docstring or "").split("\n\n"):
        heading, _, body = block.partition("\n")
        name = heading.removesuffix(":")
        if block.startswith(">>>"):
            parsed.examples.extend(block.splitlines())
        elif heading.endswith(":") and name in _SECTIONS:
            section = name
            _add(parsed, section, inspect.cleandoc(body))
        elif section and block.startswith(" "):
            _add(parsed, section, inspect.cleandoc(block))
        else:
            section = ""
            parsed.text.append(one_line(block))
    return parsed


def _add(parsed: Docstring, section: str, body: str) -> None:
    if section in {"Returns", "Yields"}:
        parsed.said[section] = f"{parsed.said.get(section, '')} {one_line(body)}".strip()
        return
    entries = parsed.named.setdefault(section, {})
    for line in body.splitlines():
        match = None if line.startswith(" ") else _ENTRY.fullmatch(line)
        if match:
            entries[match["name"]] = match["what"]
        elif entries:
            last = next(reversed(entries))
            entries[last] = f"{entries[last]} {line.strip()}"


def one_line(text: str) -> str:
    """A paragraph without its line breaks."""
    return " ".join(text.split())
