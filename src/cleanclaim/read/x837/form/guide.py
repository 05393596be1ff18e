"""What the 837 guides allow: segments by place, and elements with their lengths, types and codes.

Facts of 005010X222A1, X223A2/A3 and X224A2 (and of 004010 if it is less strict), as far as a reader
needs them. The wording of the guides belongs to X12 and isn't repeated here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Final

from cleanclaim.read.x837.composites import QUALIFIERS


class Place(IntEnum):
    """The place of a segment in a file."""

    ENVELOPE = 0
    HEADER = 1
    BILLING = 2
    SUBSCRIBER = 3
    PATIENT = 4
    CLAIM = 5
    OTHER_PAYER = 6
    LINE = 7
    DECISION = 8


PLACE_NAMES: Final = (
    "outside a transaction",
    "in the header of the transaction",
    "in the billing provider's level",
    "in the subscriber's level",
    "in the patient's level",
    "in a claim",
    "in another payer's loop",
    "in a service line",
    "in another payer's decision on a line",
)

_NAME: Final = "NM1 N2 N3 N4 REF PER"
SEGMENTS: Final = {
    Place.ENVELOPE: "ISA GS ST SE GE IEA TA1",
    Place.HEADER: f"ST BHT {_NAME}",
    Place.BILLING: f"HL PRV CUR {_NAME}",
    Place.SUBSCRIBER: f"HL SBR PAT DMG {_NAME}",
    Place.PATIENT: f"HL PAT DMG {_NAME}",
    Place.CLAIM: "CLM DTP CL1 DN1 DN2 PWK CN1 AMT K3 NTE CR1 CR2 CR3 CR5 CR6 CR7 HSD CRC HI HCP QTY DSB UR PRV "
    + _NAME,
    Place.OTHER_PAYER: f"SBR CAS AMT DMG OI MIA MOA DTP {_NAME}",
    Place.LINE: "LX SV1 SV2 SV3 SV4 SV5 SV6 SV7 TOO PWK CR1 CR2 CR3 CR5 CRC DTP QTY MEA CN1 AMT K3 NTE PS1 HCP HSD IMM "
    f"LIN CTP PRV LQ FRM {_NAME}",
    Place.DECISION: "SVD CAS DTP AMT LQ FRM",
}
"""Segments by place, of all three guides together."""
NAMES: Final = frozenset(name for names in SEGMENTS.values() for name in names.split())
"""The segments of the guides."""

NOT_IN: Final = {
    "professional": "SV2 SV3 CL1 DN1 DN2 TOO MIA",
    "institutional": "SV1 SV3 SV5 DN1 DN2 TOO CR1 CR2 PS1 MEA",
    "dental": "SV1 SV2 SV5 CL1 MIA CR1 CR2 CR3 LIN CTP MEA PS1",
}
"""Segments that don't belong in this kind of claim (005010)."""

