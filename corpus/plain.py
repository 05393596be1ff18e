"""Slow, plain readings of the publishers' files: what the cases are written from and checked with.

Nothing here uses cleanclaim. The folder is the one that the environment names in CLEANCLAIM_DATA.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

FOLDER = Path(os.environ.get("CLEANCLAIM_DATA", ".")) / "data"


def _lines(archive: str, member: str) -> Iterator[str]:
    with zipfile.ZipFile(FOLDER / archive) as file, file.open(member) as text:
        yield from io.TextIOWrapper(text, encoding="latin-1")


@cache
def periods() -> dict[str, list[tuple[date, date, str]]]:
    """ICD-10-CM codes with the periods in which they are in force, and their edit flags."""
    found: dict[str, list[tuple[date, date, str]]] = {}
    with gzip.open(FOLDER / "icd10cm/icd10cm_validity_oracle.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            first, last = (date(int(d[:4]), int(d[4:6]), int(d[6:])) for d in (row["start"], row["end"]))
            found.setdefault(row["code"], []).append((first, last, row["attributes"]))
    return found


def in_force(code: str, day: date) -> bool:
    """Whether a diagnosis code is in force on a day."""
    return any(first <= day <= last for first, last, _ in periods().get(code, ()))


@cache
def always() -> frozenset[str]:
    """Codes in force from 2015-10-01 to 2027-03-31."""
    return frozenset(c for c, p in periods().items() if min(f for f, _, _ in p) <= date(2015, 10, 1) and max(t for _, t, _ in p) >= date(2027, 3, 31))


@cache
def flagged(flag: str, day: date) -> list[str]:
    """Codes in force on a day that have a flag on it."""
    return [code for code, periods_of in periods().items() if any(first <= day <= last and flag in flags.split("|") for first, last, flags in periods_of)]


@cache
def order() -> dict[str, tuple[bool, str]]:
    """ICD-10-CM order file, FY2021: code → billable, title."""
    lines = _lines("icd10cm/icd10cm-order-files-FY2021.zip", "icd10cm-order-Jan-2021.txt")
    return {text[6:14].strip(): (text[14] == "1", text[77:].strip()) for text in lines}


@cache
def tabular() -> dict[str, dict[str, list[str]]]:
    """Tabular list, April 2025: code → kind of note → its texts, as they stand at the code itself."""
    with zipfile.ZipFile(FOLDER / "icd10cm/icd10cm-tables-April-2025.zip") as file:
        name = next(n for n in file.namelist() if n.endswith(".xml") and "tabular" in n.lower())
        root = ET.fromstring(file.read(name))
    found = {}
    for element in root.iter("diag"):
        code = (element.findtext("name") or "").replace(".", "")
        found[code] = {kind: [note.text or "" for note in element.findall(f"{kind}/note")] for kind in ("excludes1", "codeFirst", "useAdditionalCode")}
    return found


@cache
def fees(year: int) -> dict[tuple[str, str], dict[str, str]]:
    """Fee schedule of July 2024 or October 2025: code and modifier → indicators."""
    archive = {2024: "mpfs/RVU24C.zip", 2025: "mpfs/RVU25D.zip"}[year]
    with zipfile.ZipFile(FOLDER / archive) as file:
        member = next(n for n in file.namelist() if n.startswith("PPRRVU") and n.lower().endswith("csv"))
    found = {}
    for row in csv.reader(_lines(archive, member)):
        if len(row) > 25 and re.fullmatch(r"[A-Z0-9]{5}", row[0]):
            names = ("pctc", "global", "pre", "intra", "post", "multiple", "bilateral", "assistant", "co", "team")
            found[row[0], row[1].strip()] = {
                "status": row[3].strip(),
                "nonfacility_na": row[7].strip(),
                **dict(zip(names, (v.strip() for v in row[13:23]), strict=True)),
            }
    return found


CHILDREN = frozenset(
    [
        "00326",
        "00561",
        "00834",
        "00836",
        "36400",
        "36405",
        "36406",
        "36420",
        "36440",
        "36450",
        "36510",
        "36555",
        "36557",
        "36560",
        "36568",
        "36570",
        "36572",
        "31520",
        "31601",
        "54000",
        "95782",
        "95783",
        "99100",
    ]
)
"""Procedures whose definition names an age at which no grown patient is (CPT)."""


@cache
def limits(kind: str = "practitioner") -> dict[str, tuple[int, int]]:
    """Medically unlikely edits of July 2024: code → value, adjudication indicator."""
    archive = {
        "practitioner": "ncci/medicare-ncci-2024-q3-practitioner-services-mue-table.zip",
        "hospital": "ncci/medicare-ncci-2024-q3-facility-outpatient-hospital-services-mue-table.zip",
    }[kind]
    with zipfile.ZipFile(FOLDER / archive) as file:
        member = file.namelist()[0]
    rows = csv.reader(_lines(archive, member))
    return {row[0]: (int(row[1]), int(row[2][0])) for row in rows if len(row) > 2 and re.fullmatch(r"[A-Z0-9]{5}", row[0])}


def pairs(kind: str = "practitioner", part: int = 1) -> Iterator[tuple[str, str, str, str]]:
    """NCCI procedure-to-procedure edits of July 2024: column 1, column 2, deletion date, indicator."""
    start = {"practitioner": "ccipra", "hospital": "ccioph"}[kind]
    archive = f"ncci/medicare-ncci-2024q3-{kind}-ptp-edits-{start}-v302r0-f{part}.zip"
    for text in _lines(archive, f"{start}-v302r0-f{part}.TXT"):
        cells = text.rstrip("\r\n").split("\t")
        if len(cells) > 5 and re.fullmatch(r"[A-Z0-9]{5}", cells[0]):
            yield cells[0], cells[1], cells[4].strip("*"), cells[5]


@cache
def active_pairs(kind: str = "practitioner") -> dict[tuple[str, str], str]:
    """Pairs without a deletion date → indicator."""
    return {(a, b): indicator for part in (1, 2, 3, 4) for a, b, deleted, indicator in pairs(kind, part) if not deleted.strip()}


@cache
def add_ons() -> dict[str, tuple[str, set[str]]]:
    """Add-on codes of July 2024: code → type, primary codes."""
    found: dict[str, tuple[str, set[str]]] = {}
    for text in _lines("ncci/add-code-edits-medicare-effective-07012024.zip", "AOC_V2024Q3-MCR.txt"):
        kind, code, primary = text[0], text[1:6], text[13:18]
        found.setdefault(code, (kind, set()))[1].add(primary.strip())
    return found


@cache
def poa_exempt() -> frozenset[str]:
    """Codes exempt from present on admission, FY2020."""
    archive = "icd10cm/poa-exempt-codes-2020.zip"
    with zipfile.ZipFile(FOLDER / archive) as file:
        member = next(n for n in file.namelist() if n.lower().endswith(".txt"))
    cells = (line.split("\t") for line in _lines(archive, member))
    return frozenset(row[1].replace(".", "").strip() for row in cells if len(row) > 1)


@cache
def places() -> set[str]:
    """Place-of-service codes that are assigned."""
    with (FOLDER / "sets/pos_codes.csv").open() as file:
        return {row["pos_code"] for row in csv.DictReader(file) if "unassigned" not in row["pos_name"].lower()}


@cache
def modifiers() -> set[str]:
    """CPT's and HCPCS's modifiers."""
    with gzip.open(FOLDER / "sets/modifiers.csv.gz", "rt") as file:
        return {row["modifier"] for row in csv.DictReader(file)}
