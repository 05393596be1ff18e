"""The same claims in one file or in several, in any order, in any chunks, with any memory, give the same findings."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.edits.registry import own_edits
from cleanclaim.edits.samples import interchange
from cleanclaim.engine.check import check
from cleanclaim.job import Job
from cleanclaim.model import Batch, concat
from cleanclaim.pipeline import run
from cleanclaim.plan import Plan
from cleanclaim.read.x837 import read_x12
from cleanclaim.reference import Reference
from cleanclaim.settings import Settings, prepare

Chunked = Callable[[Batch, Sequence[int]], Batch]
EDITS = tuple(own_edits())
TOGETHER = Plan()
ON_DISK = Plan(at_once=2, in_memory=1)
SHOWN = ["claim_id", "line_number", "diagnosis_number", "code", "disposition", "message", "suggestion", "evidence", "release"]  # fmt: skip
UNJUDGED = ["code", "claim_id", "line_number", "diagnosis_number", "reason", "table", "procedure_code"]  # fmt: skip


def texts() -> list[str]:
    """Claims of three patients that meet each other: repeated, corrected, bundled, over their units, two visits of a day."""
    services = [
        ("I10", "99213", "1", "125"),
        ("I10", "99214", "1", "150"),
        ("I10", "99213", "1", "125"),
        ("M545", "20610", "1", "90"),
        ("E1165", "J1885", "7", "70"),
        ("E1165", "J1885", "7", "70"),
        ("I10", "99203", "1", "200"),
        ("L570", "17110", "1", "110"),
    ]
    made = []
    for n in range(24):
        diagnosis, code, units, charge = services[n % len(services)]
        number = "SAME-1" if n in {5, 13} else f"C-{(n * 7) % 24:02}"
        frequency = "7" if n in {13, 14} else "1"
        npi = "1245319600" if n == 9 else "1245319599"
        made.append(
            interchange(
                ("HI*ABK", f"HI*ABK:{diagnosis}"),
                ("NM1*IL", f"NM1*IL*1*EXAMPLE*PAT****MI*W00000000{n % 3}"),
                ("CLM*EXAMPLE-1", f"CLM*{number}*{charge}***11:B:{frequency}*Y*A*Y*Y"),
                ("NM1*82", f"NM1*82*1*EXAMPLE*DOC****XX*{npi}"),
                ("SV1", f"SV1*HC:{code}*{charge}*UN*{units}***1"),
            )
        )
    return made


Found = tuple[pl.DataFrame, pl.DataFrame]


def found(
    folder: Path,
    files: Sequence[str],
    reference: Reference,
    plan: Plan,
    history: Sequence[str] = (),
) -> Found:
    """What is found on files, without what tells their places."""
    for kind, several in (("now", files), ("past", history)):
        (folder / kind).mkdir(parents=True)
        for number, text in enumerate(several):
            (folder / kind / f"{number:02}.837").write_text(text)
    past = (folder / "past",) if history else ()
    job = Job((folder / "now",), reference, EDITS, Settings(), past, plan)
    with run(job) as results:
        assert not results.failures
        parts = [part.select(SHOWN) for part in results.findings_parts()]
        gaps = [part.select(UNJUDGED) for part in results.not_checked_parts()]
    return _in_order(parts), _in_order(gaps)


def _in_order(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(parts).sort(pl.all(), nulls_last=False)


def dealt(made: Sequence[str], dice: random.Random) -> list[str]:
    """Claims shuffled and dealt to files."""
    order = dice.sample(list(made), len(made))
    cuts = sorted(dice.sample(range(1, len(order)), dice.randint(0, 6)))
    return ["".join(order[a:b]) for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]


@pytest.fixture(scope="module")
def one_file(tmp_path_factory: pytest.TempPathFactory, reference: Reference) -> Found:
    expected = found(tmp_path_factory.mktemp("one"), ["".join(texts())], reference, TOGETHER)
    across = {"CLM114", "CLM115", "EM102", "QTY103", "MOD104"}
    assert across <= set(expected[0]["code"])
    return expected


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("plan", [TOGETHER, ON_DISK], ids=["in memory", "on disk"])
def test_files_order_and_memory_make_no_difference(
    seed: int, plan: Plan, one_file: Found, reference: Reference, tmp_path: Path
) -> None:
    files = dealt(texts(), random.Random(seed))  # noqa: S311 - it keeps no secret
    for ours, expected in zip(found(tmp_path, files, reference, plan), one_file, strict=True):
        assert ours.rows() == expected.rows()


@pytest.mark.parametrize("seed", range(3))
def test_so_it_is_with_a_history(seed: int, reference: Reference, tmp_path: Path) -> None:
    dice = random.Random(seed)  # noqa: S311
    made = texts()
    now, past = made[:14], [text.replace("20260512", "20260310") for text in made[14:]]
    expected = found(tmp_path / "one", ["".join(now)], reference, TOGETHER, ["".join(past)])
    for name, plan in (("memory", TOGETHER), ("disk", ON_DISK)):
        several = dealt(now, dice), dealt(past, dice)
        ours = found(tmp_path / name, several[0], reference, plan, several[1])
        assert [frame.rows() for frame in ours] == [frame.rows() for frame in expected]


def test_a_void_in_another_file_counts_wherever_all_patients_claims_are_counted(
    reference: Reference, tmp_path: Path
) -> None:
    def claim(number: int, frequency: str, diagnosis: str = "E119") -> str:
        return interchange(
            ("HI*ABK", f"HI*ABK:{diagnosis}"),
            ("NM1*IL", f"NM1*IL*1*EXAMPLE*PAT****MI*W{number:09}"),
            ("CLM*EXAMPLE-1", f"CLM*C-{number}*125***11:B:{frequency}*Y*A*Y*Y"),
            ("SV1", "SV1*HC:83036*125*UN*1***1"),
        )

    paid = [claim(number, "1") for number in range(30)]
    void = [claim(number, "8") for number in range(6)]
    now = [claim(99, "1", "J069")]
    ways = {
        "one file": (["".join(paid + void)], TOGETHER),
        "two files": (["".join(void), "".join(paid)], TOGETHER),
        "on disk": (["".join(paid), "".join(void)], ON_DISK),
    }
    said = {
        name: found(tmp_path / name, now, reference, plan, past)[0]
        .filter(pl.col("code") == "LNK108")["message"]
        .to_list()
        for name, (past, plan) in ways.items()
    }
    assert said["one file"] == said["two files"] == said["on disk"]
    assert said["one file"][0].startswith("Of 24 earlier lines of 83036, 0 pointed")


@pytest.mark.parametrize("cuts", [(0,), (1,), (2,), (1, 2, 3, 4, 5), (23,), (24,)])
def test_chunks_make_no_difference(
    cuts: tuple[int, ...], reference: Reference, chunked: Chunked
) -> None:
    batch = prepare(concat(read_x12("".join(texts()).encode(), file="x.837")), Settings())
    whole, parts = check(batch, reference, EDITS), check(chunked(batch, cuts), reference, EDITS)
    assert not parts.failures
    assert parts.findings.equals(whole.findings)
    assert parts.not_checked.equals(whole.not_checked)


@pytest.mark.parametrize("patients", [1, 3, 24], ids="{} patients".format)
def test_the_order_of_rows_makes_no_difference(patients: int, reference: Reference) -> None:
    made = [
        text.replace("MI*W00000000", f"MI*W{n % patients:08}") for n, text in enumerate(texts())
    ]
    batch = prepare(concat(read_x12("".join(made).encode(), file="x.837")), Settings())
    whole = check(batch, reference, EDITS)
    shuffled = {
        name: frame.sample(fraction=1, shuffle=True, seed=7)
        for name, frame in batch.frames().items()
    }
    parts = check(Batch.of(shuffled), reference, EDITS)
    assert whole.findings.height > 5
    assert parts.findings.equals(whole.findings)
    assert parts.not_checked.equals(whole.not_checked)
