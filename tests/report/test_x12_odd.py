"""TA1, 999 and 277CA for files that nobody should send: balanced, no claim lost, no patient's data where the form needs none."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import cleanclaim
from cleanclaim.ack.read import LAYOUT
from cleanclaim.correct.envelope import envelope_faults
from cleanclaim.read.x837.spans import Names
from cleanclaim.report.formats import ANSWERS
from cleanclaim.x12.rewrite import X12File
from places import ROOT

_WHOLE = (ROOT / "examples" / "clinic-day.837").read_text().replace("\n", "").split("~")
_CUT = next(n for n, one in enumerate(_WHOLE) if one.startswith("HL*5*"))
_ST = next(n for n, one in enumerate(_WHOLE) if one.startswith("ST*"))
SEGMENTS = [*_WHOLE[:_CUT], f"SE*{_CUT - _ST + 1}*0001", "GE*1*905", "IEA*1*000000905"]
"""The envelope and the first three claims of the example."""
SET = SEGMENTS[_ST:-2]
PRIVATE = re.compile(r"ADAMS|BAKER|CLARK|19800214|W10000000")


def text(segments: list[str]) -> str:
    return "~\n".join(segments) + "~\n"


def without(*names: str) -> str:
    return text([one for one in SEGMENTS if one.partition("*")[0] not in names])


def changed(old: str, new: str) -> str:
    return text(SEGMENTS).replace(old, new)


ODD: dict[str, str] = {
    "sound": text(SEGMENTS),
    "two interchanges with one number": text(SEGMENTS) * 2,
    "two groups with one number": text([*SEGMENTS[:-1], *SEGMENTS[1:-1], "IEA*2*000000905"]),
    "two transactions with one number": text([*SEGMENTS[:-2], *SET, "GE*2*905", "IEA*1*000000905"]),
    "a transaction that isn't closed before the next": text([*SEGMENTS[:-3], *SET, "GE*2*905", "IEA*1*000000905"]),
    "no SE": without("SE"),
    "no SE, GE and IEA": without("SE", "GE", "IEA"),
    "no ST": without("ST"),
    "no GS": without("GS", "GE"),
    "begins at ST": text(SET),
    "wrong counts": changed(SEGMENTS[-3], "SE*9*0001").replace("GE*1", "GE*7").replace("IEA*1", "IEA*4"),
    "other numbers": changed("GE*1*905", "GE*1*906").replace("IEA*1*000000905", "IEA*1*000000906"),
    "cut in the middle of a claim": text(SEGMENTS).partition("LX*1")[0] + "PRV*PE*PX",
    "a segment that nobody knows": changed("CLM*CD-002", "ZZZ*BAKER*19800214~\nCLM*CD-002"),
    "text between segments": changed("NM1*40", "@@@ADAMS 19800214~\nNM1*40"),
    "a name for a birth date": changed("DMG*D8*19800214*F", "DMG*D8*ADAMS19800214*F"),
    "a name for a charge": changed("CLM*CD-002*180", "CLM*CD-002*BAKER"),
    "no claim number": changed("CLM*CD-002", "CLM*"),
    "another kind of group": text([*SEGMENTS[:-1], "GS*HP*A*B*20260601*1200*7*X*005010X221A1", "ST*835*0001", "SE*2*0001", "GE*1*7", "IEA*2*000000905"]),
}  # fmt: skip
Answered = Callable[[str, str], str]


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Answered:
    """The answer to a file, which is checked once."""
    folder = tmp_path_factory.mktemp("odd")
    reports: dict[str, cleanclaim.Report] = {}

    def answer(name: str, form: str) -> str:
        if name not in reports:
            path: Path = folder / f"{len(reports)}.837"
            path.write_text(ODD[name])
            reports[name] = cleanclaim.check(path, select="ENV,CLM")
        return ANSWERS[form].render(reports[name]).decode()

    return answer


def named(content: str, name: str) -> list[str]:
    return [one for one in content.replace("\n", "").split("~") if one.startswith(f"{name}*")]


@pytest.mark.parametrize("name", ODD)
def test_answers_are_balanced_and_lose_nothing(name: str, answered: Answered) -> None:
    sent = ODD[name]
    for form in ("ta1", "999", "277ca"):
        content = answered(name, form)
        assert list(envelope_faults(Names(X12File(content.encode(), LAYOUT)))) == [], form
        assert len(named(content, "ISA")) == max(len(re.findall("^ISA", sent, re.MULTILINE)), 1)
        if form != "277ca":
            assert not PRIVATE.search(content), form
    claims = re.findall(r"^CLM\*([^*~]*)", sent, re.MULTILINE)
    told = answered(name, "277ca")
    patients = told.count("NM1*QC*")
    assert patients == len(claims)
    counted = [int(one.split("*")[2]) for one in named(told, "QTY") if one.split("*")[1] in {"90", "AA"}]  # fmt: skip
    assert sum(counted) == len(claims)
    assert all(number in told for number in claims)


CODES = [
    ("two interchanges with one number", "ta1", "TA1", ["*A*000", "*R*025"]),
    ("begins at ST", "ta1", "TA1", ["*R*022"]),
    ("no SE, GE and IEA", "ta1", "TA1", ["*R*023"]),
    ("two transactions with one number", "999", "IK5", ["*A", "*R*23"]),
    ("two groups with one number", "999", "AK9", ["*A*1*1*1", "*E*1*1*1*19"]),
    ("a transaction that isn't closed before the next", "999", "IK5", ["*R*2", "*R*23"]),
    ("text between segments", "999", "IK3", ["IK3*N/A*5**1"]),
    ("no ST", "999", "AK2", ["AK2*837*0001"]),
]


@pytest.mark.parametrize(("name", "form", "segment", "ends"), CODES, ids=[f"{one[0]}-{one[1]}" for one in CODES])  # fmt: skip
def test_codes(name: str, form: str, segment: str, ends: list[str], answered: Answered) -> None:
    found = named(answered(name, form), segment)
    assert len(found) == len(ends)
    assert all(one.endswith(end) for one, end in zip(found, ends, strict=True)), found
