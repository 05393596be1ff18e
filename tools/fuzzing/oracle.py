"""What must hold for any input, both when reading it and when checking it from the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.model import Batch
from cleanclaim.read import FileRead, read
from cleanclaim.report.formats import FORMATS, TABLES
from fuzzing.cases import Case
from fuzzing.command import PANICS, Command, Done
from fuzzing.reports import WHOLE, Json, Said, parsed
from fuzzing.sound import BORN, PLANTED
from fuzzing.x12 import separators_of

_SECRETS: Final = (PLANTED.lower(), *(f"{day:{form}}" for day in BORN for form in ("%Y-%m-%d", "%Y%m%d", "%m/%d/%Y")))  # fmt: skip
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_TOLD: Final = re.compile(rb"^(?:\x1b\[[\d;]*m)*(?:Not read|Failed) ", re.MULTILINE)
"""The lines of a text report that say what wasn't read or failed."""
_SEGMENT: Final = re.compile(r"segment(?:_number')?:? [0-9]+", re.IGNORECASE)
"""A segment's position in its file, which differs if claims are in other files."""
_PACKED: Final = (b"PK", b"\x1f\x8b")
_UNEXPECTED: Final = re.compile("Traceback \\(most recent|unexpected fault")
_FILTERS: Final = frozenset({"--select", "--ignore", "--min-disposition"})
_ALIKE: Final = ("claim_id", "line_number", "diagnosis_number", "code", "disposition", "message", "suggestion", "evidence")  # fmt: skip


def read_wrong(case: Case) -> str | None:
    """An error in how a case's inputs are read, in the folder that holds them; None if there is none."""
    files: list[FileRead] = []
    batches = list(read(case.inputs, files))
    faults = {file for batch in batches for file in batch.syntax_faults["file"]}
    said = [{"file": e.file, "format": e.format, "claims": e.claims, "error": e.error} for e in files]  # fmt: skip
    return (
        _inconsistent(batches)
        or _leak("an error", "".join(entry.error or "" for entry in files))
        or _files_wrong(case, said)
        or _silent(said, faults)
        or _uncounted(case, said, faults)
    )


def _inconsistent(batches: list[Batch]) -> str | None:
    first = 0
    for batch in batches:
        own = range(first, first := first + batch.claims.height)
        if batch.claims["claim_key"].to_list() != list(own):
            return "claim keys repeat, leave a gap or are out of order"
        for name, frame in batch.frames().items():
            keys = set(frame["claim_key"].to_list())
            if not all(key is None or key in own for key in keys):
                return f"{name} of no claim"
    return None


def check_wrong(case: Case, command: Command, *, again: bool = False) -> str | None:
    """An error in how the command line checks a case, in the folder that holds it; None if there is none.

    Args:
        case: its files are in the folder.
        command: the command line.
        again: run twice and compare the results.
    """
    past: Sequence[str] = case.history
    if case.is_kept:
        kept = command.run("history", "add", "kept", *case.history)
        if wrong := _run_wrong(kept):
            return f"history add: {wrong}"
        past = ("kept",) if Path("kept").exists() else ()
    arguments = ["check", *case.inputs, "--format", case.form, *case.options]
    arguments += [word for name in past for word in ("--history", name)]
    done = _run(command, case, arguments)
    wrong = _run_wrong(done) or _report_wrong(case, done) or _tables_wrong(case)
    if wrong is None and any(Path.cwd().glob("*report?*")):
        wrong = "the report was written, but temporary work was left behind"
    if wrong is None and again:
        second = _run(command, case, arguments)
        if (second.status, second.out, second.said) != (done.status, done.out, done.said):
            wrong = "a second run gives another result"
    return wrong or _split_wrong(case, command, done)


def _tables_wrong(case: Case) -> str | None:
    """What is wrong with the other tables written beside a report that has one table; they are removed."""
    if not case.to_file or not FORMATS[case.form].has_tables or not Path("report").exists():
        return None
    beside = [Path(f"report.{table}") for table in TABLES[1:]]
    missing = [path.name for path in beside if not path.exists()]
    for path in beside:
        path.unlink(missing_ok=True)
    return f"{missing[0]} was not written" if missing else None


def _run(command: Command, case: Case, arguments: Sequence[str]) -> Done:
    """Run the command; a report that went to a file is loaded from there."""
    if not case.to_file:
        return command.run(*arguments, on_disk=case.on_disk)
    report = Path("report")
    report.unlink(missing_ok=True)
    done = command.run(*arguments, "--output", str(report), on_disk=case.on_disk)
    return replace(done, out=report.read_bytes()) if report.exists() and not done.out else done


def _tells_why(done: Done) -> bool:
    """Whether a run says what wasn't read or failed: on the error stream, or in the text that it prints."""
    return bool(done.said.strip()) or bool(_TOLD.search(done.out))


def _run_wrong(done: Done) -> str | None:
    """An error that no run may have."""
    if done.fault:
        return done.fault
    if done.status not in {0, 1, 2}:
        return f"exit status {done.status}"
    every = done.said.encode() + done.out
    rules = {
        "a panic was printed": any(panic in every for panic in PANICS),
        "a traceback or an unexpected fault was printed": bool(_UNEXPECTED.search(done.said)),
        "exit status 2 without a message": done.status == 2 and not _tells_why(done),
        "control characters on the error stream": bool(_CONTROLS.search(done.said)),
    }
    broken = next((what for what, is_so in rules.items() if is_so), None)
    report = done.out.decode("utf-8", "replace")
    return broken or _leak("the error stream", done.said) or _leak("the report", report)


