"""Compare the encoder with other open-source tools in one process: look-up, search (quality and speed), and cold start.

    pip install -e ".[bench]"
    python benches/encoder.py                       # CLEANCLAIM_DATA is the folder with the search benchmark
    python benches/encoder.py --store STORE         # with imported tables

The tools do different things, so each row says what was timed:

* simple-icd-10-cm holds the tabular list in memory. Its description, ancestors and notes of a code are compared with `Encoder.lookup`, which also gives
  periods, successors, attributes and seventh characters.
* icd10-coder looks up titles, and searches for codes, in SQLite (FTS5).

The search benchmark is the development half of the names in the Disease Ontology (CC0) that aren't in the tabular list. For a code that isn't billable,
any code below it counts as right.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from importlib.metadata import version
from pathlib import Path

from cleanclaim.encoder import Encoder, index
from cleanclaim.encoder.systems import plain, printed
from cleanclaim.reference import Reference

DAY = date(2026, 5, 12)
Search = Callable[[str], list[str]]


def timed(ask: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    """Milliseconds per question, sorted; the first 200 are asked once before as a warm-up."""
    for one in questions[:200]:
        ask(one)
    found = []
    for one in questions:
        start = time.perf_counter()
        ask(one)
        found.append((time.perf_counter() - start) * 1000)
    return sorted(found)


def look_ups(encoder: Encoder) -> None:
    """Time a code's page, and what the other tools say about a code."""
    import simple_icd_10_cm as simple  # noqa: PLC0415
    from icd10_coder import coder  # noqa: PLC0415 - optional

    table = encoder.reference.table("icd10cm")
    held = table.filter((table["valid_from"] <= DAY) & (table["valid_to"] >= DAY))["code"].unique()
    codes = [printed("ICD-10-CM", code) for code in held.sample(2_000, seed=7)]
    connection = coder.get_conn(coder.CM_DB)

    def with_simple(code: str) -> object:
        return (
            simple.get_description(code),
            simple.get_ancestors(code),
            simple.get_children(code),
            simple.get_excludes1(code),
            simple.get_excludes2(code),
            simple.get_includes(code),
            simple.get_use_additional_code(code, search_in_ancestors=True),
            simple.get_code_first(code, search_in_ancestors=True),
        )

    def with_coder(code: str) -> object:
        asked = "SELECT code_dot, long_name, billable, short_name FROM cm_codes WHERE code=?"
        return connection.execute(asked, (plain(code),)).fetchone()

    known = [code for code in codes if simple.is_valid_item(code)]
    print("| look-up | what | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|")
    rows = (
        ("cleanclaim", "page of a diagnosis", lambda code: encoder.lookup(code, on=DAY), codes),
        (f"simple-icd-10-cm {version('simple-icd-10-cm')}", "description, ancestors, children, inherited notes", with_simple, known),
        (f"icd10-coder {version('icd10-coder')}", "title and billable", with_coder, codes),
    )  # fmt: skip
    for name, what, ask, asked in rows:
        report(name, what, timed(ask, asked))
    procedures = encoder.reference.table("procedure_codes")["code"].unique().sort().to_list()
    for what, pairs in (
        ("page of a procedure", 20),
        ("page of a procedure, without NCCI pairs", 0),
    ):
        times = timed(partial(encoder.lookup, on=DAY, pairs=pairs), procedures)
        report("cleanclaim", what, times)


def report(name: str, what: str, times: list[float]) -> None:
    """Print one row."""
    cuts = [times[int(len(times) * share)] for share in (0.5, 0.95, 0.99)]
    print(f"| {name} | {what} | " + " | ".join(f"{cut:.3f}" for cut in cuts) + " |")


def words_of(text: str) -> str:
    """The words of a text, to find out which names are in the tabular list."""
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def searches(encoder: Encoder, folder: Path) -> None:
    """Measure how often the right code is first, in the first five and in the first ten, and how long a search takes."""
    from icd10_coder import coder  # noqa: PLC0415 - optional

    connection = coder.get_conn(coder.CM_DB)
    searchers: tuple[tuple[str, Search], ...] = (
        ("cleanclaim", lambda text: [one.code for one in encoder.search(text, on=DAY)]),
        (f"icd10-coder {version('icd10-coder')}", lambda text: [row[0] for row in coder.cm_search(connection, text, 10)]),
    )  # fmt: skip
    reference = encoder.reference
    listed = {words_of(one) for one in (*reference.table("icd10cm_tabular")["title"], *reference.table("icd10cm_notes")["text"])}  # fmt: skip
    table = reference.table("icd10cm")
    billable = set(table.filter((table["valid_from"] <= DAY) & (table["valid_to"] >= DAY))["code"])
    print("\n| search | phrases | n | first | in 5 | in 10 | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|---|---|---|---|")  # fmt: skip
    for file, what in (
        ("doid_phrase_code.json", "clean"),
        ("doid_typo.json", "one typing mistake"),
    ):
        pairs = json.loads((folder / file).read_text(encoding="utf-8"))
        asked = [(text, codes) for text, codes in pairs if words_of(text) not in listed]
        for name, search in searchers:
            ranks = [rank(search(text), codes, billable) for text, codes in asked]
            times = timed(search, [text for text, _ in asked])
            shares = [sum(one < most for one in ranks) / len(ranks) for most in (1, 5, 10)]
            cuts = [times[int(len(times) * share)] for share in (0.5, 0.95, 0.99)]
            cells = [f"{share:.3f}" for share in shares] + [f"{cut:.2f}" for cut in cuts]
            print(f"| {name} | {what} | {len(asked):,} | {' | '.join(cells)} |")