ONCE: Final = {
    Place.HEADER: "BHT",
    Place.SUBSCRIBER: "SBR PAT",
    Place.PATIENT: "PAT",
    Place.CLAIM: "CL1 CN1 CR1 CR2 HCP",
    Place.OTHER_PAYER: "OI MIA MOA",
    Place.LINE: "SV1 SV2 SV3 SV5 CN1 CR1 CR3 PS1 HCP LIN CTP",
}
"""Segments that may occur once in a place."""
ONCE_A_NAME: Final = ("N3", "N4", "DMG")
"""Segments that may occur once for each NM1."""
ONCE_A_QUALIFIER: Final = {"DTP": frozenset({"431", "434", "435", "439", "472", "484"})}
"""Segments that may occur once for each of these qualifiers in a claim or line."""
_MOST: Final = {
    Place.HEADER: "NM1 10 N2 2 PER 2 REF 20",
    Place.BILLING: "PRV 1 NM1 10 N2 2 PER 2 REF 20",
    Place.SUBSCRIBER: "NM1 10 N2 2 PER 2 REF 20",
    Place.PATIENT: "NM1 10 N2 2 PER 2 REF 20",
    Place.CLAIM: "DTP 150 DN2 35 PWK 10 AMT 40 REF 30 K3 10 NTE 20 HSD 12 CRC 100 HI 25 QTY 10 PRV 1 NM1 10 N2 2 PER 2",
    Place.OTHER_PAYER: "CAS 5 AMT 15 DTP 9 NM1 10 N2 2 PER 2 REF 20",
    Place.LINE: "PWK 10 CRC 3 DTP 15 QTY 5 MEA 20 AMT 15 K3 10 NTE 10 REF 30 TOO 32 PRV 1 NM1 10 N2 2 PER 2",
    Place.DECISION: "CAS 5 AMT 15 DTP 9",
}
MOST_PAYERS: Final = 10
"""The most other payers (loop 2320) in a claim."""
MOST_DECISIONS: Final = 15
"""The most other payers' decisions (loop 2430) on a line."""
MOST_LINES: Final = {"professional": 50, "institutional": 999, "dental": 50}
"""The most service lines (loop 2400) in a claim."""
MOST_CODES: Final = {
    "principal": 1, "other": 24, "admitting": 1, "reason_for_visit": 3, "external_cause": 12, "condition": 24, "occurrence": 24,
    "occurrence_span": 24, "value": 24, "procedure": 25, "anesthesia": 2, "treatment": 24, "drg": 1,
}  # fmt: skip
"""The most codes of a kind in a claim's HI segments."""
UNLIMITED: Final = 1 << 40

OTHER_TRANSACTIONS: Final = {
    "835": "a remittance advice",
    "999": "an acknowledgment",
    "997": "an acknowledgment",
    "277": "a claim status response",
    "276": "a claim status request",
    "270": "an eligibility request",
    "271": "an eligibility response",
    "278": "an authorization request",
    "834": "an enrollment",
    "820": "a premium payment",
    "275": "an attachment",
    "824": "an application advice",
}
"""Transactions that don't carry claims, in plain words."""


@dataclass(frozen=True, slots=True)
class Element:
    """The requirements for an element.

    Attributes:
        segment: the segment's name.
        number: the element's number.
        part: the component's number; 0 if the element isn't a composite.
        kind: AN text, ID code, N0 whole number, R decimal, D8 date, TM time, DTP date or dates in
            the format given by the element before it.
        least: the minimum length.
        most: the maximum length.
        is_required: it must be present (005010).
        codes: the only values allowed (005010); empty if any value is.
    """

    segment: str
    number: int
    part: int
    kind: str
    least: int
    most: int
    is_required: bool
    codes: tuple[str, ...]

    @property
    def name(self) -> str:
        """The element's name, such as CLM05-3."""
        return f"{self.segment}{self.number:02d}" + (f"-{self.part}" if self.part else "")


