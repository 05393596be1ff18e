"""Score a claim scrubber on the corpus: python -m corpus.score --cmd "…" (see corpus/README.md)."""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
CLAIMS = FOLDER / "claims"
SECOND = FOLDER / "second" / "claims"
PAYERS = FOLDER.parent / "examples" / "payers"
"""The pack of an invented payer."""
Said = Mapping[str, Any]
Options = Mapping[str, Path]
Run = Callable[[Path, Options], Iterable[Said]]


@dataclass
class Score:
    """What a scrubber found.

    Attributes:
        found: rule → cases found for the right reason, line and diagnosis.
        wanted: rule → cases.
        alarms: code → findings on right claims, or for another reason than the intended one.
        right: code → findings for the right reason.
        clean: right claims, and those left alone.
        unchecked: claims that can't be judged, and those said to be unchecked.
        missed: the cases not found, with what was said of them.
        alarmed: the right claims with findings.
        dishonest: the claims that can't be judged and weren't said to be unchecked.
    """

    found: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    clean: Counter[str] = field(default_factory=Counter)
    unchecked: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[str, list[str]]] = field(default_factory=list)
    alarmed: list[tuple[str, list[str]]] = field(default_factory=list)
    beside: list[tuple[str, list[str]]] = field(default_factory=list)
    dishonest: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """The numbers that are recorded."""
        return {
            "defects": self.wanted.total(),
            "found": self.found.total(),
            "recall": _share(self.found.total(), self.wanted.total()),
            "clean": self.clean["all"],
            "left_alone": self.clean["left alone"],
            "left_alone_share": _share(self.clean["left alone"], self.clean["all"]),
            "unchecked": self.unchecked["all"],
            "said_unchecked": self.unchecked["said"],
            "precision": _share(self.right.total(), self.right.total() + self.alarms.total()),
        }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0


def expected(*, half: str = "", tables: bool = True, folder: Path = CLAIMS) -> list[dict[str, Any]]:
    """The cases of a half (open, held), or of both; without tables, only those that no publisher's table decides."""
    cases = [json.loads(text) for text in (folder / "expected.jsonl").read_text().splitlines()]
    return [case for case in cases if half in {"", case["half"]} and (tables or not case["tables"])]


def score(cases: list[dict[str, Any]], said: Iterable[Said], codes: Mapping[str, Mapping[str, list[str]]], *, exact: bool = True) -> Score:
    """Compare what was said with what is expected.

    Args:
        cases: what is expected.
        said: what the scrubber said: one mapping for each finding.
        codes: rule → the scrubber's codes for it.
        exact: whether the line and the diagnosis must be right as well.
    """
    by_claim: dict[str, list[Said]] = defaultdict(list)
    for one in said:
        by_claim[str(one.get("claim_id") or one.get("file"))].append(one)
    result = Score()
    for case in cases:
        about = [one for name in dict.fromkeys([*case["claims"], case["case"] + ".837"]) for one in by_claim.get(name, [])]
        _judge(case, about, codes.get(case["rule"], {}), result, exact=exact)
    return result


def _judge(case: dict[str, Any], about: list[Said], codes: Mapping[str, list[str]], result: Score, *, exact: bool) -> None:
    loud = [one for one in about if one.get("kind") != "not_checked" and one.get("level") != "info"]
    names = sorted({str(one["code"]) for one in about if one.get("kind") != "not_checked"})
    if case["kind"] == "clean":
        result.clean["all"] += 1
        result.clean["left alone"] += not loud
        result.alarms.update(str(one["code"]) for one in loud)
        if loud:
            result.alarmed.append((case["case"], names))
        return
    right = set(codes.get("right", ()))
    if case["kind"] == "unchecked":
        said = any(one.get("kind") == "not_checked" and one["code"] in right for one in about)
        result.unchecked["all"] += 1
        result.unchecked["said"] += said and not any(one["code"] in right for one in loud)
        if not said or any(one["code"] in right for one in loud):
            result.dishonest.append(case["case"])
        return
    hits = [one for one in about if one.get("kind") != "not_checked" and one["code"] in right]
    placed = [one for one in hits if not exact or _is_there(case, one)]
    result.wanted[case["rule"]] += 1
    result.found[case["rule"]] += bool(placed)
    result.right.update(str(one["code"]) for one in hits)
    others = [str(one["code"]) for one in loud if one["code"] not in right and one["code"] not in codes.get("also", ())]
    result.alarms.update(others)
    if others:
        result.beside.append((case["case"], sorted(set(others))))
    if not placed:
        result.missed.append((case["case"], [f"{one['code']}:{one.get('line')}:{one.get('diagnosis')}" for one in about if one.get("kind") != "not_checked"]))


