"""The report as SARIF 2.1.0, which code review tools and editors read.

An edit is a rule and a finding is a result. What was not checked is a notification of the run, and the claims with their verdicts are among its properties.
Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0 Plus Errata 01".
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
from cleanclaim.report import entries
from cleanclaim.report.coding import without_note_words
from cleanclaim.report.locations import IN_MEMORY, formats_by_file, paragraphs
from cleanclaim.report.regions import Regions
from cleanclaim.report.result import Results, Whole, finding_dict
from cleanclaim.report.worklist import whole
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
    "at_risk_amount",
)
_STDIN: Final = "standard input"

Json = dict[str, Any]


def write(results: Results, out: BinaryIO) -> None:
    """Write the whole report as a SARIF log with one run, one line per result.

    Args:
        results: what was found.
        out: where to write it.
    """
    report = whole(results)
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
    """The name of a file as a URI: `file:` for absolute paths, with encoded characters."""
    path = PurePath(file)
    encoded = quote(path.as_posix(), safe="/!~", errors="surrogateescape")
    return f"file://{'' if encoded.startswith('/') else '/'}{encoded}" if path.root else encoded


def _run(report: Whole) -> Json:
    """The properties of the run as a whole."""
    return {
        "tool": {"driver": _driver(report.edits)},
        "invocations": [_invocation(report)],
        "artifacts": [_artifact(entry) for entry in report.files],
        "properties": {"summary": report.summary, "claims": _claims(report)},
    }


def _results(report: Whole) -> Iterator[Json]:
    rules = {edit.code: index for index, edit in enumerate(report.edits)}
    kinds = formats_by_file(report.files)
    regions = {file: Regions(file, kind) for file, kind in kinds.items()}
    yield from _findings(report, rules, regions)


def _claims(report: Whole) -> list[Json]:
    return [json.loads(text) for part in entries.claims(report) for text in part]


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
    """The first project address in the metadata of the installed package."""
    try:
        addresses = metadata("cleanclaim").get_all("Project-URL") or []
    except PackageNotFoundError:
        return None
    return addresses[0].rpartition(", ")[2] if addresses else None


def _rule(edit: Edit) -> Json:
    texts = paragraphs(edit)
    links = [source.url for source in edit.source if source.url]
    return _present(
        {
            "id": edit.code,
            "name": edit.name,
            "shortDescription": {"text": texts[0]},
            "fullDescription": {"text": "\n\n".join(texts)},
            "help": _help(edit),
            "helpUri": links[0] if links else None,
            "defaultConfiguration": {
                "enabled": edit.runs_by_default,
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
    texts = paragraphs(edit)
    sources = [f"{source}, read {source.read}" for source in edit.source]
    templates = [f"Message: {edit.message}"]
    templates += [f"Suggestion: {edit.suggestion}"] if edit.suggestion else []
    text = "\n\n".join([*texts, *templates, *(f"Source: {source}" for source in sources)])
    markdown = "\n\n".join(
        [
            *texts,
            "\n".join(f"- {line.replace('{', '`{').replace('}', '}`')}" for line in templates),
            "**Source**",
            "\n".join(f"- {source}" for source in sources),
        ]
    )
    return {"text": text, "markdown": markdown}


def _invocation(report: Whole) -> Json:
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
    notices += [
        {"level": "note", "message": _message(text)}
        for text in (*report.summary["notes"], *_not_checked(report.summary))
    ]
    is_whole = not report.unread and not report.failures
    return {"executionSuccessful": is_whole, "toolExecutionNotifications": notices}


def _not_checked(summary: Mapping[str, Any]) -> Iterator[str]:
    for gap in summary["not_checked_by_reason"]:
        supply = f" To check it, add: {gap['supply']}." if gap["supply"] else ""
        yield f"Not checked by {', '.join(gap['edits'])}: {gap['reason']}.{supply}"


def _artifact(entry: FileRead) -> Json:
    properties = {"format": entry.format, "claims": entry.claims, "error": entry.error}
    return {
        "location": _artifact_of(entry.file),
        "roles": ["analysisTarget"],
        "properties": _present(properties),
    }


def _artifact_of(file: str) -> Json:
    place: Json = {"uri": uri(file)}
    if file == _STDIN:
        place["description"] = {"text": "standard input, which isn't a file"}
    return place


def _findings(
    report: Whole, rules: Mapping[str, int], regions: Mapping[str, Regions]
) -> Iterator[Json]:
    for row in without_note_words(report.findings).iter_rows(named=True):
        finding = finding_dict(row)
        suggestion = f" {finding['suggestion']}" if finding["suggestion"] else ""
        yield _present(
            {
                "ruleId": finding["code"],
                "ruleIndex": rules.get(finding["code"]),
                "kind": "fail",
                "level": LEVELS[finding["disposition"]],
                "message": _message(finding["message"] + suggestion),
                "locations": _locations(finding, regions),
                "partialFingerprints": {FINGERPRINT: _fingerprint(finding)},
                "properties": _properties(finding),
            }
        )


def _properties(finding: Mapping[str, Any]) -> Json:
    field = _present(dict(finding["field"] or {}))
    return _present({**{key: finding[key] for key in _PROPERTIES}, "field": field or None})


def _locations(row: Mapping[str, Any], regions: Mapping[str, Regions]) -> list[Json]:
    """The place in the file, and the claim, line and diagnosis; empty if there is no place."""
    file = row["file"]
    place: Json = {"logicalLocations": list(_logical(row))}
    if file and file != IN_MEMORY:
        known, position = regions.get(file), row["position"]
        region = None if known is None or position is None else known.at(position)
        place["physicalLocation"] = _present(
            {"artifactLocation": _artifact_of(file), "region": region}
        )
    found = _present(place)
    return [found] if found else []


def _logical(row: Mapping[str, Any]) -> Iterator[Json]:
    if row["claim_id"] is None:
        return
    claim = f"claim {row['claim_id']}"
    yield {"name": str(row["claim_id"]), "fullyQualifiedName": claim, "kind": "claim"}
    for key, word in (("line_number", "line"), ("diagnosis_number", "diagnosis")):
        if row[key] is not None:
            name = f"{word} {row[key]}"
            yield {"name": name, "fullyQualifiedName": f"{claim}/{name}", "kind": word}


def _fingerprint(finding: Mapping[str, Any]) -> str:
    """A hash that stays the same when a claim moves in its file: of the claim, edit, line, diagnosis and field."""
    claim = finding["claim_id"] if finding["claim_id"] is not None else finding["file"]
    column = (finding["field"] or {}).get("column")
    parts = [claim, finding["code"], finding["line_number"], finding["diagnosis_number"], column]
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


def _message(text: str) -> Json:
    """A message in which braces aren't placeholders and brackets aren't links (SARIF 3.11)."""
    plain = text.replace("{", "{{").replace("}", "}}")
    return {"text": plain.replace("[", "\\[") if "](" in plain else plain}


def _present(properties: Json) -> Json:
    """Properties without the missing ones: SARIF leaves out what other formats write as null."""
    return {key: value for key, value in properties.items() if value is not None and value != []}
