"""Visits by specialty in CMS's file "Medicare Physician & Other Practitioners, by Provider and Service": from the file itself, or as it was imported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.errors import InputError
from cleanclaim.importing.visit_levels import TABLE, WrongRowError, visits_in
from cleanclaim.reference import Reference

SPECIALTIES: Final = {
    "207Q": "Family Practice", "207RC0000": "Cardiology", "207RG0100": "Gastroenterology", "207RE0101": "Endocrinology", "207RN0300": "Nephrology",
    "207RP1001": "Pulmonary Disease", "207RR0500": "Rheumatology", "207RX0202": "Medical Oncology", "207R": "Internal Medicine", "208D": "General Practice",
    "207X": "Orthopedic Surgery", "207N": "Dermatology", "207V": "Obstetrics & Gynecology", "207W": "Ophthalmology", "207Y": "Otolaryngology",
    "207P": "Emergency Medicine", "2080": "Pediatric Medicine", "2084N": "Neurology", "2084P": "Psychiatry", "2086": "General Surgery", "2088": "Urology",
    "213E": "Podiatry", "363L": "Nurse Practitioner", "363A": "Physician Assistant",
}  # fmt: skip
"""CMS's specialty for the beginning of a taxonomy code; the longest beginning counts."""


def specialty_of(taxonomy: str | None) -> str | None:
    """CMS's specialty of a taxonomy code; None if it isn't known."""
    if not taxonomy:
        return None
    starts = [one for one in SPECIALTIES if taxonomy.startswith(one)]
    return SPECIALTIES[max(starts, key=len)] if starts else None


def visits_by_specialty(path: Path) -> dict[str, Mapping[str, float]]:
    """How many of each visit code every specialty billed.

    Args:
        path: the file as CMS publishes it, as CSV; other columns are ignored.

    Raises:
        InputError: it can't be read, or isn't this file.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        with path.open("rb") as stream:
            return visits_in(stream)
    except WrongRowError as error:
        raise InputError(f"{path}, {error}") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None


def visits_imported(reference: Reference | None) -> dict[str, Mapping[str, float]]:
    """The same, of the last year that was imported; empty if none was."""
    if reference is None or TABLE not in reference.names():
        return {}
    table = reference.table(TABLE)
    last = table.filter(pl.col("valid_from") == pl.col("valid_from").max())
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for specialty, code, services in last.select("specialty", "code", "services").iter_rows():
        found[specialty][code] = services
    return dict(found)
