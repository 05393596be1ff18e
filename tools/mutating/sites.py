"""Where an edit's file can be mutated: what counts as a condition and what is wording."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

CONDITIONS: Final = frozenset({"when", "beside", "needs", "unchecked"})
"""Arguments of an edit's decorator that decide something; the others are wording, sources and examples."""
_SHOWN_ONLY: Final = frozenset({"suggestion"})
"""Columns that are wording: what decides about them is not mutated."""
_WORDING_CALLS: Final = frozenset({"worded", "Source"})
_NOT_CONDITIONS: Final = frozenset(
    {
        "ascending", "coalesce", "descending", "dtype", "keep", "left_on", "literal", "maintain_order", "nulls_last", "on", "return_dtype",
        "right_on", "schema", "strict", "suffix", "validate", "how",
    }
)  # fmt: skip
"""Keywords of Polars that order, type or name; `how` has a mutation of its own."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a syntax tree that holds a node.

    Attributes:
        parent: the node above.
        field: the name of the parent's field.
        index: the position in the field if it is a list.
    """

    parent: ast.AST
    field: str
    index: int | None = None

    def get(self) -> ast.AST:
        """The node that is here."""
        held = getattr(self.parent, self.field)
        node: ast.AST = held if self.index is None else held[self.index]
        return node

    def put(self, node: object) -> None:
        """Put another node here, or another list of nodes if this is a whole field."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


@dataclass(frozen=True, slots=True)
class Part:
    """A named part of an edit's file that holds conditions.

    Attributes:
        name: of the function, the constant, or the decorator's argument.
        slots: where its code is.
    """

    name: str
    slots: tuple[Slot, ...]


def parts_of(tree: ast.Module) -> list[Part]:
    """The parts of an edit's file that decide, in order: arguments, functions and constants that conditions reach."""
    edits = [node for node in tree.body if isinstance(node, ast.FunctionDef) and _decorators(node)]
    arguments = [
        Part(keyword.arg or "", (Slot(keyword, "value"),))
        for edit in edits
        for decorator in _decorators(edit)
        for keyword in decorator.keywords
        if keyword.arg in CONDITIONS
    ]
    named = _named_parts(tree)
    reached = [*arguments, *(named[edit.name] for edit in edits)]
    return _with_all_reached(reached, named)


def helper_parts_of(tree: ast.Module) -> list[Part]:
    """The parts of a family's helper module: every function and constant."""
    return list(_named_parts(tree).values())


def children(node: ast.AST) -> Iterator[Slot]:
    """The slots below a node that may hold conditions; wording, annotations and names are left out."""
    if _is_wording(node):
        return
    for field, held in ast.iter_fields(node):
        if field in {"annotation", "returns", "decorator_list", "ctx", "op", "ops", "type_params"}:
            continue
        if isinstance(node, ast.keyword) and node.arg in _NOT_CONDITIONS:
            continue
        nodes = held if isinstance(held, list) else [held]
        for index, child in enumerate(nodes):
            if isinstance(child, ast.AST) and not _is_docstring(child):
                yield Slot(node, field, index if isinstance(held, list) else None)


def called(node: ast.AST) -> str:
    """The name of the function or method that a call calls; empty for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _is_wording(node: ast.AST) -> bool:
    if called(node) in _WORDING_CALLS:
        return True
    if called(node) == "alias" and isinstance(node, ast.Call) and node.args:
        name = node.args[0]
        return isinstance(name, ast.Constant) and name.value in _SHOWN_ONLY
    return isinstance(node, ast.keyword) and node.arg in _SHOWN_ONLY


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _decorators(function: ast.FunctionDef) -> list[ast.Call]:
    """The decorators that make an edit of a function."""
    return [
        decorator
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call)
        and any(keyword.arg == "examples" for keyword in decorator.keywords)
    ]


def _named_parts(tree: ast.Module) -> dict[str, Part]:
    """The functions and constants of a module."""
    parts = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            parts[node.name] = Part(node.name, _statements(node))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            parts[name] = Part(name, (Slot(node, "value"),))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            parts[node.target.id] = Part(node.target.id, (Slot(node, "value"),))
    return parts


def _statements(function: ast.FunctionDef) -> tuple[Slot, ...]:
    """The statements of a function that decide; a variable that only wording uses does not."""
    every = [Slot(function, "body", n) for n, one in enumerate(function.body) if not _is_docstring(one)]  # fmt: skip
    used = {name for slot in every for name in _names_in(slot.get())}
    return tuple(slot for slot in every if _assigned(slot.get()) in {None, *used})


def _assigned(node: ast.AST) -> str | None:
    """The variable that a statement sets, and does nothing else."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _with_all_reached(first: list[Part], named: dict[str, Part]) -> list[Part]:
    reached = {part.name: part for part in first}
    waiting = list(first)
    while waiting:
        part = waiting.pop(0)
        for name in (name for slot in part.slots for name in _names_in(slot.get())):
            if name in named and name not in reached:
                reached[name] = named[name]
                waiting.append(named[name])
    return list(reached.values())


def _names_in(node: ast.AST) -> Iterator[str]:
    """The names that conditions use."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield node.id
    for slot in children(node):
        yield from _names_in(slot.get())