_FILING: Final = "11,12,13,14,15,16,17,AM,BL,CH,CI,DS,FI,HM,LM,MA,MB,MC,OF,TV,VA,WC,ZZ"
_RELATIONS: Final = "01,04,05,07,10,15,17,18,19,20,21,22,23,24,29,32,33,36,39,40,41,43,53,G8"
_INSURANCE: Final = "12,13,14,15,16,41,42,43,47,AP,C1,CP,GP,HM,IP,LD,LT,MB,MC,MI,MP,OT,PP,SP"
"""With those that only 4010 has."""
_HEALTH_CODES: Final = ",".join(QUALIFIERS)
_ELEMENTS: Final = f"""
ST 1 ID 3 3 R
ST 2 AN 4 9 R
BHT 1 ID 4 4 R 0019
BHT 2 ID 2 2 R 00,18
BHT 3 AN 1 50 R
BHT 4 D8 8 8 R
BHT 5 TM 4 8 R
BHT 6 ID 2 2 R 31,CH,RP
HL 1 N0 1 12 R
HL 2 N0 1 12 -
HL 3 ID 1 2 R 20,22,23
HL 4 ID 1 1 - 0,1
NM1 1 ID 2 3 R
NM1 2 ID 1 1 R 1,2
NM1 3 AN 1 60 -
NM1 4 AN 1 35 -
NM1 5 AN 1 25 -
NM1 7 AN 1 10 -
NM1 8 ID 1 2 - 24,34,46,FI,II,MI,PI,SV,XV,XX,ZZ
NM1 9 AN 2 80 -
N3 1 AN 1 55 R
N3 2 AN 1 55 -
N4 1 AN 2 30 R
N4 2 ID 2 2 -
N4 3 ID 3 15 -
N4 4 ID 2 3 -
REF 1 ID 2 3 R
REF 2 AN 1 50 -
PER 1 ID 2 2 R IC
PER 3 ID 2 2 - EM,EX,FX,TE
PER 4 AN 1 256 -
PRV 1 ID 1 3 R
PRV 2 ID 2 3 R PXC
PRV 3 AN 1 50 R
SBR 1 ID 1 1 R A,B,C,D,E,F,G,H,P,S,T,U
SBR 2 ID 2 2 - {_RELATIONS}
SBR 3 AN 1 50 -
SBR 5 ID 1 3 - {_INSURANCE}
SBR 9 ID 1 2 - {_FILING}
PAT 1 ID 2 2 - {_RELATIONS}
PAT 6 AN 1 35 -
PAT 9 ID 1 1 - Y
DMG 1 ID 2 3 R D8
DMG 2 D8 8 8 -
DMG 3 ID 1 1 -
CLM 1 AN 1 38 R
CLM 2 R 1 18 R
CLM 5-1 AN 1 2 -
CLM 5-2 ID 1 2 R A,B
CLM 5-3 ID 1 1 R
CLM 6 ID 1 1 - N,Y
CLM 7 ID 1 1 - A,B,C
CLM 8 ID 1 1 R N,W,Y
CLM 9 ID 1 1 R I,Y
CLM 11-1 ID 2 3 - AA,EM,OA
CLM 11-2 ID 2 3 - AA,EM,OA
CLM 11-4 ID 2 2 -
CLM 11-5 ID 2 3 -
CLM 12 ID 2 3 -
CLM 20 ID 1 2 - 1,2,3,4,5,6,7,8,9,10,11,15
DTP 1 ID 3 3 R
DTP 2 ID 2 3 R D8,DT,RD8,TM
DTP 3 DTP 1 35 R
CL1 1 ID 1 1 -
CL1 2 ID 1 1 -
CL1 3 ID 1 2 R
PWK 1 ID 2 2 R
PWK 2 ID 1 2 R AA,BM,EL,EM,FT,FX
AMT 1 ID 1 3 R
AMT 2 R 1 18 R
NTE 1 ID 3 3 R
NTE 2 AN 1 80 R
K3 1 AN 1 80 R
HI 1-1 ID 1 3 R {_HEALTH_CODES}
HI 1-2 AN 1 30 R
HI 2-1 ID 1 3 - {_HEALTH_CODES}
HI 3-1 ID 1 3 - {_HEALTH_CODES}
HI 4-1 ID 1 3 - {_HEALTH_CODES}
HI 5-1 ID 1 3 - {_HEALTH_CODES}
HI 6-1 ID 1 3 - {_HEALTH_CODES}
HI 7-1 ID 1 3 - {_HEALTH_CODES}
HI 8-1 ID 1 3 - {_HEALTH_CODES}
HI 9-1 ID 1 3 - {_HEALTH_CODES}
HI 10-1 ID 1 3 - {_HEALTH_CODES}
HI 11-1 ID 1 3 - {_HEALTH_CODES}
HI 12-1 ID 1 3 - {_HEALTH_CODES}
LX 1 N0 1 6 R
SV1 1-1 ID 2 2 R ER,HC,IV,WK
SV1 1-2 AN 1 48 R
SV1 1-3 AN 2 2 -
SV1 1-4 AN 2 2 -
SV1 1-5 AN 2 2 -
SV1 1-6 AN 2 2 -
SV1 1-7 AN 1 80 -
SV1 2 R 1 18 R
SV1 3 ID 2 2 R MJ,UN
SV1 4 R 1 15 -
SV1 5 AN 1 2 -
SV1 7-1 N0 1 2 -
SV1 7-2 N0 1 2 -
SV1 7-3 N0 1 2 -
SV1 7-4 N0 1 2 -
SV1 9 ID 1 1 - Y
SV1 11 ID 1 1 - Y
SV1 12 ID 1 1 - Y
SV1 15 ID 1 1 - 0
SV2 1 AN 1 48 R
SV2 2-1 ID 2 2 - ER,HC,HP,IV,WK
SV2 2-2 AN 1 48 -
SV2 2-3 AN 2 2 -
SV2 2-4 AN 2 2 -
SV2 2-5 AN 2 2 -
SV2 2-6 AN 2 2 -
SV2 3 R 1 18 R
SV2 4 ID 2 2 R DA,UN
SV2 5 R 1 15 -
SV2 7 R 1 18 -
SV3 1-1 ID 2 2 R AD
SV3 1-2 AN 1 48 R
SV3 2 R 1 18 R
SV3 3 AN 1 2 -
SV3 6 R 1 15 -
LIN 2 ID 2 2 R EN,EO,HI,N4,ON,UK,UP
LIN 3 AN 1 48 R
CTP 4 R 1 15 R
CTP 5-1 ID 2 2 R F2,GR,ME,ML,UN
CAS 1 ID 1 2 R CO,CR,OA,PI,PR
CAS 2 ID 1 5 R
CAS 3 R 1 18 R
OI 3 ID 1 1 R N,W,Y
OI 6 ID 1 1 R I,Y
SVD 1 AN 2 80 R
SVD 2 R 1 18 R
SVD 5 R 1 15 R
"""

