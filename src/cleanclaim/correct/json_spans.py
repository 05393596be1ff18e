"""JSON with where each value is in its text, so that one can be changed and every other byte stays."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

_scanned: Final[Callable[[str, int], tuple[str, int]]] = json.decoder.scanstring  # type: ignore[attr-defined]
_BLANK: Final = re.compile(r"[ \t\r\n\ufeff]*")
_PLAIN: Final = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")


@dataclass(slots=True)
class Node:
    """A value of a JSON text.

    Attributes:
        start: where it starts.
        end: where it ends.
        value: its text for a string, its digits or word for others; None for objects and lists.
        members: the values of an object, by name.
        items: the values of a list.
        parent: the object or list that holds it.
        begin: where its member or item starts: at its name, or at the value.
    """

    start: int
    end: int = 0
    value: str | None = None
    is_text: bool = False
    members: dict[str, Node] | None = None
    items: list[Node] | None = None
    parent: Node | None = field(default=None, repr=False)
    begin: int = 0

    def get(self, *path: str | int) -> Node | None:
        """The value below it, by names and places; None if there is none."""
        node: Node | None = self
        for step in path:
            if node is None:
                return None
            node = node.below(step)
        return node

    def below(self, step: str | int) -> Node | None:
        """The member of a name, or the item at a place; None if there is none."""
        if isinstance(step, str):
            return (self.members or {}).get(step)
        return self.items[step] if self.items and step < len(self.items) else None

    def children(self) -> list[Node]:
        """The values directly below it."""
        return list(self.members.values()) if self.members is not None else list(self.items or ())

    def leaves(self) -> Iterator[Node]:
        """The strings, numbers and words below it."""
        if self.value is not None:
            yield self
        for child in self.children():
            yield from child.leaves()

    @property
    def name(self) -> str:
        """The name of its member; empty for an item of a list."""
        if self.parent is None or self.parent.members is None:
            return ""
        return next((name for name, one in self.parent.members.items() if one is self), "")


def parsed(text: str, at: int = 0) -> Node:
    """The value that starts at a place of a text, which was read as valid JSON before."""
    at = _skip(text, at)
    node = Node(at, begin=at)
    mark = text[at]
    if mark == "{":
        _object(text, node)
    elif mark == "[":
        _list(text, node)
    elif mark == '"':
        node.value, node.end = _scanned(text, at + 1)
        node.is_text = True
    else:
        found = _PLAIN.match(text, at)
        node.value = found[0] if found else ""
        node.end = found.end() if found else at + 1
    return node


def _object(text: str, node: Node) -> None:
    node.members = {}
    at = _skip(text, node.start + 1)
    while text[at] != "}":
        begin = at
        name, at = _scanned(text, at + 1)
        child = parsed(text, _skip(text, at) + 1)
        child.parent, child.begin = node, begin
        node.members[name] = child
        at = _next(text, child.end)
    node.end = at + 1


def _list(text: str, node: Node) -> None:
    node.items = []
    at = _skip(text, node.start + 1)
    while text[at] != "]":
        child = parsed(text, at)
        child.parent = node
        node.items.append(child)
        at = _next(text, child.end)
    node.end = at + 1


def _next(text: str, at: int) -> int:
    """Where the next member or item starts, or the object or list ends."""
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def added(text: str, holder: Node, value: Any, name: str | None = None) -> tuple[int, str]:
    """Where a member or item is added at the end of an object or list, and the text to insert.

    Args:
        text: the whole text.
        holder: the object or list.
        value: the new value.
        name: the new member's name; None for a list.
    """
    written = json.dumps(value, ensure_ascii=False)
    if name is not None:
        colon = '": ' if re.match(r'"\s*:\s', text[_name_end(holder, text) :]) else '":'
        written = f'"{name}{colon}{written}'
    children = holder.children()
    if not children:
        return holder.start + 1, written
    last = children[-1]
    gap = text[_before(text, last.begin) : last.begin]
    return last.end, f",{gap}{written}"


def _name_end(holder: Node, text: str) -> int:
    """Where the last name of an object ends, at its quotation mark; the end of the text if it has none."""
    children = holder.children()
    if not children:
        return len(text)
    _, end = _scanned(text, children[-1].begin + 1)
    return end - 1


def _before(text: str, at: int) -> int:
    """Where the blanks before a place start."""
    while at and text[at - 1] in " \t\r\n":
        at -= 1
    return at


def span_without(node: Node) -> tuple[int, int]:
    """The span to delete to remove a member or an item, with its comma.

    What held it is removed too if nothing else is in it.
    """
    holder = node.parent
    if holder is None:
        return node.start, node.end
    children = holder.children()
    if len(children) == 1 and holder.parent is not None:
        return span_without(holder)
    at = children.index(node)
    if at:
        return children[at - 1].end, node.end
    return node.begin, children[1].begin if len(children) > 1 else node.end
