"""The General Equivalence Mappings between ICD-9-CM and ICD-10-CM, fixed width, both ways.

The last release is for 2018. A source can have several targets. Five flags describe each:
approximate, no map, combination (several targets are needed together), and for combinations the
scenario and the list in it to choose from. They help you find a code but aren't a crosswalk for
billing.

Source: CMS, "2018 ICD-10-CM and GEMs", the documentation that comes with the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import polars as pl

from cleanclaim.importing.layout import Importer, Loaded, Part, refuse
from cleanclaim.importing.sheets import check_cells, text_of
from cleanclaim.reference.release import OPEN_END, OPEN_START, Release

_NAME: Final = re.compile(r"(20\d{2})_I(9|10)gem\.txt$", re.IGNORECASE)
_TABLES: Final = {"9": "gems_icd9_icd10", "10": "gems_icd10_icd9"}
_FORMS: Final = {"9": r"^[0-9EV][0-9]{2,4}$", "10": r"^[A-Z]\d[0-9A-Z]{1,5}$"}


def recognizes(part: Part) -> bool:
    """Return True for a mapping, based on its name."""
    return bool(_NAME.search(part.own_name))


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield one release per file.

    Raises:
        ReferenceProblem: a file doesn't match the layout.
    """
    for part in parts:
        match = _NAME.search(part.own_name)
        if match is None:
            refuse(part, None, part.own_name, "a name such as 2018_I9gem.txt")
        release = Release(
            name=f"GEMs {match[1]} from ICD-{match[2]}",
            table=_TABLES[match[2]],
            publisher="CMS and NCHS, General Equivalence Mappings",
            covers_from=OPEN_START,
            covers_to=OPEN_END,
            licence="US Government work",
            published=date(int(match[1]) - 1, 10, 1),
            embedded=False,
        )
        yield release, _table(part, match[2])


def _table(part: Part, source: str) -> pl.DataFrame:
    lines = pl.DataFrame({"line": text_of(part).upper().replace("NODX", "NoDx").splitlines()})
    lines = lines.with_row_index("row", 1)
    words = (
        lines.filter(pl.col("line").str.strip_chars() != "")
        .select(
            pl.col("row").cast(pl.Int64),
            pl.col("line")
            .str.strip_chars()
            .str.replace_all(r" +", " ")
            .str.split_exact(" ", 3)
            .alias("w"),
        )
        .unnest("w")
        .rename({"field_0": "code", "field_1": "target", "field_2": "flags", "field_3": "more"})
    )
    other = "10" if source == "9" else "9"
    check_cells(
        part, words, "code", ~pl.col("code").str.contains(_FORMS[source]), f"an ICD-{source} code"
    )
    is_target = pl.col("target").str.contains(_FORMS[other]) | (pl.col("target") == "NoDx")
    check_cells(part, words, "target", ~is_target, f"an ICD-{other} code or NoDx")
    check_cells(part, words, "flags", ~pl.col("flags").str.contains(r"^[01]{3}\d\d$"), "five flags")
    check_cells(part, words, "more", pl.col("more").is_not_null(), "three columns")
    flag = [pl.col("flags").str.slice(n, 1) for n in range(5)]
    return words.select(
        "code",
        pl.lit(OPEN_START).alias("valid_from"),
        pl.lit(OPEN_END).alias("valid_to"),
        pl.when(pl.col("target") != "NoDx").then(pl.col("target")).alias("target"),
        *(
            (flag[n] == "1").alias(name)
            for n, name in enumerate(("approximate", "no_map", "combination"))
        ),
        flag[3].cast(pl.Int8).alias("scenario"),
        flag[4].cast(pl.Int8).alias("choice"),
    )


GEMS: Final = Importer(
    "General Equivalence Mappings",
    recognizes,
    load,
    page="https://www.cms.gov/medicare/coding-billing/icd-10-codes/icd-10-cm-icd-10-pcs-gem-archive",
    files=("2018-ICD-10-CM-General-Equivalence-Mappings.zip", "2018_I9gem.txt", "2018_I10gem.txt"),
    tables={
        "gems_icd9_icd10": "an ICD-9-CM code and a target in ICD-10-CM",
        "gems_icd10_icd9": "an ICD-10-CM code and a target in ICD-9-CM",
    },
    columns={
        "target": "the code in the other code set; empty if there is none",
        "approximate, no_map, combination": "flags",
        "scenario, choice": "which targets go together",
    },
)
