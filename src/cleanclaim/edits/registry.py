"""Finding edits: those of cleanclaim, a user's folder of files, and entry points; and choosing among them."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import pkgutil
import sys
import traceback
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Final

import cleanclaim.edits
from cleanclaim.edits.edit import Edit
from cleanclaim.errors import EditError, UnknownEdit

ENTRY_POINT: Final = "cleanclaim.edits"


@cache
def own_edits() -> tuple[Edit, ...]:
    """Cleanclaim's edits, by code, found by walking `cleanclaim.edits`."""
    found = []
    for family in pkgutil.iter_modules(cleanclaim.edits.__path__, "cleanclaim.edits."):
        if not family.ispkg:
            continue
        package = importlib.import_module(family.name)
        for module in pkgutil.iter_modules(package.__path__, f"{family.name}."):
            found += edits_in(importlib.import_module(module.name))
    return tuple(sorted(found, key=lambda edit: edit.code))


def edits_in(module: ModuleType) -> list[Edit]:
    """The edits that a module defines."""
    return [value for value in vars(module).values() if isinstance(value, Edit)]


def folder_edits(folder: Path) -> tuple[list[Edit], list[EditError]]:
    """The edits of a user's folder, or of one file.

    Args:
        folder: its `*.py` files are loaded, without those whose names start with an underscore.

    Returns:
        The edits, and one error for each file that does not load; the others are not stopped by it.

    Raises:
        EditError: the folder is not there or holds no edit file.
    """
    below = sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))
    files = [folder] if folder.is_file() else below
    if not files:
        raise EditError(f"{folder} holds no edit files (*.py)" if folder.is_dir() else f"{folder} is no folder")
    edits: list[Edit] = []
    errors: list[EditError] = []
    for path in files:
        try:
            edits += _file_edits(path)
        except EditError as error:
            errors.append(error)
    return edits, errors


def entry_point_edits() -> tuple[list[Edit], list[EditError]]:
    """Edits of installed packages: entry points of the group `cleanclaim.edits` that name a module or an edit."""
    edits: list[Edit] = []
    errors: list[EditError] = []
    for point in entry_points(group=ENTRY_POINT):
        try:
            loaded = point.load()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - another package's code may fail in any way; it is reported
            said = f"entry point {point.name}: {type(error).__name__}: {error}"
            errors.append(EditError(said, f"entry point {point.name}"))
            continue
        edits += [loaded] if isinstance(loaded, Edit) else edits_in(loaded)
    return edits, errors


def together(*groups: Iterable[Edit]) -> list[Edit]:
    """All edits of several groups.

    Raises:
        EditError: two of them have one code.
    """
    by_code: dict[str, Edit] = {}
    for edit in (edit for group in groups for edit in group):
        if edit.code in by_code and by_code[edit.code] is not edit:
            raise EditError(f"two edits have the code {edit.code}: '{by_code[edit.code].name}' and '{edit.name}'")
        by_code[edit.code] = edit
    return [by_code[code] for code in sorted(by_code)]


def choose(edits: Sequence[Edit], select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[Edit]:
    """Those edits that run.

    Args:
        edits: all of them.
        select: codes (former ones too), families or names; empty for every edit that runs by default.
        ignore: the same, to be left out.

    Returns:
        The chosen ones, in order.

    Raises:
        UnknownEdit: a word names no edit.
    """
    chosen = [e for e in edits if (any(_named(e, word) for word in select) if select else e.runs_by_default)]
    for word in (*select, *ignore):
        if not any(_named(edit, word) for edit in edits):
            known = [name for edit in edits for name in (edit.code, edit.family, edit.name)]
            near = get_close_matches(word.upper(), known, n=1) or get_close_matches(word, known, n=1)
            raise UnknownEdit(f"no edit, family or name '{word}'" + (f"; did you mean {near[0]}?" if near else ""))
    return [edit for edit in chosen if not any(_named(edit, word) for word in ignore)]


def _named(edit: Edit, word: str) -> bool:
    return word.upper() in {edit.code, edit.family, *edit.formerly} or word in {edit.name, *edit.formerly}  # fmt: skip


def _file_edits(path: Path) -> list[Edit]:
    name = "cleanclaim_user_edits_" + hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise EditError(f"{path}: cannot be loaded", str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a user's file may fail in any way; it is reported
        last = traceback.extract_tb(error.__traceback__)[-1]
        line = f", line {last.lineno}" if last.filename == str(path) else ""
        said = f"{path}{line}: {type(error).__name__}: {error}"
        raise EditError(said, str(path)) from None
    found = edits_in(module)
    if not found:
        raise EditError(f"{path}: defines no edit", str(path))
    return found