MOST_ELEMENTS: Final = {
    "ST": 3, "BHT": 6, "HL": 4, "NM1": 12, "N2": 2, "N3": 2, "N4": 7, "REF": 4, "PER": 9, "PRV": 6,
    "SBR": 9, "PAT": 9, "DMG": 11, "CLM": 20, "DTP": 3, "CL1": 4, "PWK": 9, "AMT": 3, "NTE": 2, "K3": 3,
    "HI": 12, "LX": 1, "SV1": 21, "SV2": 10, "SV3": 11, "LIN": 31, "CTP": 11, "CAS": 19, "OI": 6, "SVD": 6,
    "SE": 2,
}  # fmt: skip
"""The most elements that a segment can have."""

OPEN: Final = frozenset(
    {"AMT", "BHT", "CAS", "CL1", "CLM", "CTP", "DTP", "HI", "HL", "LX", "PWK", "SV1", "SV2", "SV3"}
)
"""Segments whose codes, numbers and dates never identify a patient, so that a fault may show them."""
PRIVATE: Final = frozenset({"CLM01"})


MOST_COMPONENTS: Final = {
    "CLM": {5: 3, 11: 5}, "HI": dict.fromkeys(range(1, 13), 9), "SV1": {1: 8, 7: 4}, "SV2": {2: 8}, "SV3": {1: 8, 4: 5, 11: 4},
    "CTP": {5: 15}, "SVD": {3: 8}, "TOO": {3: 5},
}  # fmt: skip
"""The most components that a composite element can have, by segment and element."""


@cache
def limits() -> dict[str, tuple[int, ...]]:
    """How often a segment may occur in a place, or for each NM1 there, by segment and `Place`.

    These are the maximums of the 837 transaction set, or of the guides if all three have lower
    ones.
    """
    found: dict[str, list[int]] = {}
    for place, given in _MOST.items():
        words = given.split()
        for name, most in zip(words[::2], words[1::2], strict=True):
            found.setdefault(name, [UNLIMITED] * len(Place))[place] = int(most)
    return {name: tuple(by_place) for name, by_place in found.items()}


@cache
def elements() -> dict[str, tuple[Element, ...]]:
    """The requirements for elements, by segment."""
    found: dict[str, list[Element]] = {}
    for line in _ELEMENTS.strip().splitlines():
        segment, place, kind, least, most, *rest = line.split()
        number, _, part = place.partition("-")
        codes = tuple(rest[1].split(",")) if len(rest) > 1 else ()
        element = Element(
            segment, int(number), int(part or 0), kind, int(least), int(most), rest[0] == "R", codes
        )
        found.setdefault(segment, []).append(element)
    return {segment: tuple(given) for segment, given in found.items()}
