"""Running mutants of an edit against the edit's own examples."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final, TypeVar

from cleanclaim.edits.edit import Edit
from cleanclaim.edits.registry import edits_in
from cleanclaim.engine.examples import claims_of, fault_of, tables_of
from cleanclaim.reference import Reference
from mutating.mutations import Mutation, mutations_of
from mutating.sites import helper_parts_of, parts_of

_TEMPORARY: Final = "mutant_of_"
Made = TypeVar("Made")


class SharedReference(Reference):
    """The dated tables; what a mutant derives from them is not kept for the next one."""

    def derived(self, name: str, make: Callable[[], Made]) -> Made:
        """What `make` makes, kept unless a mutant's code makes it."""
        return make() if make.__module__.startswith(_TEMPORARY) else super().derived(name, make)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mutation that was tried.

    Attributes:
        of: the code of the edit, or the helper's name, whose file was mutated.
        part: the function, constant or argument.
        line: where, in the file.
        before: the code as it is.
        after: the code with the mistake.
        caught: which example caught it, or how it failed; None if it survived.
    """

    of: str
    part: str
    line: int
    before: str
    after: str
    caught: str | None

    @property
    def name(self) -> str:
        """The mutation in one line; no other of the file has the same."""
        return f"{self.part}: {self.before} → {self.after}"


class Examples:
    """The examples of an edit, with their claims read once."""

    def __init__(self, edit: Edit, reference: Reference) -> None:
        self.edit = edit
        self._read = [
            (claims_of(example), tables_of(example, reference)) for example in edit.examples
        ]
        self._order = list(range(len(edit.examples)))

    def fault(self, mutant: Edit) -> str | None:
        """The first example that doesn't hold for a mutant; None if all hold. What caught the last one is tried first."""
        for n in self._order:
            example = self.edit.examples[n]
            if fault_of(mutant, example, *self._read[n]):
                self._order.remove(n)
                self._order.insert(0, n)
                return example.title
        return None


def mutants_of_edit(edit: Edit, reference: SharedReference) -> Iterator[Mutant]:
    """Every mutant of the file of an edit, tried."""
    path = _path(edit.function.__module__)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    examples = Examples(edit, reference)
    for mutation in mutations_of(parts_of(tree)):
        with mutation.made():
            caught = _loaded_fault(compile(tree, str(path), "exec"), examples)
        yield _tried(edit.code, mutation, caught)


def mutants_of_helper(
    module: str, edits: Sequence[Edit], reference: SharedReference
) -> Iterator[Mutant]:
    """Every mutant of a helper module of a family, tried on all examples of the family."""
    path = _path(module)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    family = [(Examples(edit, reference), _compiled(edit)) for edit in edits]
    for mutation in mutations_of(helper_parts_of(tree)):
        with mutation.made():
            caught = _helper_fault(module, compile(tree, str(path), "exec"), family)
        yield _tried(module.removeprefix("cleanclaim.edits."), mutation, caught)


def helpers_of(family: str) -> list[str]:
    """The helper modules of a family, those that hold no edit."""
    package = importlib.import_module(f"cleanclaim.edits.{family.lower()}")
    names = sorted(path.stem for path in Path(package.__path__[0]).glob("*.py"))
    modules = [f"{package.__name__}.{name}" for name in names if name != "__init__"]
    return [name for name in modules if not edits_in(importlib.import_module(name))]


def _tried(of: str, mutation: Mutation, caught: str | None) -> Mutant:
    return Mutant(of, mutation.part, mutation.line, mutation.before, mutation.after, caught)


def _helper_fault(
    module: str, code: CodeType, family: Sequence[tuple[Examples, CodeType]]
) -> str | None:
    """How the edits of a family show that their helper is wrong; None if none does."""
    was = sys.modules[module]
    try:
        sys.modules[module] = _loaded(code)
        for examples, edit_code in family:
            caught = _loaded_fault(edit_code, examples)
            if caught:
                return f"{examples.edit.code}: {caught}"
    except Exception as error:  # noqa: BLE001 - a mutant may fail in any way
        return f"{type(error).__name__}: {error}"
    finally:
        sys.modules[module] = was
    return None


def _loaded_fault(code: CodeType, examples: Examples) -> str | None:
    """What shows that a mutant of an edit is wrong; None if nothing does."""
    try:
        found = edits_in(_loaded(code))
        mutant = next(edit for edit in found if edit.code == examples.edit.code)
        return examples.fault(replace(mutant, examples=examples.edit.examples))
    except Exception as error:  # noqa: BLE001 - a mutant may fail in any way
        return f"{type(error).__name__}: {error}"


_count = iter(range(sys.maxsize))


def _loaded(code: CodeType) -> ModuleType:
    """A module made of code, under a name that only it has."""
    module = ModuleType(f"{_TEMPORARY}{next(_count)}")
    with _known(module):
        exec(code, module.__dict__)  # noqa: S102 - it is our own code, mutated
    return module


@contextmanager
def _known(module: ModuleType) -> Iterator[None]:
    """Have a module known by its name while it is loaded: dataclasses look for theirs."""
    sys.modules[module.__name__] = module
    try:
        yield
    finally:
        del sys.modules[module.__name__]


def _compiled(edit: Edit) -> CodeType:
    path = _path(edit.function.__module__)
    return compile(path.read_text(encoding="utf-8"), str(path), "exec")


def _path(module: str) -> Path:
    return Path(str(sys.modules[module].__file__))
