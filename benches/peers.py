"""Compare cleanclaim with other open-source tools on the same claims in one process.

    pip install -e ".[bench]"
    python benches/peers.py            # 5,000 claims

The tools do different things, so each row says what was timed:

* pyx12 validates the file's syntax against the implementation guide, and checks no code sets or payers' rules. It is compared with `cleanclaim.read`, which
  checks the syntax as well.
* x12sdk turns the file into models and validates them. It is compared with `cleanclaim.read` too.
* claim-validator takes claims as Python mappings and runs its rules on each. It is compared with `cleanclaim.check` on mappings, all at once.
"""

from __future__ import annotations

import argparse
import logging
import platform
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import Any

import cleanclaim
import generate
import latency
from cleanclaim.read import read


def read_only(path: Path) -> int:
    """Read into tables and check the syntax with cleanclaim."""
    return sum(batch.claims.height for batch in read([path], []))


def with_pyx12(path: Path) -> bool:
    """Validate the syntax with pyx12, with the errors as a 999."""
    import pyx12.params  # noqa: PLC0415 - optional
    import pyx12.x12n_document  # noqa: PLC0415

    return bool(
        pyx12.x12n_document.x12n_document(pyx12.params.params(), str(path), StringIO(), None)
    )


def with_x12sdk(path: Path) -> int:
    """Read into models with x12sdk."""
    from x12sdk.io import X12ModelReader  # noqa: PLC0415 - optional

    with X12ModelReader(str(path)) as reader:
        return sum(1 for _ in reader.models())


def with_claim_validator(claims: list[dict[str, Any]]) -> int:
    """Run the rules of claim-validator on each claim; the number of claims that pass."""
    from claim_validator import validate_batch  # noqa: PLC0415 - optional

    every: list[Any] = claims
    return sum(bool(result.passed) for result in validate_batch(every))


def for_claim_validator(claim: generate.Claim) -> dict[str, Any]:
    """A claim as claim-validator takes it: codes with dots, dates as text, charges as floats."""
    return {
        "billing_provider_npi": "1234567893",
        "billing_provider_taxonomy": "207Q00000X",
        "rendering_provider_npi": claim.rendering,
        "subscriber_id": claim.member,
        "subscriber_first_name": "PAT",
        "subscriber_last_name": "EXAMPLE",
        "subscriber_dob": claim.born.isoformat(),
        "subscriber_gender": claim.sex,
        "patient_first_name": "PAT",
        "patient_last_name": "EXAMPLE",
        "patient_dob": claim.born.isoformat(),
        "patient_gender": claim.sex,
        "patient_relationship": "child" if claim.is_dependent else "self",
        "payer_id": "99999",
        "payer_name": "EXAMPLE PAYER",
        "place_of_service": "11",
        "total_charge": claim.cents / 100,
        "filing_date": "2026-05-15",
        "diagnosis_codes": [
            {
                "code": f"{code[:3]}.{code[3:]}" if len(code) > 3 else code,
                "pointer": n,
                "type": "principal" if n == 1 else "secondary",
            }
            for n, code in enumerate(claim.diagnoses, 1)
        ],
        "lines": [
            {
                "procedure_code": line.code,
                "modifiers": [line.modifier] if line.modifier else [],
                "diagnosis_pointers": list(line.pointers),
                "charge_amount": float(line.charge),
                "units": line.units,
                "service_date_from": claim.day.isoformat(),
                "service_date_to": claim.day.isoformat(),
                "place_of_service": "11",
            }
            for line in claim.lines
        ],
    }


def rate(work: Callable[[Any], object], given: object, count: int, repeat: int) -> float:
    """Claims per second: the best of the repeats, after a warm-up."""
    best = float("inf")
    for number in range(repeat + 1):
        start = time.perf_counter()
        work(given)
        taken = time.perf_counter() - start
        best = min(best, taken) if number else best
    return count / best


@dataclass(frozen=True, slots=True)
class Job:
    """What one tool does with the claims; `baseline` is the number of the cleanclaim job it is compared with."""

    tool: str
    what: str
    work: Callable[[Any], object]
    given: object
    baseline: int | None = None


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("count", type=int, nargs="?", default=5_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    claims = list(generate.claims(options.count))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claims.837"
        path.write_text(generate.text(claims))
        own = [latency.as_mapping(claim) for claim in claims]
        theirs = [for_claim_validator(claim) for claim in claims]
        jobs = (
            Job("cleanclaim", "read the file, form checked", read_only, path),
            Job("pyx12", "validate the file's form", with_pyx12, path, baseline=0),
            Job("x12sdk", "read the file into models", with_x12sdk, path, baseline=0),
            Job("cleanclaim", "check the file, every edit", cleanclaim.check, path),
            Job("cleanclaim", "check mappings, every edit", cleanclaim.check, own),
            Job(
                "claim-validator",
                "check mappings, its rules",
                with_claim_validator,
                theirs,
                baseline=4,
            ),
        )
        print(f"{options.count:,} claims, Python {platform.python_version()}\n")
        print("| tool | what | claims/s | cleanclaim is |\n|---|---|---|---|")
        rates: list[float] = []
        for job in jobs:
            rates.append(rate(job.work, job.given, options.count, options.repeat))
            baseline = (
                f"{rates[job.baseline] / rates[-1]:,.1f} times as fast"
                if job.baseline is not None
                else ""
            )
            tool = f"{job.tool} {version(job.tool)}"
            print(f"| {tool} | {job.what} | {rates[-1]:,.0f} | {baseline} |", flush=True)


if __name__ == "__main__":
    main()
