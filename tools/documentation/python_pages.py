"""The reference of the Python interface, from signatures and docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import is_dataclass
from functools import cached_property
from typing import Any, Final

import cleanclaim
from cleanclaim import errors
from cleanclaim.encoder.crosswalk import Crosswalk, Mapping
from cleanclaim.encoder.lookup import Page
from cleanclaim.encoder.result import Result
from cleanclaim.remit.result import RemitReport
from documentation.docstrings import one_line, parse
from documentation.markdown import code, fenced, table

_HEAD: Final = """# Python

This page is generated from the docstrings of the public names: everything in `cleanclaim.__all__`, and what these functions return. Names that
aren't on this page may change at any time.

```python
import cleanclaim

report = cleanclaim.check("claims.837")
report.is_clean
report.findings  # a Polars data frame, one row per finding
```
"""
_RETURNED: Final = (Page, Result, Crosswalk, Mapping, RemitReport)
_WIDTH: Final = 88


def python_page() -> str:
    """The public names, what the functions return, and the errors."""
    public = [getattr(cleanclaim, name) for name in cleanclaim.__all__ if name != "__version__"]
    functions = sorted(filter(inspect.isfunction, public), key=_line)
    classes = sorted(filter(inspect.isclass, public), key=lambda one: str(one.__name__))
    lines = [_HEAD, "## Functions", "", *_each(functions, "cleanclaim.")]
    lines += ["## Classes", "", *_each(classes, "cleanclaim.")]
    lines += ["## What the functions return", "", *_each(_RETURNED, "")]
    lines += ["## Errors", "", *errors_of()]
    return "\n".join(lines).rstrip("\n") + "\n"


def errors_of() -> Iterator[str]:
    """The tree of errors."""
    blocks = inspect.cleandoc(errors.__doc__ or "").split("\n\n")
    yield "All of them are in `cleanclaim.errors`."
    yield ""
    for block in blocks[1:]:
        yield from fenced(block) if "──" in block else [one_line(block)]
        yield ""


def _line(function: Callable[..., Any]) -> int:
    return function.__code__.co_firstlineno


def _each(members: Sequence[Any], prefix: str) -> Iterator[str]:
    for one in members:
        yield from (
            class_section(one, prefix) if inspect.isclass(one) else function_section(one, prefix)
        )


def function_section(
    function: Callable[..., Any], prefix: str, level: str = "###"
) -> Iterator[str]:
    """A function: its signature, what its docstring says, and examples."""
    name = function.__name__
    yield from (f"{level} {prefix}{name}", "")
    yield from (*fenced(_signature(function, name), "python"), "")
    yield from _told(function.__doc__)


def class_section(made: type, prefix: str) -> Iterator[str]:
    """A class: what its docstring says, then its public methods and properties."""
    yield from (f"### {prefix}{made.__name__}", "")
    if "__init__" in vars(made) and not is_dataclass(made):
        yield from (*fenced(_signature(made.__init__, made.__name__), "python"), "")  # type: ignore[misc]
    yield from _told(made.__doc__)
    for name, member in vars(made).items():
        if name.startswith("_"):
            continue
        if isinstance(member, (property, cached_property)):
            yield from (f"#### {made.__name__}.{name}", "", *_told(member.__doc__))
        elif isinstance(member, (classmethod, staticmethod)) or inspect.isfunction(member):
            yield from function_section(getattr(made, name), f"{made.__name__}.", "####")


def _signature(function: Callable[..., Any], name: str) -> str:
    """A call as a reader writes it: without `self`, one parameter per line if it is long."""
    signature = inspect.signature(function)
    parts: list[str] = []
    for one in signature.parameters.values():
        if one.name in {"self", "cls"}:
            continue
        is_starred = any(part.startswith("*") for part in parts)
        if one.kind is inspect.Parameter.KEYWORD_ONLY and not is_starred:
            parts.append("*")
        parts.append(_parameter(one))
    result = signature.return_annotation
    arrow = "" if result in {inspect.Signature.empty, "None"} else f" -> {result}"
    short = f"{name}({', '.join(parts)}){arrow}"
    if len(short) <= _WIDTH:
        return short
    inside = "".join(f"    {part},\n" for part in parts)
    return f"{name}(\n{inside}){arrow}"


def _parameter(parameter: inspect.Parameter) -> str:
    is_many = parameter.kind is inspect.Parameter.VAR_POSITIONAL
    is_named = parameter.kind is inspect.Parameter.VAR_KEYWORD
    text = f"{'*' * is_many}{'**' * is_named}{parameter.name}"
    if parameter.annotation is not inspect.Parameter.empty:
        text += f": {str(parameter.annotation).replace(chr(39), '')}"
    if parameter.default is inspect.Parameter.empty:
        return text
    default = "..." if callable(parameter.default) else repr(parameter.default).replace("'", '"')
    return f"{text} = {default}"


def _told(docstring: str | None) -> Iterator[str]:
    """What a docstring says, as paragraphs and tables."""
    parsed = parse(docstring)
    for text in parsed.text:
        yield from (text, "")
    for section, head in (("Args", "argument"), ("Attributes", "attribute"), ("Raises", "raises")):
        entries = parsed.named.get(section)
        if entries:
            rows = ((code(name), what) for name, what in entries.items())
            yield from (*table((head, "what"), rows), "")
    for section, text in parsed.said.items():
        yield from (f"{section}: {text}", "")
    if parsed.examples:
        yield from (*fenced("\n".join(parsed.examples), "python"), "")
