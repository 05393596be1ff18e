"""The user's store: complete releases only, one authority per day, pinned by a lock file."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cleanclaim.errors import DamagedRelease, LockMismatch, ReferenceProblem
from cleanclaim.reference import OPEN_END, Reference, Release, store
from cleanclaim.reference.layers import layered
from cleanclaim.reference.store import Store
from cleanclaim.storage.durable import put_in_place

FY2028 = Release(
    "ICD-10-CM FY2028 order file",
    "icd10cm",
    "CMS",
    date(2027, 10, 1),
    OPEN_END,
    "US Government work",
    published=date(2027, 7, 1),
)


def codes(*names: str, start: date = date(2027, 10, 1), end: date = OPEN_END) -> pl.DataFrame:
    return pl.DataFrame({"code": list(names), "valid_from": start, "valid_to": end})


@pytest.fixture
def place(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def valid(reference: Reference, day: date) -> pl.DataFrame:
    return reference.table("icd10cm").filter(pl.lit(day).is_between("valid_from", "valid_to"))


def test_what_is_added_is_listed_read_and_removed(place: Store) -> None:
    assert place.releases() == []
    stored = place.add(FY2028, codes("B02", "A01"))
    assert stored == replace(FY2028, rows=2, sha256=stored.sha256, size=stored.size, embedded=False)
    assert place.releases() == [stored]
    assert place.verify() == [stored]
    table = place.read(stored)
    assert table["code"].to_list() == ["A01", "B02"]
    assert table["release"].unique().to_list() == [FY2028.name]
    assert place.remove(stored)
    assert place.releases() == []
    assert not place.remove(stored)


def test_the_store_is_in_the_home_that_the_user_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path / "own"))
    assert Store().path == tmp_path / "own" / "reference"
    monkeypatch.delenv("CLEANCLAIM_HOME")
    assert Store().path.name == "reference"
    assert "cleanclaim" in Store().path.parts


def test_a_table_without_dates_is_refused(place: Store) -> None:
    with pytest.raises(ReferenceProblem, match="valid_from, valid_to"):
        place.add(FY2028, pl.DataFrame({"code": ["A01"]}))
    assert place.releases() == []


def test_names_that_look_alike_on_disk_stay_separate(place: Store) -> None:
    for name in ("FY 2028", "FY-2028", "../FY/2028"):
        place.add(replace(FY2028, name=name), codes("A01"))
    assert sorted(r.name for r in place.releases()) == ["../FY/2028", "FY 2028", "FY-2028"]
    assert {p.parent.name for p in place.path.glob("releases/*/*")} == {"icd10cm"}


def test_a_release_is_replaced_whole(place: Store) -> None:
    place.add(FY2028, codes("A01"))
    place.add(FY2028, codes("B02", "C03"))
    (only,) = place.releases()
    assert place.read(only)["code"].to_list() == ["B02", "C03"]
    assert len(list(place.path.glob("releases/*/*"))) == 1


def test_an_import_that_is_killed_before_the_rename_is_never_seen(
    place: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a kill: the temporary folder, complete with its ledger, stays behind."""
    with monkeypatch.context() as patch:
        patch.setattr(store, "put_in_place", _killed)
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(KeyboardInterrupt):
            place.add(FY2028, codes("A01"))
    left = list(place.path.glob("releases/*/*/ledger.json"))
    assert len(left) == 1, "the half-done import is there …"
    assert place.releases() == [], "… and nobody sees it"
    assert place.verify() == []
    place.add(FY2028, codes("A01"))
    assert [r.name for r in place.releases()] == [FY2028.name]
    assert len(list(place.path.glob("releases/*/*"))) == 1, "what was left is swept away"


