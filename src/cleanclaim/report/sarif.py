"""The report as SARIF 2.1.0, which code review tools and editors read.

An edit is a rule, a finding a result of kind `fail`, and what could not be checked a result of kind
`open`: the rule was tried and there was not enough to decide by. Source: OASIS, "Static Analysis
Results Interchange Format (SARIF) Version 2.1.0 Plus Errata 01".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import PurePath
from typing import Any, BinaryIO, Final
from urllib.parse import quote

from cleanclaim.edits.edit import Edit
from cleanclaim.read import FileRead
from cleanclaim.report.locations import IN_MEMORY, ByFormat, formats_by_file, paragraphs
from cleanclaim.report.result import Report, finding_dict
from cleanclaim.text.escaping import json_safe
from cleanclaim.version import VERSION

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
LEVELS: Final = {
    "reject": "error",
    "return": "error",
    "deny-claim": "error",
    "deny-line": "error",
    "suspend": "warning",
    "warn": "warning",
    "info": "note",
}
FINGERPRINT: Final = "cleanclaim/v1"
_PROPERTIES: Final = (
    "disposition",
    "carc",
    "rarc",
    "evidence",
    "source",
    "release",
    "suggestion",
    "fix",
    "field",
    "position",
)
_STDIN: Final = "standard input"

Json = dict[str, Any]


def write(report: Report, out: BinaryIO, color: bool = False) -> None:  # noqa: ARG001, FBT001, FBT002 - as every format
    """The whole report as a SARIF log with one run, a result a line.

    Args:
        report: what was found.
        out: where it is written.
        color: not used.
    """
    out.write(f'{{\n"$schema": "{SCHEMA}",\n"version": "2.1.0",\n"runs": [{{\n'.encode())
    out.writelines(f'"{key}": {_text(value)},\n'.encode() for key, value in _run(report).items())
    out.write(b'"results": [')
    before = "\n"
    for result in _results(report):
        out.write((before + _text(result)).encode())
        before = ",\n"
    out.write(b"]\n}]\n}\n")


def _text(value: object) -> str:
    return json_safe(json.dumps(value, ensure_ascii=False))


@lru_cache
def uri(file: str) -> str:
    """The name of a file as a URI: `file:` for absolute paths, what URIs forbid encoded."""
    path = PurePath(file)
    encoded = quote(path.as_posix(), safe="/!~", errors="surrogateescape")
    return f"file://{'' if encoded.startswith('/') else '/'}{encoded}" if path.root else encoded


def _run(report: Report) -> Json:
    """What is said of the run as a whole."""
    return {
        "tool": {"driver": _driver(report.edits)},
        "invocations": [_invocation(report)],
        "artifacts": [_artifact(entry) for entry in report.files],
        "properties": {"summary": report.summary},
    }


def _results(report: Report) -> Iterator[Json]:
    rules = {edit.code: index for index, edit in enumerate(report.edits)}
    yield from _findings(report, rules, formats_by_file(report))
    yield from _not_checked(report, rules)


def _driver(edits: Sequence[Edit]) -> Json:
    return _present(
        {
            "name": "cleanclaim",
            "version": VERSION,
            "semanticVersion": VERSION,
            "informationUri": _home(),
            "rules": [_rule(edit) for edit in edits],
        }
    )


def _home() -> str | None:
    """The first address that the installed package names as its own."""
    try:
        addresses = metadata("cleanclaim").get_all("Project-URL") or []
    except PackageNotFoundError:
        return None
    return addresses[0].rpartition(", ")[2] if addresses else None


def _rule(edit: Edit) -> Json:
    told = paragraphs(edit)
    links = [source.url for source in edit.source if source.url]
    return _present(
        {
            "id": edit.code,
            "name": edit.name,
            "shortDescription": {"text": told[0]},
            "fullDescription": {"text": "\n\n".join(told)},
            "help": _help(edit),
            "helpUri": links[0] if links else None,
            "defaultConfiguration": {
                "enabled": edit.default_on,
                "level": LEVELS[edit.disposition.value],
            },
            "properties": _present(
                {
                    "tags": [edit.family],
                    "disposition": edit.disposition.value,
                    "carc": edit.carc,
                    "rarc": edit.rarc,
                    "payers": list(edit.payers) or None,
                    "since": edit.since,
                }
            ),
        }
    )


def _help(edit: Edit) -> Json:
    told = paragraphs(edit)
    sources = [f"{source}, read {source.read}" for source in edit.source]
    says = [f"Says: {edit.message}"]
    says += [f"Suggests: {edit.suggestion}"] if edit.suggestion else []
    text = "\n\n".join([*told, *says, *(f"Source: {source}" for source in sources)])
    markdown = "\n\n".join(
        [
            *told,
            "\n".join(f"- {line.replace('{', '`{').replace('}', '}`')}" for line in says),
            "**Source**",
            "\n".join(f"- {source}" for source in sources),
        ]
    )
    return {"text": text, "markdown": markdown}


def _invocation(report: Report) -> Json:
    notices = [
        _present(
            {
                "level": "error",
                "message": _message(entry.error or ""),
                "locations": [{"physicalLocation": {"artifactLocation": _artifact_of(entry.file)}}],
            }
        )
        for entry in report.unread
    ]
    notices += [{"level": "error", "message": _message(str(f))} for f in report.failures]
    notices += [{"level": "note", "message": _message(note)} for note in report.notes]
    is_whole = not report.unread and not report.failures
    return {"executionSuccessful": is_whole, "toolExecutionNotifications": notices}


def _artifact(entry: FileRead) -> Json:
    said = {"format": entry.format, "claims": entry.claims, "error": entry.error}
    return {
        "location": _artifact_of(entry.file),
        "roles": ["analysisTarget"],
        "properties": _present(said),
    }


def _artifact_of(file: str) -> Json:
    place: Json = {"uri": uri(file)}
    if file == _STDIN:
        place["description"] = {"text": "standard input, which is no file"}
    return place


def _findings(report: Report, rules: Mapping[str, int], formats: ByFormat) -> Iterator[Json]:
    for row in report.findings.iter_rows(named=True):
        said = finding_dict(row)
        advice = f" {said['suggestion']}" if said["suggestion"] else ""
        yield _present(
            {
                "ruleId": said["code"],
                "ruleIndex": rules.get(said["code"]),
                "kind": "fail",
                "level": LEVELS[said["disposition"]],
                "message": _message(said["message"] + advice),
                "locations": _locations(said, formats),
                "partialFingerprints": {FINGERPRINT: _fingerprint(said)},
                "properties": _properties(said),
            }
        )


def _properties(said: Mapping[str, Any]) -> Json:
    field = _present(dict(said["field"] or {}))
    return _present({**{key: said[key] for key in _PROPERTIES}, "field": field or None})


def _not_checked(report: Report, rules: Mapping[str, int]) -> Iterator[Json]:
    for row in report.not_checked.iter_rows(named=True):
        reason = row["reason"].rstrip(".")
        supply = f" It would take: {row['supply']}." if row["supply"] else ""
        yield _present(
            {
                "ruleId": row["code"],
                "ruleIndex": rules.get(row["code"]),
                "kind": "open",
                "level": "none",
                "message": _message(f"Not checked: {reason}.{supply}"),
                "locations": _locations({**row, "position": None}, {}),
                "properties": _present({"supply": row["supply"]}),
            }
        )


def _locations(said: Mapping[str, Any], formats: ByFormat) -> list[Json]:
    """The place in the file, and claim, line and diagnosis; nothing for what is about no place."""
    file = said["file"]
    place: Json = {"logicalLocations": list(_logical(said))}
    if file and file != IN_MEMORY:
        region = _region(said["position"], formats.get(file))
        place["physicalLocation"] = _present(
            {"artifactLocation": _artifact_of(file), "region": region}
        )
    found = _present(place)
    return [found] if found else []


def _region(position: int | None, kind: str | None) -> Json | None:
    """The first byte at fault in an 837, the row of a CSV; nothing else has lines to point at."""
    if position is None:
        return None
    if kind == "x12":
        return {"byteOffset": position, "byteLength": 1}
    return {"startLine": position} if kind == "csv" and position > 0 else None


def _logical(said: Mapping[str, Any]) -> Iterator[Json]:
    if said["claim_id"] is None:
        return
    claim = f"claim {said['claim_id']}"
    yield {"name": str(said["claim_id"]), "fullyQualifiedName": claim, "kind": "claim"}
    for key, word in (("line_number", "line"), ("diagnosis_number", "diagnosis")):
        if said[key] is not None:
            name = f"{word} {said[key]}"
            yield {"name": name, "fullyQualifiedName": f"{claim}/{name}", "kind": word}


def _fingerprint(said: Mapping[str, Any]) -> str:
    """What stays the same when a claim moves in its file: claim, edit, line, diagnosis, field."""
    claim = said["claim_id"] if said["claim_id"] is not None else said["file"]
    column = (said["field"] or {}).get("column")
    parts = [claim, said["code"], said["line_number"], said["diagnosis_number"], column]
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


def _message(text: str) -> Json:
    """A message whose braces are no placeholders and whose brackets are no links (SARIF 3.11)."""
    plain = text.replace("{", "{{").replace("}", "}}")
    return {"text": plain.replace("[", "\\[") if "](" in plain else plain}


def _present(said: Json) -> Json:
    """Without what is absent: SARIF leaves out what other formats have as null."""
    return {key: value for key, value in said.items() if value is not None and value != []}
