"""The reference of what edits are written with, from signatures and docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from cleanclaim.derived.claims import Claims
from cleanclaim.edits import samples
from cleanclaim.edits.edit import (
    Disposition,
    Edit,
    Source,
    fails,
    passes,
    query_edit,
    row_edit,
    unchecked,
)
from cleanclaim.model import expressions
from documentation.docstrings import one_line, parse
from documentation.markdown import code, table
from documentation.python_pages import class_section, function_section

_HEAD: Final = """# What edits are written with

This page is generated from the docstrings. [Write your own edit](../how-to/own-edit.md) shows how the parts go together.
"""


def edit_api_page() -> str:
    """The decorators and their options, examples, expressions, and the tables that edits read."""
    lines = [_HEAD, "## Decorators", ""]
    for decorator in (row_edit, query_edit):
        lines += function_section(decorator, "")
    options = parse(Edit.__doc__).named["Attributes"]
    lines += ["## Options", ""]
    lines += table(("option", "what"), ((code(name), what) for name, what in options.items()))
    lines += ["", *class_section(Source, ""), "### Dispositions", ""]
    lines += [
        f"`{'`, `'.join(f'Disposition.{one.name}' for one in Disposition)}`: hardest first.",
        "",
    ]
    lines += ["## Examples", ""]
    for example in (fails, passes, unchecked):
        lines += function_section(example, "")
    lines += ["## Clean claims for examples", "", "In `cleanclaim.edits.samples`.", ""]
    for sample in _functions(samples):
        lines += function_section(sample, "")
    lines += ["## Expressions", "", "In `cleanclaim.model.expressions`.", ""]
    lines += table(("expression", "what"), _expressions())
    lines += ["", "## Tables of claims", "", *_tables()]
    return "\n".join(lines).rstrip("\n") + "\n"


def _functions(module: Any) -> list[Any]:
    """A module's own public functions, in their order."""
    return [
        member
        for name, member in vars(module).items()
        if inspect.isfunction(member)
        and member.__module__ == module.__name__
        and not name.startswith("_")
    ]


def _expressions() -> Iterator[tuple[str, str]]:
    for function in _functions(expressions):
        names = ", ".join(inspect.signature(function).parameters)
        yield code(f"{function.__name__}({names})"), parse(function.__doc__).text[0]


def _tables() -> Iterator[str]:
    """The tables of `Claims`."""
    yield from (one_line(parse(Claims.__doc__).text[0]), "")
    rows = (
        (code(name), " ".join(parse(member.__doc__).text))
        for name, member in vars(Claims).items()
        if isinstance(member, cached_property) and not name.startswith("_")
    )
    yield from table(("table", "what"), rows)
