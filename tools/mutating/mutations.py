"""The mutations of an edit's conditions: one small mistake each."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from mutating.sites import Part, Slot, called, children

_OTHER_OPERATORS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_PAIRS: Final = (
    ("min", "max"),
    ("any", "all"),
    ("any_horizontal", "all_horizontal"),
    ("min_horizontal", "max_horizontal"),
    ("is_null", "is_not_null"),
    ("eq_missing", "ne_missing"),
)
_OTHER_NAME: Final = {**dict(_PAIRS), **{b: a for a, b in _PAIRS}}
_OTHER_JOIN: Final = {"anti": "semi", "semi": "anti", "left": "inner", "inner": "left"}
_OF_MEMBERS: Final = frozenset({"is_in", "has_modifier", "modifiers_among", "contains_any"})
"""Calls whose arguments are codes, or lists of codes, to be among."""
_OF_TEXT: Final = frozenset({"starts_with", "ends_with", "contains", "offset_by"}) | _OF_MEMBERS
"""Calls whose text is a value and not the name of a column."""
_WRAPPERS: Final = frozenset({"list", "tuple", "set", "frozenset", "sorted"})
_MANY: Final = 12
"""Of a longer list only the first, the middle and the last member are dropped."""
_DROPPED: Final = "(dropped)"
_NOTE: Final = re.compile(r"\^?\((?:\?:)?([^()]*\|[^()]*)\)")
"""A choice in a regular expression."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One small mistake.

    Attributes:
        part: the function, constant or argument that it is in.
        line: where, in the file.
        before: the code as it is.
        after: the code with the mistake.
        slot: what is changed.
        node: what it is changed to.
    """

    part: str
    line: int
    before: str
    after: str
    slot: Slot
    node: object

    @property
    def name(self) -> str:
        """The mutation in one line; no other of the edit has the same."""
        return f"{self.part}: {self.before} → {self.after}"

    @contextmanager
    def made(self) -> Iterator[None]:
        """Make the mistake, and take it back afterwards."""
        was = self.slot.get()
        self.slot.put(self.node)
        try:
            yield
        finally:
            self.slot.put(was)


def mutations_of(parts: Sequence[Part]) -> list[Mutation]:
    """Every mutation of these parts, in order; names are made unique by a number."""
    members = {name for part in parts for slot in part.slots for name in _member_names(slot.get())}
    found: list[Mutation] = []
    times: Counter[str] = Counter()
    for part in parts:
        for slot in part.slots:
            for mutation in _Of(part.name, slot, is_member=part.name in members).all():
                times[mutation.name] += 1
                n = times[mutation.name]
                found.append(replace(mutation, after=f"{mutation.after} [{n}]") if n > 1 else mutation)  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class _Of:
    """The mutations of the node in a slot.

    Attributes:
        part: the part it belongs to.
        slot: where it is.
        is_member: a list here holds codes to be among.
        is_term: this decides, alone or with others.
    """

    part: str
    slot: Slot
    is_member: bool = False
    is_term: bool = False

    def all(self) -> Iterator[Mutation]:
        """Those of the node and of everything below."""
        node = self.slot.get()
        yield from self._own(node)
        if _date_of(node) is not None:
            return
        for child in children(node):
            below = _Of(
                self.part, child, _is_member(node, child, self.is_member), _is_term(node, child)
            )
            yield from below.all()

    def _own(self, node: ast.AST) -> Iterator[Mutation]:
        if self.is_term:
            yield from self._negated(node)
        yield from self._of_operator(node)
        yield from self._of_value(node)

    def _of_operator(self, node: ast.AST) -> Iterator[Mutation]:
        match node:
            case ast.Compare(ops=[operator]):
                for other in _OTHER_OPERATORS[type(operator)]:
                    yield self._with(node, "ops", [other()])
            case ast.BinOp(op=ast.BitAnd() | ast.BitOr()):
                yield from self._chain(node)
            case ast.BoolOp():
                yield self._with(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())  # fmt: skip
                yield from self._operands(node)
            case ast.AugAssign(op=ast.BitAnd() | ast.BitOr()):
                yield self._with(node, "op", _other_junction(node.op))
            case ast.UnaryOp(op=ast.Invert() | ast.Not()):
                yield self._to(node, node.operand)

    def _of_value(self, node: ast.AST) -> Iterator[Mutation]:
        match node:
            case ast.Constant():
                yield from self._constant(node)
            case ast.Tuple() | ast.List() | ast.Set():
                if self.is_member and len(node.elts) > 1:
                    yield from self._each_dropped(node, "elts")
            case ast.Dict():
                yield from self._entries(node)
            case ast.comprehension():
                yield from self._each_dropped(node, "ifs", node.target)
            case ast.Call():
                yield from self._call(node)

    def _negated(self, node: ast.AST) -> Iterator[Mutation]:
        """A negation added; comparisons and what is negated already have mutations of their own."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            column = ast.parse(f"pl.col({node.value!r})", mode="eval").body
            yield self._to(node, ast.UnaryOp(ast.Invert(), column))
        elif isinstance(node, ast.Call | ast.Name | ast.Attribute):
            is_python = isinstance(self.slot.parent, ast.If | ast.IfExp | ast.While | ast.BoolOp)
            is_python |= isinstance(self.slot.parent, ast.comprehension)
            yield self._to(node, ast.UnaryOp(ast.Not() if is_python else ast.Invert(), node))

    def _operands(self, node: ast.BoolOp) -> Iterator[Mutation]:
        """Each operand of a Python `and` or `or` dropped."""
        for n in range(len(node.values)):
            left = [other for i, other in enumerate(node.values) if i != n]
            yield self._to(node, left[0] if len(left) == 1 else ast.BoolOp(node.op, left))

    def _chain(self, node: ast.BinOp) -> Iterator[Mutation]:
        """And for or, and each of the two sides dropped."""
        yield self._with(node, "op", _other_junction(node.op))
        yield self._to(node, node.left)
        if not (isinstance(node.left, ast.BinOp) and type(node.left.op) is type(node.op)):
            yield self._to(node, node.right)

    def _constant(self, node: ast.Constant) -> Iterator[Mutation]:
        value, parent = node.value, self.slot.parent
        if isinstance(value, bool):
            if not _is_filling(self.slot):
                yield self._to(node, ast.Constant(not value))
        elif isinstance(value, int | float) and not isinstance(parent, ast.Subscript):
            for step in _steps(self.slot, is_member=self.is_member):
                yield self._to(node, ast.Constant(value + step))
        elif isinstance(value, str) and _is_value(self.slot, is_member=self.is_member):
            for other in _other_texts(value, called(parent)):
                yield self._to(node, ast.Constant(other))

    def _entries(self, node: ast.Dict) -> Iterator[Mutation]:
        """Entries of a dictionary dropped, if it decides: an argument of the edit, or a list to be among."""
        is_argument = isinstance(self.slot.parent, ast.keyword)
        if not (is_argument or self.is_member) or len(node.keys) < 2:
            return
        for n in _sampled(len(node.keys)):
            if _is_none(node.values[n]):  # a table that is needed, without a condition
                continue
            kept = [i for i in range(len(node.keys)) if i != n]
            other = ast.Dict([node.keys[i] for i in kept], [node.values[i] for i in kept])
            yield Mutation(
                self.part, node.lineno, _text(node.keys[n]), _DROPPED, self.slot, _placed(other, node)
            )  # fmt: skip

    def _call(self, node: ast.Call) -> Iterator[Mutation]:
        name = called(node)
        day = _date_of(node)
        if day is not None:
            for other in (day + timedelta(days=n) for n in (-1, 1) if date.min < day < date.max):
                text = f"date({other.year}, {other.month}, {other.day})"
                yield self._to(node, ast.parse(text, mode="eval").body)
            return
        if name in _OTHER_NAME:
            yield self._renamed(node, _OTHER_NAME[name])
        if name == "filter" and isinstance(node.func, ast.Attribute):
            yield from self._each_dropped(node, "args", node.func.value)
        if name in _OF_MEMBERS and len(node.args) > 1:
            yield from self._each_dropped(node, "args")
        if name == "join":
            yield from self._joined(node)
        if name == "fill_null":
            yield from self._filled(node)
        if name == "is_between":
            for closed in ("left", "right"):
                keywords = [k for k in node.keywords if k.arg != "closed"]
                added = ast.keyword("closed", ast.Constant(closed))
                yield self._to(node, ast.Call(node.func, node.args, [*keywords, added]))

    def _filled(self, node: ast.Call) -> Iterator[Mutation]:
        """Another truth value for null."""
        args = [_opposite(value) for value in node.args]
        keywords = [ast.keyword(k.arg, _opposite(k.value)) for k in node.keywords]
        if _text(node) != _text(other := ast.Call(node.func, args, keywords)):
            yield self._to(node, other)

    def _joined(self, node: ast.Call) -> Iterator[Mutation]:
        how = next((k for k in node.keywords if k.arg == "how"), None)
        value = str(how.value.value) if how and isinstance(how.value, ast.Constant) else ""
        other = _OTHER_JOIN.get(value)
        if other is None:
            return
        keywords = [k for k in node.keywords if k is not how]
        changed = [*keywords, _placed(ast.keyword("how", ast.Constant(other)), node)]
        on = next((_text(k.value) for k in keywords if k.arg in {"on", "left_on"}), "")
        slot = Slot(node, "keywords")
        yield Mutation(self.part, node.lineno, f"{value} join on {on}", other, slot, changed)

    def _renamed(self, node: ast.Call, name: str) -> Mutation:
        if isinstance(node.func, ast.Attribute):
            func: ast.expr = ast.Attribute(node.func.value, name, ast.Load())
        else:
            func = ast.Name(name, ast.Load())
        return self._to(node, ast.Call(func, node.args, node.keywords))

    def _each_dropped(
        self, node: ast.expr | ast.comprehension, field: str, alone: ast.expr | None = None
    ) -> Iterator[Mutation]:
        """Each node of a list dropped.

        Args:
            node: what has the list.
            field: its field.
            alone: what is left of a call when its only argument is dropped.
        """
        nodes: list[ast.expr] = getattr(node, field)
        if len(nodes) == 1 and isinstance(alone, ast.expr) and isinstance(node, ast.Call):
            yield Mutation(self.part, node.lineno, _text(nodes[0]), _DROPPED, self.slot, alone)
            return
        for n in _sampled(len(nodes)):
            left = [other for i, other in enumerate(nodes) if i != n]
            slot = Slot(node, field)
            yield Mutation(self.part, nodes[n].lineno, _text(nodes[n]), _DROPPED, slot, left)

    def _with(self, node: ast.AST, field: str, value: object) -> Mutation:
        """The node with another value in one of its fields."""
        other = _copied(node)
        setattr(other, field, value)
        return self._to(node, other)

    def _to(self, node: ast.AST, other: ast.AST) -> Mutation:
        line: int = node.lineno  # type: ignore[attr-defined]
        return Mutation(self.part, line, _text(node), _text(other), self.slot, _placed(other, node))


