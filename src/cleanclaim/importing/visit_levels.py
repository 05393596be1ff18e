"""CMS's "Medicare Physician & Other Practitioners, by Provider and Service": how often each specialty bills each visit code.

The file has a row for each provider, code and place, and is some gigabytes: it is read as a stream, and only the visits that have levels are kept, summed by
specialty. The year is in the file's name.

Source: CMS, Medicare Physician & Other Practitioners, by Provider and Service, data dictionary.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import BinaryIO, Final

import polars as pl

from cleanclaim.edits.em.kinds import KIND_OF
from cleanclaim.errors import InputError
from cleanclaim.importing.layout import Importer, Loaded, Part, refuse
from cleanclaim.importing.sheets import head_of
from cleanclaim.reference.release import OPEN_END, OPEN_START, Release

TABLE: Final = "visit_levels"
_TYPE: Final = "Rndrng_Prvdr_Type"
_CODE: Final = "HCPCS_Cd"
_COUNT: Final = "Tot_Srvcs"
_NEEDED: Final = (_TYPE, _CODE, _COUNT)
_YEAR: Final = re.compile(r"_(?:DY|D)(\d\d)_")


class WrongRowError(InputError):
    """A row of the file isn't as expected.

    Attributes:
        row: its number, with the header as row 1.
        found: what was found.
        expected: what was expected.
    """

    def __init__(self, row: int, found: str, expected: str) -> None:
        super().__init__(f"row {row:,}: found {found!r}, expected {expected}")
        self.row, self.found, self.expected = row, found, expected


def visits_in(stream: BinaryIO) -> dict[str, Mapping[str, float]]:
    """How many of each visit code every specialty billed.

    Args:
        stream: the file as CMS publishes it, as CSV; other columns are ignored.

    Raises:
        WrongRowError: it isn't this file, or a count isn't a number.
    """
    rows = csv.reader(line.decode("utf-8", "replace") for line in stream)
    header = [name.strip("\ufeff ") for name in next(rows, [])]
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        raise WrongRowError(1, ",".join(header)[:80], f"CMS's file by provider and service, with the columns {', '.join(missing)}")  # fmt: skip
    who, code, count = (header.index(name) for name in _NEEDED)
    least = max(who, code, count)
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for number, row in enumerate(rows, start=2):
        if len(row) <= least or row[code] not in KIND_OF:
            continue
        try:
            found[row[who]][row[code]] += float(row[count].replace(",", ""))
        except ValueError:
            raise WrongRowError(number, row[count][:20], f"a number in {_COUNT}") from None
    return {name: dict(codes) for name, codes in sorted(found.items())}


def _recognizes(part: Part) -> bool:
    first = (head_of(part).splitlines() or [""])[0]
    return all(name in first for name in _NEEDED)


def _load(parts: Sequence[Part]) -> Iterator[Loaded]:
    for part in parts:
        try:
            with part.open() as stream:
                found = visits_in(stream)
        except WrongRowError as error:
            refuse(part, error.row, error.found, error.expected)
        if not found:
            refuse(part, None, "no visits", "rows with visit codes such as 99213")
        rows = [(who, code, count) for who, codes in found.items() for code, count in codes.items()]
        table = pl.DataFrame(rows, schema=["specialty", "code", "services"], orient="row")
        first, last, name = _days(part)
        yield (
            Release(name, TABLE, "CMS", first, last, "US Government work; the codes are CPT (AMA)", embedded=False),
            table.sort("specialty", "code").with_columns(
                pl.lit(first).alias("valid_from"), pl.lit(last).alias("valid_to")
            ),
        )  # fmt: skip


def _days(part: Part) -> tuple[date, date, str]:
    """The year that the file counts, and the release's name."""
    found = _YEAR.search(part.own_name)
    name = "Medicare Physician & Other Practitioners"
    if not found:
        return OPEN_START, OPEN_END, name
    year = 2000 + int(found[1])
    return date(year, 1, 1), OPEN_END, f"{name} {year}"


VISIT_LEVELS: Final = Importer(
    "Visit levels by specialty",
    _recognizes,
    _load,
    page="https://data.cms.gov/provider-summary-by-type-of-service/medicare-physician-other-practitioners/medicare-physician-other-practitioners-by-provider-and-service",
    files=("MUP_PHY_R25_P05_V20_D23_Prov_Svc.csv",),
    tables={TABLE: "a specialty and a visit code, summed over its providers"},
    columns={"specialty": "the provider type", "services": "how many services Medicare paid"},
)