def test_an_import_that_is_killed_while_writing_leaves_the_old_release(
    place: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = place.add(FY2028, codes("A01"))
    with monkeypatch.context() as patch:
        patch.setattr(store, "_hash", _killed)
        with pytest.raises(KeyboardInterrupt):
            place.add(FY2028, codes("B02"))
    assert place.releases() == [stored]
    assert place.read(stored)["code"].to_list() == ["A01"]
    assert len(list(place.path.glob("releases/*/*"))) == 1, "what was begun is swept away"


@pytest.mark.parametrize("steps", [0, 1])
def test_a_replacement_that_is_killed_at_any_step_leaves_the_old_release(
    place: Store, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    stored = place.add(FY2028, codes("A01"))
    real = put_in_place
    done: list[Path] = []

    def killed_after(unfinished: Path, target: Path) -> None:
        if len(done) == steps:
            raise KeyboardInterrupt
        done.append(target)
        real(unfinished, target)

    with monkeypatch.context() as patch:
        patch.setattr(store, "put_in_place", killed_after)
        with pytest.raises(KeyboardInterrupt):
            place.add(FY2028, codes("B02"))
    assert place.verify() == [stored]
    assert place.read(stored)["code"].to_list() == ["A01"]
    (fresh,) = [place.add(FY2028, codes("B02"))]
    assert place.verify() == [fresh]


def test_the_release_is_replaced_by_one_rename(
    place: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between any two steps the store has the old release or the new one, complete."""
    old = place.add(FY2028, codes("A01"))
    seen: list[list[str]] = []
    real = Path.replace

    def look(self: Path, target: Path) -> Path:
        seen.append([r.sha256 for r in place.verify()])
        moved = real(self, target)
        seen.append([r.sha256 for r in place.verify()])
        return moved

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", look)
        new = place.add(FY2028, codes("B02"))
    assert seen == [[old.sha256], [old.sha256], [old.sha256], [new.sha256]]


def test_a_run_that_started_before_a_replacement_can_finish(place: Store) -> None:
    first, second, third = (place.add(FY2028, codes(code)) for code in ("A01", "B02", "C03"))
    assert place.read(second)["code"].to_list() == ["B02"]
    assert place.read(third)["code"].to_list() == ["C03"]
    with pytest.raises(DamagedRelease):
        place.read(first)
    assert len(list(place.path.glob("releases/*/*/table-*.parquet"))) == 2


def test_a_store_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("where the store should be")
    refused = Store(tmp_path / "file" / "store")
    assert refused.releases() == []
    with pytest.raises(ReferenceProblem, match="Not a directory"):
        refused.add(FY2028, codes("A01"))


def test_a_full_disk_is_a_clear_error_and_leaves_the_old_release(
    place: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = place.add(FY2028, codes("A01"))

    def full(*_: object, **__: object) -> None:
        raise pl.exceptions.ComputeError("parquet: No space left on device (os error 28)")

    with monkeypatch.context() as patch:
        patch.setattr(pl.DataFrame, "write_parquet", full)
        with pytest.raises(ReferenceProblem, match="No space left on device"):
            place.add(FY2028, codes("B02"))
    assert place.verify() == [stored]
    assert len(list(place.path.glob("releases/*/*"))) == 1


def test_a_store_that_cannot_be_listed_is_not_treated_as_empty(
    place: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.add(FY2028, codes("A01"))

    def refused(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refused)
    with pytest.raises(DamagedRelease, match="Permission denied"):
        place.releases()


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_changed_file_is_found(place: Store) -> None:
    stored = place.add(FY2028, codes("A01"))
    (path,) = place.path.glob("releases/*/*/table-*.parquet")
    whole = path.read_bytes()
    for damaged in (b"", whole[:-9], whole[:400] + b"!" + whole[401:], b"PAR1" * 9, None):
        if damaged is None:
            path.unlink()
        else:
            path.write_bytes(damaged)
        with pytest.raises(DamagedRelease, match="FY2028 order file"):
            place.verify()
        with pytest.raises(DamagedRelease, match="is missing or damaged; import the release again"):
            place.read(stored)
        if damaged is None or len(damaged) != len(whole):
            with pytest.raises(DamagedRelease, match="is missing or damaged"):
                place.rows_of(stored, pl.Series(["A01"]))
        assert place.intact() == []
    assert place.add(FY2028, codes("A01")) == stored, "it is imported again"
    assert place.verify() == [stored]


def test_garbage_of_the_same_size_is_refused(place: Store) -> None:
    stored = place.add(FY2028, codes(*(f"A{n:05}" for n in range(2_000))))
    (path,) = place.path.glob("releases/*/*/table-*.parquet")
    size = path.stat().st_size
    for content in (b"PAR1" * size, bytes(range(256)) * size, b"\0" * size):
        path.write_bytes(content[:size])
        with pytest.raises(DamagedRelease, match="is missing or damaged"):
            place.rows_of(stored, pl.Series(["A00001"]))


def test_every_damaged_release_is_named(place: Store) -> None:
    for name in ("one", "two", "three"):
        place.add(replace(FY2028, name=name), codes("A01"))
    (ledger,) = place.path.glob("releases/*/one-*/ledger.json")
    ledger.write_text("{")
    (table,) = place.path.glob("releases/*/two-*/table-*.parquet")
    table.write_bytes(b"")
    with pytest.raises(DamagedRelease, match=r"the ledger of .*/one-(.|\n)*changed.*: two;"):
        place.verify()
    assert [release.name for release in place.intact()] == ["three"]
    place.add(replace(FY2028, name="one"), codes("A01"))
    place.add(replace(FY2028, name="two"), codes("A01"))
    assert len(place.verify()) == 3


@pytest.mark.parametrize("ledger", ["", "[]", "{}", '{"name": 1}', '{"covers_from": "x"}'])
def test_a_broken_ledger_is_named(place: Store, ledger: str) -> None:
    place.add(FY2028, codes("A01"))
    (path,) = place.path.glob("releases/*/*/ledger.json")
    path.write_text(ledger, encoding="utf-8")
    with pytest.raises(DamagedRelease, match="the ledger of"):
        Reference.load(store=place.path)


def test_a_users_release_applies_from_the_day_it_covers(place: Store) -> None:
    place.add(FY2028, codes("E119", "Z999Z"))
    reference = Reference.load(store=place.path)
    before, after = valid(reference, date(2027, 9, 30)), valid(reference, date(2027, 10, 1))
    assert before.height == 74_879
    assert before["release"].unique().to_list() == ["ICD-10-CM FY2016-FY2027"]
    assert after.select("code", "release").rows() == [("E119", FY2028.name), ("Z999Z", FY2028.name)]
    assert reference.coverage("icd10cm") == [
        (date(2015, 10, 1), date(2027, 3, 31)),
        (date(2027, 10, 1), OPEN_END),
    ]
    assert reference.releases().filter(~pl.col("embedded"))["published"].to_list() == [
        date(2027, 7, 1)
    ]


def test_a_release_in_the_middle_leaves_the_rest_to_the_embedded_one(place: Store) -> None:
    year = replace(
        FY2028, name="FY2021", covers_from=date(2020, 10, 1), covers_to=date(2021, 9, 30)
    )
    # Its rows reach beyond the days that it covers: it isn't the authority there.
    place.add(year, codes("M545", "ONLY1", start=date(2015, 10, 1)))
    reference = Reference.load(store=place.path)
    for day in (date(2020, 9, 30), date(2021, 10, 1)):
        assert "FY2021" not in valid(reference, day)["release"].to_list()
        assert "ONLY1" not in valid(reference, day)["code"].to_list()
    assert set(valid(reference, date(2021, 5, 1))["code"]) == {"M545", "ONLY1"}
    assert reference.table("icd10cm")["code"].is_sorted()


def test_the_later_of_two_releases_applies_and_dropped_codes_have_ended() -> None:
    first = replace(FY2028, embedded=False)
    second = replace(
        first, name="FY2029", covers_from=date(2028, 10, 1), published=date(2028, 7, 1)
    )
    mended = replace(second, name="FY2029, mended", published=date(2028, 8, 1))
    parts = [
        (mended, codes("A01", start=date(2028, 10, 1))),
        (first, codes("A01", "B02")),
        (second, codes("A01", "C03", start=date(2028, 10, 1))),
    ]
    expected = [
        ("A01", date(2027, 10, 1), date(2028, 9, 30)),
        ("A01", date(2028, 10, 1), OPEN_END),
        ("B02", date(2027, 10, 1), date(2028, 9, 30)),
    ]
    assert layered(parts).rows() == expected
    assert layered(parts[::-1]).rows() == expected


DAYS = st.integers(0, 40).map(lambda n: date.fromordinal(date(2020, 1, 1).toordinal() + n))
SPANS = st.tuples(DAYS, DAYS).map(sorted)


@given(st.lists(st.tuples(SPANS, st.lists(SPANS, max_size=3)), min_size=1, max_size=4), DAYS)
def test_every_day_has_the_rows_of_one_release(
    drawn: list[tuple[list[date], list[list[date]]]], day: date
) -> None:
    parts = [
        (
            replace(
                FY2028, name=str(n), covers_from=a, covers_to=b, published=None, embedded=False
            ),
            pl.DataFrame(
                [("A01", start, end, n) for start, end in spans],
                schema={
                    "code": pl.String,
                    "valid_from": pl.Date,
                    "valid_to": pl.Date,
                    "n": pl.Int64,
                },
                orient="row",
            ),
        )
        for n, ((a, b), spans) in enumerate(drawn)
    ]
    covering = [r for r, _ in parts if r.covers_from <= day <= r.covers_to]
    ruling = max(covering, key=lambda r: (r.covers_from, r.name), default=None)
    expected = [
        int(ruling.name)
        for start, end in (drawn[int(ruling.name)][1] if ruling else [])
        if ruling and start <= day <= end
    ]
    found = layered(parts).filter(pl.lit(day).is_between("valid_from", "valid_to"))
    assert found["n"].to_list() == expected


def test_a_lock_gives_the_same_tables_again(place: Store, tmp_path: Path) -> None:
    place.add(FY2028, codes("A01"))
    lock = tmp_path / "reference.lock"
    reference = Reference.load(store=place.path)
    reference.write_lock(lock)
    again = Reference.load(store=place.path, lock=lock)
    assert_frame_equal(again.releases(), reference.releases(), check_row_order=False)
    # What is imported later is not used until the lock is written again.
    place.add(replace(FY2028, name="later", covers_from=date(2028, 10, 1)), codes("B02"))
    pinned = Reference.load(store=place.path, lock=lock)
    assert_frame_equal(pinned.table("icd10cm"), reference.table("icd10cm"))
    assert "later" in Reference.load(store=place.path).releases()["release"].to_list()


def test_a_lock_that_does_not_fit_is_a_clear_error(place: Store, tmp_path: Path) -> None:
    stored = place.add(FY2028, codes("A01"))
    lock = tmp_path / "reference.lock"
    Reference.load(store=place.path).write_lock(lock)
    place.add(FY2028, codes("B02"))
    with pytest.raises(
        LockMismatch, match="content differs from the pinned one: icd10cm/ICD-10-CM FY2028"
    ):
        Reference.load(store=place.path, lock=lock)
    place.remove(stored)
    with pytest.raises(LockMismatch, match="not installed: icd10cm/ICD-10-CM FY2028"):
        Reference.load(store=place.path, lock=lock)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"releases": 3}', "releases"])
def test_a_file_that_is_not_a_lock_is_refused(tmp_path: Path, text: str) -> None:
    lock = tmp_path / "reference.lock"
    lock.write_text(text, encoding="utf-8")
    with pytest.raises(LockMismatch, match="can't be read as a lock file"):
        Reference.load(lock=lock)
    with pytest.raises(LockMismatch):
        Reference.load(lock=tmp_path / "missing")


def test_a_lock_pins_the_embedded_tables_too(tmp_path: Path) -> None:
    lock = tmp_path / "reference.lock"
    Reference.load().write_lock(lock)
    shown = json.loads(lock.read_text(encoding="utf-8"))
    assert "icd10cm/ICD-10-CM FY2016-FY2027" in shown["releases"]
    assert "icd10cm_notes/ICD-10-CM tabular list, April 2026" in shown["releases"]
    shown["releases"]["icd10cm/ICD-10-CM FY2016-FY2027"] = "0" * 64
    lock.write_text(json.dumps(shown), encoding="utf-8")
    with pytest.raises(LockMismatch, match="content differs from the pinned one"):
        Reference.load(lock=lock)


def test_a_few_codes_of_a_stored_table_are_read_without_the_rest(place: Store) -> None:
    pairs = replace(FY2028, name="pairs, first", table="pairs", covers_to=date(2027, 12, 31))
    later = replace(pairs, name="pairs, second", covers_from=date(2028, 1, 1), covers_to=OPEN_END)
    place.add(pairs, codes("A01", "A01", "B02", "C03"))
    place.add(later, codes("A01", "D04", start=date(2028, 1, 1)))
    for wanted in (["A01", "D04", None], ["Z99"], []):
        asked = pl.Series(wanted, dtype=pl.String)
        narrow = Reference.load(store=place.path).narrow("pairs", asked)
        whole = Reference.load(store=place.path)
        whole.table("pairs")
        assert_frame_equal(narrow, whole.narrow("pairs", asked), check_row_order=False)