def _is_there(case: dict[str, Any], one: Said) -> bool:
    line = case["line"] is None or one.get("line") in {None, case["line"]}
    diagnosis = case["diagnosis"] is None or one.get("diagnosis") in {None, case["diagnosis"]}
    return line and diagnosis


def files(cases: list[dict[str, Any]], folder: Path = CLAIMS) -> list[tuple[Path, Options]]:
    """The files that hold the cases, and what a scrubber is given with each: earlier claims, notes, or payers' own rules."""
    return [(folder / name, _options(folder, name)) for name in sorted({case["file"] for case in cases})]


def _options(folder: Path, name: str) -> Options:
    given: dict[str, Path] = {}
    if name.startswith("history"):
        given["history"] = folder / name.replace("history", "earlier")
    if name.startswith("notes"):
        given["notes"] = folder / "notes"
    if "payers" in name:
        given["payers"] = PAYERS
    return given


def command(words: str) -> Run:
    """Runs a command on a file; it prints JSON Lines."""

    def run(path: Path, given: Options) -> Iterable[Said]:
        more = [word for name, each in given.items() for word in (f"--{name}", str(each))]
        done = subprocess.run([*shlex.split(words), str(path), *more], capture_output=True, text=True, check=False)
        for text in done.stdout.splitlines():
            if text.startswith("{"):
                yield json.loads(text)

    return run


def main() -> None:
    """Score from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cmd", required=True, help="the adapter's command; the file's path is appended")
    parser.add_argument("--second", action="store_true", help="score on the second set")
    parser.add_argument("--codes", type=Path, help="JSON: rule → the scrubber's codes; by default cleanclaim's")
    parser.add_argument("--half", choices=("open", "held", ""), default="", help="score a half of the corpus only")
    parser.add_argument("--csv", action="store_true", help="give the scrubber the CSV tables instead of the 837 files")
    parser.add_argument("--without-tables", action="store_true", help="leave out the cases that publishers' tables decide")
    parser.add_argument("--rules", default="", help="score only rules whose name has this in it")
    parser.add_argument("--quiet", action="store_true", help="print the numbers only, not the cases missed")
    options = parser.parse_args()
    folder, codes = (SECOND, SECOND / "codes.json") if options.second else (CLAIMS, FOLDER / "adapters" / "cleanclaim.json")
    cases = [c for c in expected(half=options.half, tables=not options.without_tables, folder=folder) if options.rules in c["rule"]]
    run = command(options.cmd)
    if options.csv:
        cases = [case for case in cases if case["csv"] and not case["file"].startswith("history")]
        said = list(run(folder / "csv", {}))
    else:
        said = [one for path, given in files(cases, folder) for one in run(path, given)]
    result = score(cases, said, json.loads((options.codes or codes).read_text()))
    print(report(result, verbose=not options.quiet))


def report(result: Score, *, verbose: bool = False) -> str:
    """The numbers as text."""
    lines = [json.dumps(result.summary(), indent=1)]
    lines += [f"{rule:40} {result.found[rule]:3} of {n:3}" for rule, n in sorted(result.wanted.items()) if result.found[rule] < n]
    if verbose:
        lines += [f"missed   {case}: {', '.join(said)}" for case, said in result.missed]
        lines += [f"alarm    {case}: {', '.join(said)}" for case, said in result.alarmed]
        lines += [f"silent   {case}" for case in result.dishonest]
        lines += [f"besides  {case}: {', '.join(said)}" for case, said in result.beside]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
