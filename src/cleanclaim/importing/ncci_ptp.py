"""Medicare's NCCI procedure-to-procedure edits: four tab-separated parts per setting and quarter.

Every release has the whole history since 1996, including deleted pairs. A pair can appear several
times, for several periods. The deletion date is the last day the pair is in force; a pair with
indicator 9 is never in force.

Source: CMS, "Medicare NCCI Procedure to Procedure (PTP) Edits", the files' own header.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import polars as pl

from cleanclaim.importing.layout import (
    AMA_TERMS,
    Importer,
    Loaded,
    Part,
    or_open,
    quarter_end,
    quarter_start,
    refuse,
)
from cleanclaim.importing.sheets import check_cells, check_codes, tab_separated
from cleanclaim.reference.release import Release

PARTS: Final = 4
_FIRST_ROW: Final = re.compile(rb"(?m)^[0-9A-Z]{5}\t[0-9A-Z]{5}\t[* ]?\t\d{8}\t")
_NAME: Final = re.compile(r"cci(pra|oph)-v(\d{2})(\d)r(\d)-f(\d)\.txt$", re.IGNORECASE)
_SETTINGS: Final = {"pra": "practitioner", "oph": "hospital"}
_YEAR_OF_VERSION_ZERO: Final = 1994
_COLUMNS: Final = (
    "code",
    "column_2",
    "before_1996",
    "effective",
    "deleted",
    "indicator",
    "rationale",
)
_BEGAN: Final = date(1996, 1, 1)


def recognizes(part: Part) -> bool:
    """Return True for a part of a release, based on the columns of its first row."""
    return _FIRST_ROW.search(part.head) is not None


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield the releases that the parts make up.

    Raises:
        ReferenceProblem: a part of a release is missing, or a row doesn't match the layout.
    """
    groups: dict[tuple[str, str, str, str], dict[int, Part]] = defaultdict(dict)
    for part in parts:
        match = _NAME.search(part.own_name)
        if match is None:
            refuse(
                part,
                None,
                part.own_name,
                "a name with setting, quarter and part, such as ccipra-v322r0-f1.txt",
            )
        *release, number = match.groups()
        groups[release[0].lower(), release[1], release[2], release[3]][int(number)] = part
    for (setting, version, quarter, revision), group in sorted(groups.items()):
        yield _release(setting, version, quarter, revision, group)


def _release(
    setting: str, version: str, quarter: str, revision: str, parts: dict[int, Part]
) -> Loaded:
    missing = sorted(set(range(1, PARTS + 1)) - set(parts))
    some = next(iter(parts.values()))
    if missing:
        refuse(
            some,
            None,
            f"{len(parts)} of {PARTS} parts",
            f"the parts {', '.join(f'f{n}' for n in missing)} as well",
        )
    if int(quarter) > 3:
        refuse(
            some, None, f"v{version}{quarter}", "a quarter from 0 to 3 as the version's last digit"
        )
    began = quarter_start(_YEAR_OF_VERSION_ZERO + int(version), int(quarter) + 1)
    table = pl.concat([_rows(parts[n]) for n in sorted(parts)]).unique(maintain_order=True)
    name = f"NCCI PTP {_SETTINGS[setting]} v{version}.{quarter}" + (
        f" r{revision}" if revision != "0" else ""
    )
    release = Release(
        name=name,
        table=f"ncci_ptp_{_SETTINGS[setting]}",
        publisher="CMS, National Correct Coding Initiative",
        covers_from=_BEGAN,
        covers_to=quarter_end(began),
        licence=AMA_TERMS,
        published=began,
        embedded=False,
    )
    return release, table


def _rows(part: Part) -> pl.DataFrame:
    frame = tab_separated(part, _FIRST_ROW, _COLUMNS)
    check_codes(part, frame, "code", "column_2")
    check_cells(
        part,
        frame,
        "before_1996",
        ~pl.col("before_1996").fill_null("").str.strip_chars().is_in(["", "*"]),
        "an asterisk or a blank",
    )
    deleted = pl.col("deleted").str.strip_chars()
    days = frame.with_columns(
        pl.col("effective").str.to_date("%Y%m%d", strict=False).alias("valid_from"),
        deleted.str.to_date("%Y%m%d", strict=False).alias("valid_to"),
    )
    check_cells(part, days, "effective", pl.col("valid_from").is_null(), "a date as YYYYMMDD")
    check_cells(
        part,
        days,
        "deleted",
        pl.col("valid_to").is_null() & (deleted != "*"),
        "a date as YYYYMMDD, or an asterisk",
    )
    check_cells(part, days, "indicator", ~pl.col("indicator").is_in(["0", "1", "9"]), "0, 1 or 9")
    return days.select(
        "code",
        "column_2",
        "valid_from",
        or_open(pl.col("valid_to")).alias("valid_to"),
        pl.col("indicator").cast(pl.Int8),
        pl.col("rationale").str.strip_chars().cast(pl.Categorical),
    )


NCCI_PTP: Final = Importer(
    "NCCI PTP edits",
    recognizes,
    load,
    page="https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-procedure-procedure-ptp-edits",
    files=(
        "medicare-ncci-2026q3-practitioner-ptp-edits-ccipra-v322r0-f1.zip … -f4.zip",
        "medicare-ncci-2026q3-hospital-ptp-edits-ccioph-v322r0-f1.zip … -f4.zip",
    ),
    tables={
        "ncci_ptp_practitioner": "a pair of procedures and its period, for practitioners",
        "ncci_ptp_hospital": "the same for hospital outpatient services",
    },
    columns={
        "column_2": "the code that is denied when billed with `code`",
        "indicator": "0 no modifier allowed, 1 modifier allowed, 9 not in force",
        "rationale": "CMS's reason",
    },
)
