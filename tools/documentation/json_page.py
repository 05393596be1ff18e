"""The contract of the JSON output."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from cleanclaim.encoder.changes import KINDS
from cleanclaim.encoder.crosswalk import Mapping as Mapped
from cleanclaim.encoder.lookup import Page
from cleanclaim.encoder.search import Result
from cleanclaim.engine.findings import FINDINGS
from cleanclaim.engine.not_checked import NOT_CHECKED
from documentation.docstrings import parse

_CHANGE_FIELDS = {
    "table": "icd10cm, hcpcs, mpfs, mue_practitioner …",
    "code": "the code; *every code* if the whole table changed",
    "other": "what identifies the row together with the code, such as a column 2 code or a modifier",
    "change": ", ".join(KINDS),
    "column, before, after": "what changed; for a note, its kind and text",
    "title": "what the code is",
    "instead": "codes that replace it",
}


def json_page() -> str:
    """The JSON contract, as a schema."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["summary", "findings", "not_checked", "failures", "files"],
        "properties": {
            "summary": {"type": "object"},
            "findings": {"type": "array", "items": row_schema(FINDINGS, {"claim_key"})},
            "not_checked": {"type": "array", "items": row_schema(NOT_CHECKED, {"claim_key"})},
            "failures": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["kind", "name", "claims", "reason"],
                    "properties": {
                        "kind": {"enum": ["edit", "claims"]},
                        "name": {"type": "string"},
                        "claims": {"type": ["integer", "null"]},
                        "reason": {"type": "string"},
                    },
                },
            },
            "files": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["file", "format", "claims", "error"],
                    "properties": {
                        "file": {"type": "string"},
                        "format": {"type": ["string", "null"]},
                        "claims": {"type": "integer"},
                        "error": {"type": ["string", "null"]},
                    },
                },
            },
        },
    }
    text = json.dumps(schema, indent=2)
    told = "`cleanclaim check FILE --format json` writes one object. Missing values are null. `claim_id` is the patient control number."
    encoder = "\n".join(encoder_contract())
    exact = (
        "Texts are exact. Control characters, zero-width characters and characters that change the reading direction are JSON escapes (`\\u001b`, `\\u202e`); "
        "the text and HTML reports show them as `\\x1b` and `\\u202e`. Bytes of a file name that are not UTF-8 are `\\xe9` everywhere.\n\n"
        "`--format csv` has the same columns. Spreadsheets treat text that begins with `=`, `+`, `-`, `@`, a tab or a line break as a formula, "
        "so such text gets an apostrophe in front. Plain numbers such as `-5` stay as they are. `--format parquet` and `--format jsonl` change nothing."
    )
    return f"# JSON\n\n## check\n\n{told}\n\n{exact}\n\n```json\n{text}\n```\n\n{encoder}"


def encoder_contract() -> Iterator[str]:
    """The fields of what the encoder's commands write, from the objects that they are made of."""
    for command, key, made, names in (
        ("search TEXT", "results", Result, {}),
        ("lookup CODE", "codes", Page, {}),
        ("crosswalk CODE", "mappings", Mapped, {"from_code": "from", "to_code": "to"}),
        ("diff BEFORE AFTER", "changes", None, {}),
    ):
        yield f"## {command.split()[0]}\n"
        yield f'`cleanclaim {command} --format json` writes `{{"{key}": [...]}}`, each with\n'
        yield "| field | what |\n|---|---|"
        told = parse(made.__doc__).named["Attributes"] if made is not None else _CHANGE_FIELDS
        yield from (f"| `{names.get(name, name)}` | {what} |" for name, what in told.items())
        yield ""


def row_schema(columns: Mapping[str, object], left_out: set[str]) -> dict[str, object]:
    """A row's schema from a frame's."""
    kinds = {"Int64": ["integer", "null"], "String": ["string", "null"]}
    properties: dict[str, object] = {}
    for name, kind in columns.items():
        if name in left_out:
            continue
        if name in {"field", "evidence"}:
            properties[name] = {"type": ["object", "null"]}
        elif name == "disposition":
            properties[name] = {
                "enum": ["reject", "return", "deny-claim", "deny-line", "suspend", "warn", "info"]
            }
        else:
            properties[name] = {"type": kinds[str(kind)]}
    return {"type": "object", "required": list(properties), "properties": properties}