def _is_filling(slot: Slot) -> bool:
    """Whether a constant is what `fill_null` puts in, which has a mutation of its own."""
    parent = slot.parent
    return called(parent) == "fill_null" or isinstance(parent, ast.keyword)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _opposite(node: ast.expr) -> ast.expr:
    """The other truth value; anything else as it is."""
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return ast.Constant(not node.value)
    return node


def _member_names(node: ast.AST, *, is_member: bool = False) -> Iterator[str]:
    """Names of constants that hold codes to be among."""
    if isinstance(node, ast.Name) and is_member:
        yield node.id
    for child in children(node):
        yield from _member_names(child.get(), is_member=_is_member(node, child, is_member))


def _is_member(node: ast.AST, child: Slot, is_member: bool) -> bool:  # noqa: FBT001 - as its caller has it
    """Whether a list in a slot below a node holds codes to be among."""
    match node:
        case ast.Call():
            is_wrapper = is_member and called(node) in _WRAPPERS
            return child.field == "args" and (called(node) in _OF_MEMBERS or is_wrapper)
        case ast.Compare(ops=[ast.In() | ast.NotIn()]):
            return child.field == "comparators"
        case ast.comprehension() | ast.For():
            return child.field == "iter"
        case ast.Starred() | ast.BinOp(op=ast.Add()):
            return is_member
        case ast.Tuple() | ast.List() | ast.Set():
            held = child.get()
            return is_member and (not isinstance(held, ast.Tuple) or _is_of_one_kind(held))
    return False


