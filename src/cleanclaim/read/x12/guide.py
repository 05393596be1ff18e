"""What the 837 implementation guides ask of segments and elements: facts in a compact form, in our own words.

Source: ASC X12N 005010X222A1, X223A2 and X224A2 (segment identifiers, lengths and code values only).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ENVELOPE: Final = ("ISA", "GS", "ST", "SE", "GE", "IEA")

SEGMENTS: Final = frozenset(
    "ISA IEA GS GE ST SE BHT NM1 PER HL PRV CUR N2 N3 N4 DMG REF SBR PAT CLM DTP CL1 DN1 DN2 PWK CN1 AMT K3 NTE CR1 CR2 CR3 CR5 CR6 CRC HI HCP "
    "CAS OI MIA MOA LX SV1 SV2 SV3 SV4 SV5 SV6 SV7 MEA PS1 QTY LIN CTP SVD LQ FRM TOO DSB UR IMM LE LS TA1 N1 HSD".split()
)
"""Segments of any 837 guide, 4010 and 5010."""

MOST_ELEMENTS: Final = {
    "CLM": 20,
    "SBR": 9,
    "HL": 4,
    "DTP": 3,
    "REF": 4,
    "LX": 1,
    "SV1": 21,
    "SV2": 10,
    "SV3": 11,
    "BHT": 6,
    "DMG": 11,
    "PRV": 6,
    "NM1": 12,
    "HI": 12,
    "N4": 7,
    "N3": 2,
    "AMT": 3,
    "NTE": 2,
    "SE": 2,
    "GE": 2,
    "IEA": 2,
}
"""How many elements a segment has at most."""

OTHER_TRANSACTIONS: Final = {
    "835": "a remittance advice (835)",
    "997": "an acknowledgment (997)",
    "999": "an acknowledgment (999)",
    "277": "a claim status (277)",
    "276": "a claim status request (276)",
    "270": "an eligibility inquiry (270)",
    "271": "an eligibility answer (271)",
    "834": "an enrollment (834)",
    "820": "a premium payment (820)",
    "278": "an authorization (278)",
}


@dataclass(frozen=True, slots=True)
class ElementRule:
    """What one element, or one component of it, must be.

    Attributes:
        segment: the segment.
        number: the element.
        part: the component; 0 for the whole element.
        codes: the values allowed; empty for any.
        longest: how many characters at most; 0 for any.
        required: it must not be empty.
        private: its value may identify a patient.
    """

    segment: str
    number: int
    part: int = 0
    codes: tuple[str, ...] = ()
    longest: int = 0
    required: bool = False
    private: bool = False

    @property
    def name(self) -> str:
        """As the trade writes it, such as CLM05-3."""
        return f"{self.segment}{self.number:02d}" + (f"-{self.part}" if self.part else "")


RULES: Final = (
    ElementRule("BHT", 1, codes=("0019",)),
    ElementRule("BHT", 2, codes=("00", "18")),
    ElementRule("BHT", 6, codes=("31", "CH", "RP")),
    ElementRule("HL", 1, longest=12, required=True),
    ElementRule("HL", 3, codes=("20", "22", "23"), required=True),
    ElementRule("HL", 4, codes=("0", "1")),
    ElementRule("SBR", 1, codes=tuple("ABCDEFGHPSTU"), required=True),
    ElementRule("NM1", 2, codes=("1", "2"), required=True),
    ElementRule("NM1", 9, longest=80, private=True),
    ElementRule("DMG", 1, codes=("D8",)),
    ElementRule("CLM", 1, longest=38, required=True),
    ElementRule("CLM", 2, longest=18, required=True),
    ElementRule("CLM", 5, 2, codes=("A", "B")),
    ElementRule("CLM", 6, codes=("Y", "N")),
    ElementRule("CLM", 7, codes=("A", "B", "C", "P")),
    ElementRule("CLM", 8, codes=("Y", "N", "W")),
    ElementRule("CLM", 9, codes=("Y", "I", "N", "A", "M", "O")),
    ElementRule("DTP", 2, codes=("D8", "RD8", "DT", "TM", "RDT"), required=True),
    ElementRule("DTP", 3, longest=35, required=True),
    ElementRule("LX", 1, longest=6, required=True),
    ElementRule(
        "SV1", 1, 1, codes=("HC", "ER", "IV", "WK", "N1", "N2", "N3", "N4", "ZZ"), required=True
    ),
    ElementRule("SV1", 2, longest=18, required=True),
    ElementRule("SV1", 3, codes=("UN", "MJ", "F2", "IN")),
    ElementRule("SV1", 4, longest=15),
    ElementRule("SV2", 2, 1, codes=("HC", "HP", "ER", "IV", "WK", "N1", "N2", "N3", "N4", "ZZ")),
    ElementRule("SV2", 3, longest=18, required=True),
    ElementRule("SV2", 4, codes=("UN", "DA", "F2")),
    ElementRule("SV3", 1, 1, codes=("AD", "ER", "HC"), required=True),
    ElementRule("AMT", 1, longest=3, required=True),
    ElementRule("N4", 1, longest=30, private=True),
    ElementRule("N3", 1, longest=55, private=True),
)

NUMBERS: Final = (
    ("CLM", 2),
    ("SV1", 2),
    ("SV1", 4),
    ("SV2", 3),
    ("SV2", 5),
    ("SV3", 2),
    ("AMT", 2),
)
"""Elements that must be decimal numbers."""
