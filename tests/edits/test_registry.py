"""Finding edits and choosing among them: what is wrong is named, and stops nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

import cleanclaim.edits
from cleanclaim.edits import registry
from cleanclaim.edits.edit import Edit
from cleanclaim.edits.registry import choose, edits_in, folder_edits, own_edits, together
from cleanclaim.errors import EditError, UnknownEdit
from one_edit import barred
from places import EXAMPLES

ORG101 = (EXAMPLES / "own-edits" / "ORG101.py").read_text(encoding="utf-8")


def codes(edits: list[Edit]) -> list[str]:
    return [edit.code for edit in edits]


class TestOwn:
    def test_every_file_named_by_a_code_has_its_edit(self) -> None:
        [folder] = cleanclaim.edits.__path__
        named = {path.stem for path in Path(folder).glob("*/[A-Z]*.py")}
        assert len(named) > 100
        assert {edit.code for edit in own_edits()} == named

    def test_they_are_in_order_of_their_codes(self) -> None:
        assert codes(list(own_edits())) == sorted(codes(list(own_edits())))


class TestFolder:
    def test_a_file_that_fails_is_named_with_its_line_and_the_others_are_loaded(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / "ORG101.py").write_text(ORG101)
        (tmp_path / "a.py").write_text("\n\nraise ValueError('out of paper')\n")
        (tmp_path / "b.py").write_text("raise SystemExit(3)\n")
        (tmp_path / "c.py").write_text("def broken(:\n")
        (tmp_path / "d.py").write_text("nothing = 1\n")
        edits, errors = folder_edits(tmp_path)
        assert codes(edits) == ["ORG101"]
        said = [str(error).removeprefix(str(tmp_path)) for error in errors]
        assert said[0] == "/a.py, line 3: ValueError: out of paper"
        assert said[1] == "/b.py, line 1: SystemExit: 3"
        assert said[2].startswith("/c.py: SyntaxError: ")
        assert said[3].startswith("/d.py: ")

    def test_files_that_begin_with_an_underscore_are_for_the_others(self, tmp_path: Path) -> None:
        (tmp_path / "ORG101.py").write_text(ORG101)
        (tmp_path / "_shared.py").write_text("raise ValueError\n")
        edits, errors = folder_edits(tmp_path)
        assert (codes(edits), errors) == (["ORG101"], [])

    def test_a_folder_without_edits(self, tmp_path: Path) -> None:
        with pytest.raises(EditError, match=r"no edit files \(\*\.py\)"):
            folder_edits(tmp_path)
        with pytest.raises(EditError, match="folder"):
            folder_edits(tmp_path / "missing")

    def test_a_name_that_is_not_utf_8(self, tmp_path: Path) -> None:
        path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/ORG\xff.py"))
        try:
            path.write_text("x = 1\n")
        except OSError:
            pytest.skip("this system's file names are text")
        edits, errors = folder_edits(path)
        assert edits == []
        assert [str(error).endswith("defines no edit") for error in errors] == [True]

    def test_files_of_one_name_in_two_folders_are_two(self, tmp_path: Path) -> None:
        for name, code in (("one", "ORG101"), ("two", "ORG109")):
            (tmp_path / name).mkdir()
            (tmp_path / name / "mine.py").write_text(ORG101.replace("ORG101", code))
        one, _ = folder_edits(tmp_path / "one")
        two, _ = folder_edits(tmp_path / "two")
        assert codes(one) + codes(two) == ["ORG101", "ORG109"]


class Point:
    """An entry point of an installed package."""

    def __init__(self, name: str, load: Callable[[], object]) -> None:
        self.name = name
        self.load = load


class TestEntryPoints:
    def test_an_edit_a_module_and_one_that_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        module = ModuleType("of_a_package")
        module.__dict__["second"] = replace(barred(), code="ORG102", name="second")
        fails = Point("fails", lambda: 1 // 0)
        points = [Point("edit", barred), fails, Point("module", lambda: module)]
        asked: list[str] = []

        def of_group(group: str) -> list[Point]:
            asked.append(group)
            return points

        monkeypatch.setattr(registry, "entry_points", of_group)
        edits, errors = registry.entry_point_edits()
        assert codes(edits) == ["ORG101", "ORG102"]
        [error] = errors
        assert str(error).startswith("entry point fails: ZeroDivisionError: ")
        assert asked == ["cleanclaim.edits"]

    def test_without_packages_there_are_none(self) -> None:
        installed = metadata.entry_points(group="cleanclaim.edits")
        assert [point.name for point in installed] == []
        assert registry.entry_point_edits() == ([], [])


class TestTogether:
    def test_all_are_there_by_code(self) -> None:
        second = replace(barred(), code="ABC101")
        assert codes(together(own_edits()[-1:], [barred(), second]))[:2] == ["ABC101", "ORG101"]

    def test_one_edit_twice_is_one(self) -> None:
        edit = barred()
        assert together([edit], [edit]) == [edit]

    def test_two_of_one_code_are_both_named(self) -> None:
        with pytest.raises(EditError, match="ORG101: 'of-the-test' and 'other'"):
            together([barred()], [replace(barred(), name="other")])


class TestChoose:
    def test_without_words_all_run_that_are_on_by_default(self) -> None:
        on, off = barred(), barred(default_on=False)
        assert choose([on, replace(off, code="ORG102")]) == [on]

    def test_an_edit_that_is_off_runs_where_it_is_selected(self) -> None:
        off = barred(default_on=False)
        for word in ("ORG101", "org101", "ORG", "org", "of-the-test"):
            assert choose([off], [word]) == [off], word

    def test_what_is_ignored_does_not_run(self) -> None:
        edits = list(own_edits())
        left = choose(edits, ["DX", "CLM101"], ["DX102", "ins"])
        assert {edit.family for edit in left} == {"DX", "CLM"}
        assert "DX102" not in codes(left)
        assert "CLM101" in codes(left)
        assert "INS" not in {edit.family for edit in choose(edits, (), ["INS"])}

    @pytest.mark.parametrize(
        ("word", "near"),
        [("DX1002", "DX102"), ("of-the-tset", "of-the-test"), ("DXX", "DX"), ("qqqqq", None)],
    )
    def test_a_word_that_names_none_is_told_with_what_is_near(
        self, word: str, near: str | None
    ) -> None:
        edits = [*own_edits(), barred()]
        for select, ignore in (([word], []), ([], [word])):
            with pytest.raises(UnknownEdit) as told:
                choose(edits, select, ignore)
            assert f"'{word}'" in str(told.value)
            assert str(told.value).endswith(f"did you mean {near}?") == (near is not None)


def test_edits_of_a_module_are_its_values_of_that_kind() -> None:
    module = ModuleType("mixed")
    edit = barred()
    module.__dict__.update(one=edit, other=3, kind=Edit)
    assert edits_in(module) == [edit]


def test_no_pattern_takes_the_digits_of_other_scripts() -> None:
    """`\\d` takes every script's digits, so a code could be written in them; and it makes a pattern ten times slower to build."""
    [folder] = cleanclaim.edits.__path__
    files = [*Path(folder).rglob("*.py"), Path(folder).parent / "model" / "expressions.py"]
    loose = [path.name for path in files if r"\d" in path.read_text(encoding="utf-8")]
    assert not loose