def _leak(where: str, text: str) -> str | None:
    lower = text.lower()
    for secret in _SECRETS:
        at = lower.find(secret)
        if at >= 0:
            return f"patient data is shown on {where}: …{text[max(at - 60, 0) : at + 30]!r}…"
    return None


def _report_wrong(case: Case, done: Done) -> str | None:
    if not done.out:
        return None if done.status == 2 else "there is no report"
    try:
        said = parsed(case.form, done.out)
    except (ValueError, KeyError, IndexError, pl.exceptions.PolarsError) as error:
        return f"the {case.form} report cannot be read back: {type(error).__name__}"
    if case.form == "text" and _CONTROLS.search(said.text):
        return "control characters in the text report"
    wrong = _misplaced(case, said.findings)
    if wrong or case.form not in WHOLE:
        return wrong
    return _whole_wrong(case, done, said)


def _whole_wrong(case: Case, done: Done, said: Said) -> str | None:
    """An inconsistency in a report with all content."""
    given = [entry for entry in said.files if not _is_past(case, entry["file"])]
    unread = [entry for entry in said.files if entry["error"]]
    is_clean = all(row["disposition"] == "info" for row in said.findings)
    claims = sum(entry["claims"] for entry in given)
    is_whole = not unread and not said.failures
    rules = {
        f"exit status {done.status} does not agree with the report": (done.status == 2) == is_whole
        or (done.status == 0) != (is_clean and is_whole),
        "the summary's counts don't match the findings": len(said.findings)
        != said.summary["findings"],
        "the summary's claim count doesn't match the files": claims != said.summary["claims"],
        "a file's error isn't on the error stream": any(
            entry["error"].rsplit(": ", 1)[-1] not in done.said for entry in unread
        ),
    }
    broken = next((what for what, is_so in rules.items() if is_so), None)
    broken = broken or _files_wrong(case, given)
    if broken or _FILTERS & set(case.options):
        return broken
    found = {row["file"] for row in said.findings}
    return _silent(given, found) or _uncounted(case, given, found)


def _is_past(case: Case, name: str) -> bool:
    return name == "kept" or any(_is_of(name, past) for past in case.history)


def _is_of(name: str, given: str) -> bool:
    return name == given or name.startswith((f"{given}!", f"{given}/"))


def _files_wrong(case: Case, entries: Sequence[Json]) -> str | None:
    for given in case.inputs:
        if not any(_is_of(entry["file"], given) for entry in entries):
            return "an input is missing from the report's files"
    for entry in entries:
        if entry["error"] is not None and not entry["error"].strip(" :."):
            return "a file wasn't read, and there is no reason"
    return None


def _silent(entries: Sequence[Json], with_faults: set[str]) -> str | None:
    for entry in entries:
        if not entry["claims"] and not entry["error"] and entry["file"] not in with_faults:
            return f"no claims of a {entry['format']} file, and there is no reason"
    return None


def _uncounted(case: Case, entries: Sequence[Json], with_faults: set[str]) -> str | None:
    """Claims in an 837 that were neither read nor reported missing, if the file declares its separators once."""
    for entry in entries:
        data = case.files.get(entry["file"])
        if data is None or entry["format"] != "x12" or data.count(b"ISA") != 1:
            continue
        if b"CLM" in data[: data.find(b"ISA")]:
            continue  # read from its transaction on, which begins before the interchange's header
        apart, _, end = separators_of(data)
        begun = data[data.find(b"ISA") + 106 :]
        if not begun.lstrip(b"\r\n").startswith(b"GS" + apart) or apart == end:
            continue  # not the usual header, so the reader must guess
        there = sum(one.strip().startswith(b"CLM" + apart) for one in begun.split(end))
        if entry["claims"] > there:
            return "more claims were read than there are"
        if entry["claims"] < there and not entry["error"] and entry["file"] not in with_faults:
            return "claims were skipped silently"
    return None


def _misplaced(case: Case, findings: Sequence[Json]) -> str | None:
    for row in findings:
        position, data = row["position"], case.files.get(row["file"] or "")
        if position is None:
            continue
        is_plain = data is not None and not data.startswith(_PACKED)
        if position < 0 or (is_plain and position > len(data or b"")):
            return f"the position of a finding of {row['code']} is outside the file"
    return None


def _split_wrong(case: Case, command: Command, done: Done) -> str | None:
    """Whether claims in one file have other findings than the same claims in one file each."""
    if not case.parts:
        return None
    apart = command.run("check", *sorted(case.parts), "--format", "jsonl")
    if wrong := _run_wrong(apart):
        return wrong
    one, several = _said_of_claims(case.form, done), _said_of_claims("jsonl", apart)
    if one == several:
        return None
    codes = {row.split("|")[3] for row in set(one) ^ set(several)}
    return f"claims in one file have different findings than in several: {', '.join(sorted(codes))}"


def _said_of_claims(form: str, done: Done) -> list[str]:
    found = parsed(form, done.out).findings
    rows = ("|".join(str(row[key]) for key in _ALIKE) for row in found if row["claim_id"] is not None)  # fmt: skip
    return sorted(_SEGMENT.sub("segment #", row) for row in rows)


@contextmanager
def standing_in(case: Case, folder: Path) -> Iterator[None]:
    """Work in a new folder with a case's files."""
    before = Path.cwd()
    case.write(folder)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
