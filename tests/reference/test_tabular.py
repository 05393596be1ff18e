"""The tabular list compiled from the XML, and the cache it is kept in."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cleanclaim.errors import ReferenceProblem
from cleanclaim.reference import Reference, tabular


def generated(reference: Reference) -> set[str]:
    """Every code from the XML alone: undivided nodes, and stems with their characters."""
    whole = reference.table("icd10cm_tabular").filter("is_billable")["code"]
    seventh = reference.table("icd10cm_seventh").select(pl.col("padded") + pl.col("character"))
    return {*whole, *seventh.to_series()}


def test_generated_codes_include_every_valid_one_and_76_more(reference: Reference) -> None:
    valid = set(
        reference.table("icd10cm").filter(
            pl.lit(date(2026, 4, 1)).is_between("valid_from", "valid_to")
        )["code"]
    )
    made = generated(reference)
    assert len(made) == 74_795
    assert len(valid) == 74_719
    assert valid - made == set()
    extra = made - valid
    assert len(extra) == 76
    assert {code[:3] for code in extra} == {"S06"}
    assert {code[6] for code in extra} == {"D", "S"}


def test_counts_are_those_of_the_xml(reference: Reference) -> None:
    kinds = dict(reference.table("icd10cm_tabular")["kind"].value_counts().iter_rows())
    assert kinds["chapter"] == 22
    assert kinds["section"] == 297
    assert kinds["category"] + kinds["subcategory"] + kinds["code"] == 46_881
    inclusion = reference.table("icd10cm_notes").filter(pl.col("kind") == "inclusion_term")
    assert inclusion["container"].n_unique() == 6_809


def test_nodes_are_unique_and_connected(reference: Reference) -> None:
    nodes = reference.table("icd10cm_tabular")
    assert nodes["code"].is_unique().all()
    assert (nodes["title"].str.len_chars() > 0).all()
    parents = nodes["parent"].drop_nulls().unique().to_frame("code")
    assert parents.join(nodes, on="code", how="anti").is_empty()
    assert nodes.filter(pl.col("parent").is_null())["kind"].unique().to_list() == ["chapter"]


def test_notes_of_sections_and_chapters_apply_to_their_categories(reference: Reference) -> None:
    notes = reference.table("icd10cm_notes").filter(
        pl.col("code") == "CHAPTER 4", pl.col("kind") == "excludes1"
    )
    scopes = reference.table("icd10cm_note_scopes").join(notes, on="note_id", how="semi")
    assert {"E00", "E11", "E89"} <= set(scopes["prefix"])
    assert scopes["prefix"].str.len_chars().max() == 3


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A tabular list of one chapter, to compile in no time."""
    path = tmp_path / "icd10cm-tabular-small.xml"
    path.write_text(
        """<ICD10CM.tabular><version>2026</version><chapter><name>1</name><desc>One</desc>
        <section id="A00-A01"><desc>Some</desc>
          <excludes1><note>others (A01.-)</note><note/><note>elsewhere (B00-B01)</note></excludes1>
          <diag><name>A00</name><desc>First</desc>
            <useAdditionalCode>
              <note>code to identify:</note><note>agent (B95)</note></useAdditionalCode>
            <useAdditionalCode>
              <note>code, if applicable, for cause (B96)</note></useAdditionalCode>
            <sevenChrDef><extension char="A">initial</extension><note>more</note></sevenChrDef>
            <diag><name>A00.1</name><desc>Below</desc></diag></diag>
          <diag><name>A01</name><desc>Second</desc></diag>
        </section>
        <section id="B00"><desc>One category</desc>
          <diag><name>B00</name><desc>Third</desc></diag></section>
        </chapter></ICD10CM.tabular>""",
        encoding="utf-8",
    )
    return path


def test_a_small_list_is_compiled_as_written(small: Path) -> None:
    tables = tabular.compile_tabular(small)
    assert tables["icd10cm_seventh"].rows() == [("A001", "A001XX", "A", "initial")]
    assert tables["icd10cm_tabular"].select("code", "kind", "parent", "is_billable").rows() == [
        ("A00", "category", "A00-A01", False),
        ("A00-A01", "section", "CHAPTER 1", False),
        ("A001", "subcategory", "A00", False),
        ("A01", "category", "A00-A01", True),
        ("B00", "category", "B00-B00", True),
        ("B00-B00", "section", "CHAPTER 1", False),
        ("CHAPTER 1", "chapter", None, False),
    ]
    notes = tables["icd10cm_notes"].sort("note_id")
    assert notes.select("kind", "status", "heading", "container", "is_exhaustive").rows() == [
        ("excludes1", "parsed", None, 0, True),
        ("excludes1", "parsed", None, 0, True),
        ("use_additional", "heading", None, 1, True),
        ("use_additional", "parsed", "code to identify:", 1, True),
        ("use_additional", "parsed", None, 2, False),
    ]
    own = tables["icd10cm_note_targets"].filter(pl.col("note_id") == 0)
    assert own.is_empty(), "a note bars nothing in the place where it stands"
    assert tables["icd10cm_note_targets"].filter(pl.col("note_id") == 1)["prefix"].to_list() == [
        "B00"
    ]


