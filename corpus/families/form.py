"""The form of a file: every case is a file of its own."""

from __future__ import annotations

from random import Random

from corpus.case import Case, professional, rule, some_day, visit
from corpus.x837 import interchange


def _broken(dice: Random, n: int, *changes: tuple[str, str]) -> Case:
    claim = professional(dice, payer="commercial", day=some_day(dice, "2018-01-01"), lines=[visit(dice)], claim_id="@CASE@")
    text = interchange([claim], "professional")
    old, new = changes[n % len(changes)]
    at = text.index(old)
    return Case([claim], form=text[:at] + new + text[at + len(old) :], x12_only=True)


@rule(
    "envelope-broken",
    "ENV001",
    "The envelope's counts or control numbers disagree, or a trailer is missing.",
    "ASC X12 005010, interchange and group control structures",
    count=6,
    also="ENV002 ENV004",
)
def envelope(dice: Random, n: int) -> Case:
    return _broken(
        dice, n, ("IEA*1*000000001", "IEA*1*000000002"), ("GE*1*1", "GE*2*1"), ("SE*", "SE*9"), ("GE*1*1~\n", ""), ("IEA*1*", "IEA*3*"), ("GE*1*1", "GE*1*7")
    )


@rule(
    "segment-wrong",
    "ENV002",
    "A segment that is unknown, out of place or missing.",
    "837P guide, segments and their usage",
    count=6,
    also="ENV001 ENV003 ENV004",
)
def segment(dice: Random, n: int) -> Case:
    count = (
        ("N3*1 EXAMPLE STREET~\n", "ZZZ*1~\n"),
        ("PER*IC*BILLING*TE*5555550100~\n", "XYZ*IC~\n"),
        ("REF*EI*", "REF*QQ*"),
        ("LX*1~\n", "QTY*PT*1~\n"),
        ("N3*2 EXAMPLE STREET~\n", "FOB*PB~\n"),
        ("BHT*0019*00*1*", "BGN*0019*00*1*"),
    )
    return _broken(dice, n, *count)


@rule(
    "element-wrong",
    "ENV003",
    "An element of the wrong length, type or code.",
    "837P guide, elements and their code lists",
    count=6,
    also="ENV001 ENV002 ENV004 CLM105 CLM106 CLM108",
)
def element(dice: Random, n: int) -> Case:
    return _broken(
        dice,
        n,
        ("SBR*P*18", "SBR*P*18X9"),
        ("HL*2*1*22*0", "HL*2*1*22*5"),
        ("*UN*1", "*ZZ*1"),
        ("NM1*IL*1*", "NM1*IL*7*"),
        ("DTP*472*D8*20", "DTP*472*D8*2X"),
        ("NM1*PR*2*EXAMPLE PAYER*****PI*", "NM1*PR*2*EXAMPLE PAYER*****Q9*"),
    )


@rule("levels-wrong", "ENV004", "Levels numbered wrongly, or whose parents don't exist.", "837P guide, HL segments", count=6, also="ENV001 ENV002 ENV003")
def levels(dice: Random, n: int) -> Case:
    return _broken(
        dice,
        n,
        ("HL*2*1*22*0", "HL*3*1*22*0"),
        ("HL*2*1*22*0", "HL*2*5*22*0"),
        ("HL*2*1*22*0", "HL*2**22*0"),
        ("HL*2*1*22*0", "HL*2*1*22*1"),
        ("HL*1**20*1", "HL*1**20*0"),
        ("HL*2*1*22*0", "HL*1*1*22*0"),
    )


@rule(
    "form-doubtful",
    "ENV006",
    "Characters outside the extended set, or an obsolete version.",
    "837P guide, appendix B, character sets",
    count=6,
    also="ENV001 ENV002 ENV003",
)
def doubtful(dice: Random, n: int) -> Case:
    return _broken(
        dice,
        n,
        ("EXAMPLE CLINIC", "EXÄMPLE CLINIC"),
        ("1 EXAMPLE STREET", "1 EXAMPLE™ STREET"),
        ("005010X222A1", "004010X098A1"),
        ("ANYTOWN", "ANYTOWN“"),
        ("ISA*", "HELLO\nISA*"),
        ("2 EXAMPLE STREET", "2 EXAMPLE\tSTREET"),
    )


@rule("no-claims", "ENV005", "A transaction without any claim.", "837P guide, 2300", count=5, also="ENV001 ENV002 ENV004")
def no_claims(dice: Random, n: int) -> Case:
    claim = professional(dice, payer="commercial", lines=[visit(dice)], claim_id="@CASE@")
    text = interchange([claim], "professional")
    head, tail = text[: text.index("HL*2*")], text[text.index("SE*") :]
    segments = head[head.index("ST*") :].count("~")
    cut = head + f"SE*{segments + 1}*0001~\n" + tail[tail.index("GE*") :]
    return Case([claim], form=cut if n % 2 else cut.replace("EXAMPLE CLINIC", f"CLINIC {n}"), x12_only=True)