def _is_of_one_kind(node: ast.Tuple) -> bool:
    """Whether a tuple is a list of codes, and not a record."""
    return len({type(e.value) if isinstance(e, ast.Constant) else None for e in node.elts} | {None}) == 2  # fmt: skip


def _is_term(node: ast.AST, child: Slot) -> bool:
    """Whether a slot below a node holds a condition as a whole."""
    match node:
        case ast.BinOp(op=ast.BitAnd() | ast.BitOr()) | ast.BoolOp():
            return True
        case ast.If() | ast.IfExp() | ast.While():
            return child.field == "test"
        case ast.comprehension():
            return child.field == "ifs"
        case ast.Call():
            return child.field == "args" and called(node) in {"filter", "when"}
    return False


def _is_value(slot: Slot, *, is_member: bool) -> bool:
    """Whether a text is a value that is compared with, and not a column's name."""
    parent = slot.parent
    if isinstance(parent, ast.Compare):
        return True
    if isinstance(parent, ast.Call):
        return slot.field == "args" and called(parent) in _OF_TEXT and len(parent.args) == 1
    return is_member and isinstance(parent, ast.Tuple | ast.List | ast.Set) and len(parent.elts) == 1  # fmt: skip


def _steps(slot: Slot, *, is_member: bool) -> tuple[int, ...]:
    """What is added to a number: nothing that another mutation of its comparison does already, for whole numbers."""
    match slot.parent:
        case ast.List() | ast.Tuple() | ast.Set() if is_member:
            return ()
        case ast.Compare(ops=[ast.Gt() | ast.LtE()]):
            return (1,) if slot.field == "comparators" else (-1,)
        case ast.Compare(ops=[ast.Lt() | ast.GtE()]):
            return (-1,) if slot.field == "comparators" else (1,)
    return (1, -1)


