"""Time one claim: as an 837 and as a Python mapping in a warm process, and from the command line.

    python benches/latency.py

The claims differ from each other, and about one in twelve has an error (see `generate.py`).
"""

from __future__ import annotations

import argparse
import io
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import cleanclaim
import generate
from cleanclaim.reference import Reference


def as_mapping(claim: generate.Claim) -> dict[str, Any]:
    """A claim as `cleanclaim.check` takes it."""
    return {
        "claim_id": claim.number,
        "member_id": claim.member,
        "patient_birth_date": claim.born,
        "patient_sex": claim.sex,
        "claim_filing_code": "MB" if claim.is_medicare else "CI",
        "payer_sequence_code": "P",
        "payer_id": "99999",
        "billing_npi": "1234567893",
        "billing_taxonomy_code": "207Q00000X",
        "billing_tax_id": "999999999",
        "rendering_npi": claim.rendering,
        "place_of_service_code": "11",
        "claim_frequency_code": "1",
        "diagnoses": list(claim.diagnoses),
        "lines": [
            {
                "procedure_code": line.code,
                "modifier_1": line.modifier or None,
                "charge_amount": line.charge,
                "units": line.units,
                "from_date": claim.day,
                "diagnosis_pointers": line.pointers,
            }
            for line in claim.lines
        ],
    }


def timed(work: Callable[[Any], object], inputs: Iterable[Any]) -> list[float]:
    """Milliseconds per input."""
    taken = []
    for one in inputs:
        start = time.perf_counter()
        work(one)
        taken.append((time.perf_counter() - start) * 1e3)
    return taken


def row(name: str, taken: list[float]) -> str:
    """Percentiles as a row of a table."""
    cuts = statistics.quantiles(taken, n=100)
    return f"| {name} | {len(taken)} | {cuts[49]:.1f} | {cuts[89]:.1f} | {cuts[98]:.1f} |"


def cold(store: Path | None, path: Path) -> None:
    """Run one command from start to exit."""
    command = [sys.executable, "-m", "cleanclaim", "check", str(path)]
    if store:
        command += ["--store", str(store)]
    done = subprocess.run(command, check=False, capture_output=True)
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr.decode())


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--count", type=int, default=300, help="number of claims")
    parser.add_argument("--store", type=Path, help="a reference store with CMS's tables")
    parser.add_argument("--start", type=date.fromisoformat, default=generate.START)
    options = parser.parse_args()
    made_of = (
        generate.codes_of(options.store, options.start) if options.store else generate.EVERYDAY
    )
    reference = Reference.load(store=options.store)
    check = partial(cleanclaim.check, reference=reference)
    every = list(generate.claims(options.count + 20, made_of=made_of))
    print("| one claim | n | p50 ms | p90 ms | p99 ms |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for claim in every:
            path = Path(folder) / f"{claim.number}.837"
            path.write_text(generate.text([claim]))
            paths.append(path)
        mappings = [as_mapping(claim) for claim in every]
        with redirect_stdout(io.StringIO()):
            timed(check, [*paths[:20], *mappings[:20]])
        print(row("mapping to findings, warm", timed(check, mappings[20:])))
        print(row("837 file to findings, warm", timed(check, paths[20:])))
        print(row("command line, cold", timed(partial(cold, options.store), paths[:15])))


if __name__ == "__main__":
    main()
