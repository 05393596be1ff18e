"""Visits by specialty in CMS's file "Medicare Physician & Other Practitioners, by Provider and Service".

The file has a row for each provider, code and place; it is some gigabytes, and is read in a stream.
Only visits are kept, summed by specialty.

Source: CMS, Medicare Physician & Other Practitioners, by Provider and Service, data dictionary.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.audit.population import LEVELS
from cleanclaim.errors import InputError

_TYPE: Final = "Rndrng_Prvdr_Type"
_CODE: Final = "HCPCS_Cd"
_COUNT: Final = "Tot_Srvcs"
NEEDED: Final = (_TYPE, _CODE, _COUNT)
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
        file = pl.scan_csv(path, infer_schema=False, encoding="utf8-lossy")
        header = file.collect_schema().names()
    except (pl.exceptions.PolarsError, OSError):
        raise InputError(f"{path}: can't be read as CSV") from None
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise InputError(
            f"{path}: isn't CMS's file by provider and service: the columns {', '.join(missing)} are missing"
        )
    counted = (
        file.filter(pl.col(_CODE).is_in(list(LEVELS)))
        .with_columns(pl.col(_COUNT).str.replace_all(",", "").cast(pl.Float64, strict=False))
        .group_by(_TYPE, _CODE)
        .agg(pl.col(_COUNT).sum(), pl.col(_COUNT).is_null().sum().alias("unread"))
        .sort(_TYPE, _CODE)
        .collect(engine="streaming")
    )
    if counted["unread"].sum():
        raise InputError(f"{path}: {_COUNT} isn't a number in {counted['unread'].sum()} rows")
    found: dict[str, dict[str, float]] = {}
    for specialty, code, count, _ in counted.iter_rows():
        found.setdefault(str(specialty), {})[str(code)] = float(count)
    return dict(found)