def _other_texts(text: str, call: str) -> Iterator[str]:
    """Texts that are nearly the same."""
    if call == "offset_by":
        number = re.search(r"\d+", text)
        if number:
            for other in (int(number[0]) - 1, int(number[0]) + 1):
                yield text.replace(number[0], str(other), 1)
        return
    if call != "contains":
        yield f"{text}~"
        return
    if text.startswith("^"):
        yield text[1:]
    if text.endswith("$"):
        yield text[:-1]
    choice = _NOTE.search(text)
    choices = choice[1].split("|") if choice else []
    for n in _sampled(len(choices)):
        left = "|".join(other for i, other in enumerate(choices) if i != n)
        yield text.replace(choice[1], left, 1) if choice else text


def _date_of(node: ast.AST) -> date | None:
    """The day that a call of `date` with three numbers makes."""
    if not isinstance(node, ast.Call) or called(node) != "date" or len(node.args) != 3:
        return None
    numbers = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, int)]  # fmt: skip
    return date(*numbers) if len(numbers) == 3 else None


def _sampled(count: int) -> Iterable[int]:
    return range(count) if count <= _MANY else (0, count // 2, count - 1)


def _other_junction(operator: ast.operator) -> ast.operator:
    return ast.BitOr() if isinstance(operator, ast.BitAnd) else ast.BitAnd()


def _copied(node: ast.AST) -> ast.AST:
    """The node with the same nodes below it."""
    return type(node)(**dict(ast.iter_fields(node)))


def _placed(other: ast.AST, node: ast.AST) -> ast.AST:
    """A new node where the old one is in the file."""
    if not hasattr(other, "lineno"):
        ast.copy_location(other, node)
    return ast.fix_missing_locations(other)


def _text(node: ast.AST | None) -> str:
    return ast.unparse(node) if node is not None else ""
