"""Our 999 next to the one that pyx12 writes, on every sample: each difference is of a kind that is explained.

docs/how-to/acknowledgments.md explains the kinds, and has the same counts.
"""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cleanclaim
from cleanclaim.report import x12_999
from places import ROOT

document = pytest.importorskip("pyx12.x12n_document")
Fault = tuple[int, str, int, str, str]
"""The set, the segment, its place, the element (empty for the segment), and the code."""
NEWER = ((b"005010X222A2", b"005010X222A1"), (b"005010X223A3", b"005010X223A2"))
"""Guides that pyx12 doesn't know, and those it does, which differ in nothing that the samples use."""


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:
    """Maps are read once; pyx12 reads them for every file."""
    import pyx12.map_if as maps  # noqa: PLC0415

    before = maps.load_map_file
    logging.disable(logging.CRITICAL)
    maps.load_map_file = cache(lambda name, _param, _path=None: before(name, params(), None))
    yield
    maps.load_map_file = before
    logging.disable(logging.NOTSET)


@cache
def params() -> Any:
    return pytest.importorskip("pyx12.params").params()


def answered(text: str) -> list[tuple[str, list[Fault]]]:
    """Each set's verdict and faults, of a 999 or a 997."""
    sets: list[tuple[str, list[Fault]]] = []
    at: tuple[str, int, str] = ("", 0, "")
    for line in re.sub(r"[\r\n]", "", text).split("~"):
        words = [*line.strip().split("*"), "", "", "", ""]
        faults = sets[-1][1] if sets else []
        if words[0] == "AK2":
            sets.append(("", []))
        elif words[0] in {"IK3", "AK3"}:
            at = words[1], int(words[2]), words[4]
            faults.append((len(sets), at[0], at[1], "", at[2]))
        elif words[0] in {"IK4", "AK4"}:
            faults.append((len(sets), at[0], at[1], words[1], words[3]))
        elif words[0] in {"IK5", "AK5"}:
            sets[-1] = words[1], faults
    return [(verdict, [one for one in faults if one[4] != "8" or one[3]]) for verdict, faults in sets]  # fmt: skip


def for_pyx12(content: bytes) -> bytes:
    """The file as pyx12 can read it: a guide that it knows, the envelope's version as the guide wants it, ASCII."""
    for newer, known in NEWER:
        content = content.replace(newer, known)
    head, rest = content[:110], content[110:]
    if b"004010X09" in rest:
        head = head.replace(b"*00501*", b"*00401*")
    elif b"005010X22" in rest:
        head = head.replace(b"*00401*", b"*00501*")
    return (head + rest).decode("utf-8", "replace").encode("ascii", "replace")


EXPLAINED: tuple[tuple[str, Callable[[Fault, bytes], object]], ...] = (
    ("sender and receiver", lambda fault, _: fault[2] <= 6 and fault[1] in {"NM1", "PER"}),
    ("nine digits of a ZIP code", lambda fault, _: fault[1] == "N4" and fault[3] == "3"),
    ("version 4010", lambda _, content: b"004010X09" in content),
    ("element that isn't used", lambda fault, _: fault[1] == "CLM" and fault[3:] == ("6", "10")),
    ("other component separator", lambda _, content: re.search(rb"CLM\*[^~]*>", content) and content[104:105] == b":"),
    ("professional lines on an institutional claim", lambda _, content: b"X223" in content and b"SV1*" in content),
    ("numbers of levels", lambda fault, _: fault[1] == "HL"),
    ("lines without LX", lambda _, content: b"LX*" not in content),
    ("other payer's loops", lambda fault, _: fault[1] in {"NM1", "AMT"} and fault[2] > 20),
    ("form of a date", lambda fault, _: fault[1] == "DTP" and fault[3] == "2"),
)  # fmt: skip
"""The kinds of differences, and what tells them: the fault and the file."""
ROW = re.compile(r"^\| ([^|]+?) \| (\d+) \| (\d+) \|", re.MULTILINE)


def kind_of(fault: Fault, content: bytes) -> str:
    return next((name for name, test in EXPLAINED if test(fault, content)), f"not explained: {fault}")  # fmt: skip


def ours(files: list[Path], contents: list[bytes]) -> list[list[tuple[str, list[Fault]]]]:
    """Our answer to each file, from one check of all."""
    out = io.BytesIO()
    x12_999.write(cleanclaim.check(files, select=["ENV"]), out)
    interchanges = iter(re.split(r"(?=ISA\*)", out.getvalue().decode("latin-1"))[1:])
    return [
        answered("".join(next(interchanges) for _ in re.findall(rb"(?:^|~\s*)ISA\*", content)))
        for content in contents
    ]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_every_difference_from_pyx12_is_explained(data_dir: Path, tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    files: dict[str, set[Path]] = {}
    given, contents, theirs = [], [], []
    for number, path in enumerate(sorted((data_dir / "x12").glob("*/*/837*/*"))):
        content, out = for_pyx12(path.read_bytes()), io.StringIO()
        copy = tmp_path / f"{number:02}.x12"
        copy.write_bytes(content)
        try:
            document.x12n_document(params(), str(copy), out, None)
        except Exception as error:  # noqa: BLE001 - pyx12 raises anything
            seen["no map" if "Map not found" in str(error) else "pyx12 fails"] += 1
            continue
        given.append(copy)
        contents.append(content)
        theirs.append(answered(out.getvalue()))
    for path, content, one, own in zip(given, contents, theirs, ours(given, contents), strict=True):
        a, b = (Counter(fault for _, faults in sets for fault in faults) for sets in (one, own))
        differing = [*(a - b).elements(), *(b - a).elements()]
        seen["the same" if not differing else "different"] += 1
        seen["the same verdicts"] += [verdict for verdict, _ in one] == [verdict for verdict, _ in own]  # fmt: skip
        for fault in differing:
            kind = kind_of(fault, content)
            kinds[kind] += 1
            files.setdefault(kind, set()).add(path)
    assert not [kind for kind in kinds if kind.startswith("not explained")], kinds
    page = (ROOT / "docs" / "how-to" / "acknowledgments.md").read_text()
    told = {kind: (int(n), int(count)) for kind, n, count in ROW.findall(page)}
    assert told == {kind: (len(files[kind]), count) for kind, count in kinds.items()}
    verdicts, same, whole = seen["the same verdicts"], seen["the same"], len(contents)
    assert f"{whole} of the {whole + seen['no map'] + seen['pyx12 fails']} files" in page
    assert f"{same} files have the same faults, and {verdicts} the same verdicts" in page
