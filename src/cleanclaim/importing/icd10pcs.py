"""ICD-10-PCS codes: CMS's order file, or its codes file, fixed width.

The order file has the tables' headers (0: three characters) and the codes (1: seven characters), each with a short and a long title; the codes file has
only the codes with their long titles. The layout is that of the ICD-10-CM files. Both are complete lists for a fiscal year, or from April on.

Source: CMS, "ICD-10-PCS", icd10OrderFiles.pdf, which comes with the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from cleanclaim.importing.icd10cm import codes_file, fiscal_span, order_file
from cleanclaim.importing.layout import Importer, Loaded, Part
from cleanclaim.reference.release import Release

_NAME: Final = re.compile(r"icd10pcs[-_](order|codes)(?!.*addenda).*\.txt$", re.IGNORECASE)
_ORDER_ROW: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\d{5} [0-9A-Z]{3,7} *[01] ")
_CODES_ROW: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?[0-9A-HJ-NP-Z]{7} \S")
_CODE: Final = r"^[0-9A-HJ-NP-Z]{3,7}$"


def recognizes(part: Part) -> bool:
    """Return True for an order or codes file, based on its name and first row."""
    return bool(_NAME.search(part.own_name)) and bool(
        _ORDER_ROW.match(part.head) or _CODES_ROW.match(part.head)
    )


def load(parts: Sequence[Part]) -> Iterator[Loaded]:
    """Yield the codes and titles of each release; of two files for the same days, the order file is used.

    Raises:
        ReferenceProblem: a file doesn't match the layout.
    """
    by_order = sorted(parts, key=lambda part: not _ORDER_ROW.match(part.head))
    spans = {fiscal_span(part): part for part in reversed(by_order)}
    for (began, last), part in sorted(spans.items()):
        is_order = bool(_ORDER_ROW.match(part.head))
        titled = order_file(part, _CODE) if is_order else codes_file(part, _CODE)
        days = (pl.lit(began).alias("valid_from"), pl.lit(last).alias("valid_to"))
        dated = titled.select("code", *days, "billable", "short", "long")
        for name, table, rows in (
            ("ICD-10-PCS", "icd10pcs", dated.filter("billable").select("code", "valid_from", "valid_to")),
            ("ICD-10-PCS titles", "icd10pcs_titles", dated),
        ):  # fmt: skip
            release = Release(
                f"{name} {began:%Y-%m-%d}",
                table,
                "CMS, ICD-10-PCS",
                began,
                last,
                "US Government work",
                published=began,
                embedded=False,
            )
            yield release, rows


ICD10PCS: Final = Importer(
    "ICD-10-PCS codes",
    recognizes,
    load,
    page="https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    files=(
        "2027-icd-10-pcs-order-file-long-and-abbreviated-titles.zip",
        "icd10pcs_order_2027.txt",
        "icd10pcs_codes_2027.txt",
    ),
    tables={"icd10pcs": "a procedure code", "icd10pcs_titles": "a code or a table's header"},
    columns={"billable": "false for a header", "short, long": "its titles"},
)
