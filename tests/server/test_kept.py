"""What a batch keeps in its folder, changed by several people at once: nothing that one of them did is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cleanclaim.server.audits import Audit
from cleanclaim.server.kept import Kept

COUNT = 40


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def test_what_two_corrections_changed(kept: Kept) -> None:
    with ThreadPoolExecutor(8) as people:
        list(people.map(lambda n: kept.add_changes([{"claim": n}]), range(COUNT)))
    assert sorted(row["claim"] for row in kept.changes()) == list(range(COUNT))


def test_matches_made_by_hand(kept: Kept) -> None:
    with ThreadPoolExecutor(8) as people:
        list(people.map(lambda n: kept.put_match(f"P{n}", f"C{n}"), range(COUNT)))
    assert kept.matches() == {f"P{n}": f"C{n}" for n in range(COUNT)}


def test_remittances(kept: Kept) -> None:
    with ThreadPoolExecutor(8) as people:
        added = list(people.map(lambda n: kept.add_remittance(b"%d" % (n // 2)), range(COUNT)))
    files = [path for path in added if path is not None]
    assert sorted(files) == kept.remittances()
    assert sorted(int(path.read_bytes()) for path in files) == list(range(COUNT // 2))


def test_a_remittance_is_removed_while_others_are_kept(kept: Kept) -> None:
    for content in (b"1", b"2", b"3"):
        kept.add_remittance(content)
    kept.remittances()[1].unlink()
    kept.add_remittance(b"4")
    assert [path.read_bytes() for path in kept.remittances()] == [b"1", b"3", b"4"]


def test_what_auditors_fill_in(kept: Kept) -> None:
    audit = Audit(kept, 1)
    audit.folder.mkdir(parents=True)
    with ThreadPoolExecutor(8) as people:
        list(people.map(lambda n: audit.mark({f"row {n}": {"agree": "yes"}}), range(COUNT)))
    assert len(audit._marks()) == COUNT
