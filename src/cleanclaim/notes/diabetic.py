"""The type of diabetes, and the code of diabetic retinopathy, whose characters say the type of diabetes, the stage, the macula and the eye.

Source: ICD-10-CM, subcategories E08.3, E09.3, E10.3, E11.3 and E13.3; guidelines I.C.4.a (type 2 by default).
"""

from __future__ import annotations

import re
from typing import Final

_RETINA: Final = re.compile(
    r"\b(?:n?pdr|diabetic retinopathy)\b|\bretinopathy\b.*\bdiabet"
    r"|\b(?:diabet\w*|t[12]dm|dm)\b.*\bretinopathy\b",
    re.IGNORECASE,
)
_PROLIFERATIVE: Final = re.compile(r"\bpdr\b|(?<!non)(?<!non-)(?<!non )\bproliferative\b", re.IGNORECASE)  # fmt: skip
_NONPROLIFERATIVE: Final = re.compile(r"\bnpdr\b|\bnon-?\s?proliferative\b", re.IGNORECASE)
_EDEMA: Final = re.compile(r"\b(?:csme|dme|me|macular (?:o?edema|swelling))\b", re.IGNORECASE)
_NO_EDEMA: Final = re.compile(r"\b(?:without|no|w/o|negative for)\s+(?:\w+\s+){0,2}(?:csme|dme|me|macular)\b", re.IGNORECASE)  # fmt: skip
_SEVERITIES: Final = {"mild": "2", "moderate": "3", "severe": "4"}
_EYES: Final = {"right": "1", "left": "2", "bilateral": "3"}
_TYPES: Final = (
    (re.compile(r"\b(?:type (?:1|i)|t1|dm ?1|iddm)\b|\bt1dm\b", re.IGNORECASE), "E10"),
    (re.compile(r"\b(?:drug|steroid|chemical)[- ]induced\b", re.IGNORECASE), "E09"),
    (re.compile(r"\b(?:type 3c|pancreatogenic|secondary) (?:diabetes|dm)\b", re.IGNORECASE), "E13"),
)


def diabetic_retinopathy(words: str, side: str | None) -> str | None:
    """Return the code of a diabetic retinopathy; None if words don't name one.

    >>> diabetic_retinopathy("T2DM with moderate NPDR with macular edema", "left")
    'E11.3312'
    >>> diabetic_retinopathy("type 1 diabetes, proliferative retinopathy, no DME", "bilateral")
    'E10.3593'
    """
    if not _RETINA.search(words):
        return None
    stem = diabetes(words)
    has_edema = _EDEMA.search(words) is not None and not _NO_EDEMA.search(words)
    edema = "1" if has_edema else "9"
    eye = _EYES.get(side or "", "9")
    if _NONPROLIFERATIVE.search(words):
        severity = next((one for name, one in _SEVERITIES.items() if re.search(rf"\b{name}\b", words, re.IGNORECASE)), "2")  # fmt: skip
        return f"{stem}.3{severity}{edema}{eye}"
    if _PROLIFERATIVE.search(words):
        return f"{stem}.35{edema}{eye}"
    return f"{stem}.31{edema}"


def diabetes(words: str) -> str:
    """Return the category of the diabetes that words name: type 2 by default (I.C.4.a.2).

    >>> diabetes("type 1 diabetic foot ulcer"), diabetes("diabetic foot ulcer")
    ('E10', 'E11')
    """
    return next((code for says, code in _TYPES if says.search(words)), "E11")
