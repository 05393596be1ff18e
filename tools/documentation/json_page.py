"""The contract of the JSON output."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import polars as pl

from cleanclaim.encoder.answer import Answer
from cleanclaim.encoder.changes import KINDS
from cleanclaim.encoder.crosswalk import Mapping as Mapped
from cleanclaim.encoder.lookup import Page
from cleanclaim.encoder.result import Result
from cleanclaim.engine.not_checked import NOT_CHECKED
from cleanclaim.model import MONEY
from cleanclaim.notes.suggestion import Suggestion
from cleanclaim.notes.support.answer import Support
from cleanclaim.report.coding import CODING_KEYS, DIRECTIONS
from cleanclaim.report.result import CLAIM_KEYS
from cleanclaim.verdicts import FINDINGS
from cleanclaim.verdicts.claims import CLAIMS
from documentation.docstrings import parse
from documentation.remit_json import remit_contract

_SUMMARY: Final = {
    "claims": "claims checked",
    "lines": "their lines",
    "clean_claims": "claims with the verdict clean",
    "clean_as_far_as_checked_claims": "claims with the verdict clean as far as checked",
    "claims_with_findings": "claims with the verdict findings",
    "unchecked_claims": "claims with the verdict not checked",
    "fully_checked_claims": "claims about which everything was checked, with findings or without",
    "clean_claim_rate": "clean_claims divided by claims; null without claims",
    "charge_amount": "dollars charged on all claims",
    "at_risk_amount": "dollars at risk on all claims",
    "findings": "findings",
    "findings_by_disposition": "findings by disposition",
    "findings_by_edit": "name and count by the edit's code",
    "not_checked_by_reason": "edits, reason, claims and lines affected (0 lines if it is about whole claims), and supply: what to add",
    "failures": "edits that failed, and groups of claims that could not be checked",
    "files": "inputs",
    "files_not_read": "inputs that were not read, or not to their end",
    "notes": "what else to know",
}
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
        "required": ["summary", "claims", "findings", "coding", "not_checked", "failures", "files"],
        "properties": {
            "summary": {
                "type": "object",
                "required": list(_SUMMARY),
                "properties": {name: {"description": what} for name, what in _SUMMARY.items()},
            },
            "claims": {"type": "array", "items": _claim_schema()},
            "findings": {"type": "array", "items": row_schema(FINDINGS, {"claim_key"})},
            "coding": {"type": "array", "items": _coding_schema()},
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
    remit = "\n".join(remit_contract())
    exact = (
        "Texts are exact. Control characters, zero-width characters and characters that change the reading direction are JSON escapes (`\\u001b`, `\\u202e`); "
        "the text and HTML reports show them as `\\x1b` and `\\u202e`. Bytes of a file name that are not UTF-8 are `\\xe9` everywhere.\n\n"
        "Dollars are texts with two decimals. `--format jsonl` writes the same objects, one per line, each with its `type`. "
        "`--format csv` and `--format parquet` write the findings, with the charge, payer, providers and first date of their claims. "
        "With `--output`, the claims and what was not checked are written to files next to it. "
        "Spreadsheets treat text that begins with `=`, `+`, `-`, `@`, a tab or a line break as a formula, "
        "so such text gets an apostrophe in front. Plain numbers such as `-5` stay as they are in CSV. Other formats change nothing."
    )
    return f"# JSON\n\n## check\n\n{told}\n\n{exact}\n\n```json\n{text}\n```\n\n{encoder}\n{remit}"


def _coding_schema() -> dict[str, Any]:
    """What notes say against what is billed."""
    numbers = {"line_number", "diagnosis_number", "start", "end"}
    fields = {
        one: {"type": ["integer" if one in numbers else "string", "null"]} for one in CODING_KEYS
    }
    fields["direction"] = {"enum": list(DIRECTIONS)}
    told = "Filled with `--notes`: what the notes say against what is billed, with their words and where these start and end in the note, in code points."
    return {
        "type": "object",
        "description": told,
        "required": list(CODING_KEYS),
        "properties": fields,
    }


def encoder_contract() -> Iterator[str]:
    """The fields of what the encoder's commands write, from the objects that they are made of."""
    for command, key, made, names in (
        ("search TEXT", "results", Result, {}),
        ("search TEXT", "", Answer, {}),
        ("suggest NOTE", "suggestions", Suggestion, {}),
        ("support NOTE", "codes", Support, {}),
        ("lookup CODE", "codes", Page, {}),
        ("crosswalk CODE", "mappings", Mapped, {"from_code": "from", "to_code": "to"}),
        ("diff BEFORE AFTER", "changes", None, {}),
    ):
        if key:
            yield f"## {command.split()[0]}\n"
            yield f'`cleanclaim {command} --format json` writes `{{"{key}": [...]}}`, each with\n'
        else:
            yield "Next to them, and `fits`, which is true if a code fits:\n"
        yield "| field | what |\n|---|---|"
        told = parse(made.__doc__).named["Attributes"] if made is not None else _CHANGE_FIELDS
        yield from (f"| `{names.get(name, name)}` | {what} |" for name, what in told.items())
        yield ""


def _claim_schema() -> dict[str, object]:
    """The schema of a claim with its verdict."""
    schema = row_schema({name: CLAIMS[name] for name in CLAIM_KEYS}, {"not_checked"})
    gap = {
        "type": "object",
        "required": ["codes", "line_number", "reason"],
        "properties": {
            "codes": {"type": "array", "items": {"type": "string"}},
            "line_number": {"type": ["integer", "null"]},
            "reason": {"type": "string"},
        },
    }
    properties = schema["properties"]
    assert isinstance(properties, dict)  # noqa: S101 - as `row_schema` makes it
    ordered = {n: properties.get(n, {"type": "array", "items": gap}) for n in CLAIM_KEYS}
    return {**schema, "required": list(CLAIM_KEYS), "properties": ordered}


def row_schema(columns: Mapping[str, object], left_out: set[str]) -> dict[str, object]:
    """A row's schema from a frame's."""
    kinds = {
        "Int64": {"type": ["integer", "null"]},
        "String": {"type": ["string", "null"]},
        "Date": {"type": ["string", "null"], "format": "date"},
        str(MONEY): {"type": ["string", "null"], "description": "dollars with two decimals"},
    }
    properties: dict[str, object] = {}
    for name, kind in columns.items():
        if name in left_out:
            continue
        if name in {"field", "evidence"}:
            properties[name] = {"type": ["object", "null"]}
        elif name in {"disposition", "hardest", "verdict"}:
            assert isinstance(kind, pl.Enum)  # noqa: S101 - these columns are
            none = [None] if name == "hardest" else []
            properties[name] = {"enum": [*kind.categories, *none]}
        else:
            properties[name] = kinds[str(kind)]
    return {"type": "object", "required": list(properties), "properties": properties}
