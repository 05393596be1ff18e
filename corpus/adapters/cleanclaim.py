"""cleanclaim's adapter: python -m corpus.adapters.cleanclaim FILE [--history FILE] [--notes FOLDER] [--payers FOLDER]."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cleanclaim
from cleanclaim.errors import InputError


def findings(path: Path, **options: Any) -> Iterator[dict[str, Any]]:
    """What cleanclaim says of a file."""
    try:
        report = cleanclaim.check(str(path), **options)
    except InputError:  # a file without a claim that could be read
        yield {"claim_id": path.name, "code": "ENV005", "line": None, "diagnosis": None, "level": "reject"}
        return
    for one in report.findings.iter_rows(named=True):
        yield {
            "claim_id": one["claim_id"] or Path(one["file"] or path).name,
            "code": one["code"],
            "line": one["line_number"],
            "diagnosis": one["diagnosis_number"],
            "level": one["disposition"],
        }
    for one in report.not_checked.iter_rows(named=True):
        yield {"claim_id": one["claim_id"], "code": one["code"], "line": one["line_number"], "diagnosis": None, "kind": "not_checked"}


def main() -> None:
    """Print the findings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    for name in ("history", "notes", "payers"):
        parser.add_argument(f"--{name}")
    options = {name: value for name, value in vars(parser.parse_args()).items() if value is not None}
    for one in findings(options.pop("path"), **options):
        print(json.dumps(one))


if __name__ == "__main__":
    main()