def rank(found: Sequence[str], wanted: Sequence[str], billable: set[str]) -> int:
    """The place of the first right code, from 0; 99 if there is none."""
    targets = [plain(code) for code in wanted]
    for n, one in enumerate(map(plain, found)):
        if any(one == code or (code not in billable and one.startswith(code)) for code in targets):
            return n
    return 99


def starts() -> None:
    """Time processes from start to answer."""
    jobs = (
        ("cleanclaim search", ["-c", "from cleanclaim.cli.main import main; main()", "search", "heart attack"]),
        ("cleanclaim lookup", ["-c", "from cleanclaim.cli.main import main; main()", "lookup", "E11.9"]),
        ("simple-icd-10-cm", ["-c", "import simple_icd_10_cm as s; print(s.get_description('E11.9'))"]),
        ("icd10-coder", ["-m", "icd10_coder", "dx", "heart attack"]),
    )  # fmt: skip
    print("\n| cold start | median s | best s |\n|---|---|---|")
    for name, arguments in jobs:
        times = []
        for _ in range(7):
            start = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - start)
        print(f"| {name} | {statistics.median(times):.2f} | {min(times):.2f} |")


def imported(store: Path) -> None:
    """Compare the look-up of a procedure with a store's tables and without them: cold, memory, and warm."""
    command = [sys.executable, "-m", "cleanclaim", "lookup", "99213"]
    print("\n| look-up of 99213, cold | median s | peak MB |\n|---|---|---|")
    measured = []
    for name, more in (("without imported tables", []), ("with them", ["--store", str(store)])):
        runs = [process([*command, *more]) for _ in range(7)]
        measured.append([statistics.median(one) for one in zip(*runs, strict=True)])
        print(f"| {name} | {measured[-1][0]:.2f} | {measured[-1][1]:.0f} |")
    print(
        f"| ratio | {measured[1][0] / measured[0][0]:.2f} | {measured[1][1] / measured[0][1]:.2f} |"
    )
    reference = Reference.load(store=store)
    table = "mpfs" if reference.whole("mpfs") else "procedure_codes"
    codes = reference.columns(table, ())["code"].unique().sort().sample(500, seed=7).to_list()
    print(
        "\n| look-up, warm, imported tables | what | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|"
    )
    encoder = Encoder(reference)
    day = min(DAY, max(last for _, last in reference.whole(table)))
    report("cleanclaim", "500 procedures at random", timed(partial(encoder.lookup, on=day), codes))


def process(command: list[str]) -> tuple[float, float]:
    """Run a command; return its seconds and its peak memory in MB."""
    start = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])  # fmt: skip
    _, status, used = os.wait4(child, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    return time.perf_counter() - start, used.ru_maxrss / (
        1024 if sys.platform != "darwin" else 1024**2
    )


def building(reference: Reference) -> None:
    """Time how long it takes to build the index."""
    with tempfile.TemporaryDirectory() as folder:
        kept = os.environ.get("CLEANCLAIM_HOME")
        reference.table("icd10cm_tabular")
        os.environ["CLEANCLAIM_HOME"] = folder
        start = time.perf_counter()
        made = index.load(reference)
        taken = time.perf_counter() - start
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        if kept is None:
            del os.environ["CLEANCLAIM_HOME"]
        else:
            os.environ["CLEANCLAIM_HOME"] = kept
    print(f"index built in {taken:.1f} s: {len(made.term_texts):,} terms, {size / 1e6:.1f} MB\n")


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", type=Path, help="a reference store with imported tables")
    given = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}\n")
    encoder = Encoder(Reference.load(store=given.store))
    building(encoder.reference)
    look_ups(encoder)
    data = os.environ.get("CLEANCLAIM_DATA")
    if data:
        searches(encoder, Path(data) / "data" / "search")
    else:
        print("\nCLEANCLAIM_DATA isn't set: the search benchmark was not run")
    starts()
    if given.store is not None:
        imported(given.store)


if __name__ == "__main__":
    main()