@pytest.fixture
def own_home(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and the small list instead of the package's."""
    monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tabular, "xml_path", lambda: small)
    return tmp_path / "home"


def test_it_is_compiled_once_and_progress_is_reported(own_home: Path) -> None:
    shown: list[tuple[str, float]] = []
    assert tabular.rows("icd10cm_notes") is None
    first = tabular.load("icd10cm_notes", lambda words, share: shown.append((words, share)))
    assert shown[0][1] == 0.0
    assert shown[-1][1] == 1.0
    assert all(words for words, _ in shown)
    shown.clear()
    again = tabular.load("icd10cm_notes", lambda words, share: shown.append((words, share)))
    assert shown == []
    assert_frame_equal(first, again)
    assert tabular.rows("icd10cm_notes") == first.height
    assert sorted(p.name[:16] for p in (own_home / "cache").iterdir()) == [
        ".lock",
        "icd10cm-tabular-",
    ]


def test_without_a_cache_it_is_compiled_once_in_a_run(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_home.write_text("a file where the home should be")
    compiled: list[object] = []
    whole = tabular.compile_tabular

    def counted(path: Path | BinaryIO, progress: tabular.Progress | None = None) -> Any:
        compiled.append(path)
        return whole(path, progress)

    monkeypatch.setattr(tabular, "compile_tabular", counted)
    monkeypatch.setattr(tabular, "_made", {})
    with pytest.warns(UserWarning, match="can't be cached"):
        heights = [tabular.load(name).height for name in tabular.TABLES]
    assert all(heights)
    assert len(compiled) == 1


def test_a_different_xml_is_compiled_again(own_home: Path, small: Path) -> None:
    tabular.load("icd10cm_tabular")
    tabular.sha256.cache_clear()
    text = small.read_text(encoding="utf-8").replace("First", "Changed")
    small.write_text(text, encoding="utf-8")
    assert "Changed" in tabular.load("icd10cm_tabular")["title"].to_list()
    assert len(list((own_home / "cache").glob("icd10cm-*"))) == 2


def test_a_cache_that_parses_but_is_wrong_is_not_used(own_home: Path) -> None:
    whole = tabular.load("icd10cm_tabular")
    whole.drop("release").head(3).write_parquet(
        tabular.cache_folder() / "icd10cm_tabular.parquet", compression="lz4"
    )
    assert_frame_equal(tabular.load("icd10cm_tabular"), whole)


@pytest.mark.usefixtures("own_home")
def test_a_damaged_cache_is_rebuilt() -> None:
    whole = tabular.load("icd10cm_tabular")
    (tabular.cache_folder() / "icd10cm_tabular.parquet").write_bytes(b"no parquet")
    assert tabular.rows("icd10cm_tabular") is None
    assert_frame_equal(tabular.load("icd10cm_tabular"), whole)
    assert_frame_equal(tabular.load("icd10cm_tabular"), whole)


def test_without_a_writable_cache_it_is_compiled_in_memory(own_home: Path) -> None:
    own_home.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.warns(UserWarning, match="can't be cached in"):
        table = tabular.load("icd10cm_tabular")
    assert table.height == 7


def test_a_compilation_that_dies_leaves_nothing_to_be_read(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pl.DataFrame, "write_parquet", die)
        with pytest.raises(KeyboardInterrupt):
            tabular.load("icd10cm_tabular")
    assert tabular.rows("icd10cm_tabular") is None
    assert [p.name for p in (own_home / "cache").iterdir()] == [".lock"]


def test_another_version_of_the_package_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _: "1.4.0")
    with pytest.raises(ReferenceProblem, match=r"install simple-icd-10-cm==1\.5\.0"):
        tabular.xml_path()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ReferenceProblem, match="tabular list is missing"):
        tabular.xml_path()


def test_the_package_is_read_as_data_and_nothing_is_loaded_at_import() -> None:
    program = (
        "import sys; from cleanclaim.reference import Reference, tabular; import cleanclaim;"
        "r = Reference.load(); r.table('icd10cm'); tabular.xml_path();"
        "assert 'simple_icd_10_cm' not in sys.modules, 'imported'"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
