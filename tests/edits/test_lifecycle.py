"""What an edit's life says of whether it runs, and by which codes it is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cleanclaim.edits.registry import choose, own_edits
from cleanclaim.errors import UnknownEdit

EDIT = next(edit for edit in own_edits() if edit.code == "DX102")


def test_a_stable_edit_runs_unless_it_is_off() -> None:
    assert choose([EDIT]) == [EDIT]
    assert choose([replace(EDIT, default_on=False)]) == []


def test_a_preview_runs_only_if_selected() -> None:
    preview = replace(EDIT, lifecycle="preview")
    assert choose([preview]) == []
    assert choose([preview], ["DX102"]) == [preview]
    assert choose([preview], ["DX"]) == [preview]


def test_a_deprecated_edit_still_runs() -> None:
    deprecated = replace(EDIT, lifecycle="deprecated")
    assert choose([deprecated]) == [deprecated]


def test_a_former_code_or_name_selects_and_ignores() -> None:
    renamed = replace(EDIT, formerly=("DX901", "code-expired"))
    assert choose([renamed], ["code-expired"]) == [renamed]
    assert choose([renamed], ["dx901"]) == [renamed]
    assert choose([renamed], (), ["DX901"]) == []
    with pytest.raises(UnknownEdit):
        choose([EDIT], ["DX901"])
