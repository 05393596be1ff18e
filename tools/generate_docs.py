"""Generate the reference pages from the code, and the outputs shown in the documentation from the program.

Usage: python tools/generate_docs.py [--check]

With --check nothing is written; the exit status is 1 where a page is not what it would be.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from cleanclaim.edits.edit import Edit, Fails, Passes, Unchecked
from cleanclaim.edits.registry import own_edits
from cleanclaim.encoder.changes import KINDS
from cleanclaim.encoder.crosswalk import Mapping as Mapped
from cleanclaim.encoder.lookup import Page
from cleanclaim.encoder.search import Result
from cleanclaim.engine.findings import FINDINGS
from cleanclaim.engine.not_checked import NOT_CHECKED
from cleanclaim.importing.layout import Importer
from cleanclaim.importing.run import importers
from cleanclaim.model import TABLES

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
OUTPUT = re.compile(r"(<!-- output: (?P<command>[^\n]*?) -->\n```text\n).*?(```\n)", re.DOTALL)
FILE = re.compile(r"(<!-- file: (?P<path>[^\n]*?) -->\n```\w+\n).*?(```\n)", re.DOTALL)
COMMANDS = (
    (),
    ("check",),
    ("lookup",),
    ("search",),
    ("crosswalk",),
    ("diff",),
    ("export",),
    ("export", "codes"),
    ("explain",),
    ("edits",),
    ("template",),
    ("reference",),
    ("price",),
    ("reference", "list"),
    ("reference", "import"),
    ("reference", "update"),
    ("reference", "diff"),
    ("reference", "verify"),
    ("reference", "lock"),
    ("reference", "remove"),
    ("reference", "path"),
)


def main() -> int:
    """Write every page, or tell which is out of date."""
    pages = {
        REFERENCE / "edits.md": edits_page(),
        REFERENCE / "model.md": model_page(),
        REFERENCE / "json.md": json_page(),
        REFERENCE / "cli.md": cli_page(),
        **import_pages(),
    }
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        if path not in pages:
            pages[path] = with_outputs(path.read_text(encoding="utf-8"))
    stale = [
        path
        for path, text in pages.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv:
        for path in stale:
            print(f"out of date: {path.relative_to(ROOT)} (run python tools/generate_docs.py)")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pages[path], encoding="utf-8")
        print(path.relative_to(ROOT))
    return 0


def edits_page() -> str:
    """The catalogue, every edit with its explanation, sources and examples."""
    lines = [
        "# Edits",
        "",
        "Generated from the edits themselves. `cleanclaim explain CODE` shows the same.",
        "",
    ]
    lines += ["| code | name | disposition | CARC/RARC |", "|---|---|---|---|"]
    lines += [
        f"| [{e.code}](#{e.code.lower()}) | {e.name} | {e.disposition.value} | {e.carc or '-'}/{e.rarc or '-'} |"
        for e in own_edits()
    ]
    for edit in own_edits():
        lines += ["", f"## {edit.code}", "", *edit_section(edit)]
    return "\n".join(lines) + "\n"


def edit_section(edit: Edit) -> list[str]:
    """One edit's part of the page."""
    lines = [
        f"**{edit.name}**, {edit.disposition.value}"
        + (f"; binds {', '.join(edit.payers)}" if edit.payers else ""),
        "",
    ]
    lines += [line.strip() for line in edit.documentation.splitlines()]
    lines += ["", f"Says: *{edit.message}* {edit.suggestion}".rstrip(), ""]
    for kind, heading in ((Fails, "Fires"), (Passes, "Does not fire"), (Unchecked, "Not checked")):
        titles = [x.title for x in edit.examples if isinstance(x, kind)]
        if titles:
            lines.append(f"- {heading}: " + "; ".join(titles))
    return [*lines, "", "Source: " + "; ".join(f"{s} (read {s.read})" for s in edit.source)]


def model_page() -> str:
    """The data dictionary."""
    lines = [
        "# Tables",
        "",
        "Generated from `cleanclaim.model`. P, I and D mark elements of the professional, institutional and dental guides.",
    ]
    for table in TABLES.values():
        lines += [
            "",
            f"## {table.name}",
            "",
            f"{table.grain[0].upper()}{table.grain[1:]}. Key: {', '.join(f'`{k}`' for k in table.key)}.",
            "",
        ]
        lines += [
            "| column | type | meaning | 837 element | box | FHIR |",
            "|---|---|---|---|---|---|",
        ]
        for c in table.columns:
            private = " *(identifies a patient; never in findings)*" if c.private else ""
            lines.append(
                f"| `{c.name}` | {dtype(c.dtype)} | {c.meaning}{private} | {c.element} | {c.box} | {c.fhir} |"
            )
    return "\n".join(lines) + "\n"


def dtype(kind: object) -> str:
    """A type's name as a reader writes it."""
    return str(kind).replace("precision=", "").replace("scale=", "")


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
    told = "`cleanclaim check FILE --format json` writes one object. Absent values are null; `claim_id` is the patient control number."
    encoder = "\n".join(encoder_contract())
    exact = (
        "Texts are exact. Control characters, characters of no width and those that turn the reading direction are JSON escapes (`\\u001b`, `\\u202e`); "
        "the text and HTML reports show them as `\\x1b` and `\\u202e`. Bytes of a file name that are not UTF-8 are `\\xe9` everywhere.\n\n"
        "`--format csv` has the same columns. Spreadsheets run a text that begins with `=`, `+`, `-`, `@`, a tab or a line end as a formula: "
        "such a text gets an apostrophe in front. Plain numbers such as `-5` stay as they are. `--format parquet` and `--format jsonl` change nothing."
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
        told = attributes(made) if made is not None else CHANGE_FIELDS
        yield from (f"| `{names.get(name, name)}` | {what} |" for name, what in told.items())
        yield ""


CHANGE_FIELDS = {
    "table": "icd10cm, hcpcs, mpfs, mue_practitioner …",
    "code": "the code; *every code* where the change is that of a whole table",
    "other": "what with the code makes the row, such as a column 2 code or a modifier",
    "change": ", ".join(KINDS),
    "column, before, after": "what changed; for a note its kind and words",
    "title": "what the code is",
    "instead": "codes in its place",
}


def attributes(made: type) -> dict[str, str]:
    """What a class's docstring says of its attributes."""
    lines = (made.__doc__ or "").split("Attributes:\n", 1)[1].splitlines()
    found: dict[str, str] = {}
    for line in lines:
        name, colon, what = line.strip().partition(": ")
        if colon and re.fullmatch(r"[a-z_, ]+", name):
            found[name] = what
        elif line.strip() and found:
            last = next(reversed(found))
            found[last] = f"{found[last]} {line.strip()}"
    return found


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


def import_pages() -> dict[Path, str]:
    """A page an importer, and their index."""
    folder = REFERENCE / "imports"
    known = sorted(importers(), key=lambda importer: importer.name.lower())
    lacking = [i.name for i in known if not (i.page and i.files and i.tables and i.columns)]
    if lacking:
        raise SystemExit(f"importers that do not say page, files, tables and columns: {lacking}")
    pages = {folder / f"{slug(importer)}.md": import_page(importer) for importer in known}
    links = "\n".join(
        f"| [{importer.name}]({slug(importer)}.md) | {', '.join(f'`{t}`' for t in importer.tables)} |"
        for importer in known
    )
    head = "# Imports\n\n`cleanclaim reference import FILE...` recognizes these files by their content, also in folders, zips and zips inside zips.\n"
    pages[folder / "index.md"] = f"{head}\n| import | tables |\n|---|---|\n{links}\n"
    return pages


def slug(importer: Importer) -> str:
    """An importer's name as a file name."""
    return re.sub(r"[^a-z0-9]+", "-", importer.name.lower()).strip("-")


def import_page(importer: Importer) -> str:
    """What an import takes and makes."""
    module = sys.modules[importer.load.__module__]
    where = f"<{importer.page}>" if importer.page.startswith("http") else importer.page
    files = "\n".join(f"- `{name}`" for name in importer.files)
    tables = "\n".join(f"| `{name}` | {row} |" for name, row in importer.tables.items())
    columns = "\n".join(f"| {name} | {meaning} |" for name, meaning in importer.columns.items())
    return (
        f"# {importer.name[0].upper()}{importer.name[1:]}\n\n{(module.__doc__ or '').strip()}\n\nFrom: {where}\n\nFiles, for example:\n\n{files}\n\n"
        f"| table | each row is |\n|---|---|\n{tables}\n\n| columns (with `code`, `valid_from`, `valid_to`) | |\n|---|---|\n{columns}\n"
    )


def cli_page() -> str:
    """The help of every command."""
    head = "# Command line\n\nGenerated from the program's own help. Exit status: 0 clean, 1 findings, 2 could not run.\n"
    helps = [
        f"## {' '.join(('cleanclaim', *c))}\n\n```text\n{run([*c, '--help'])}```\n"
        for c in COMMANDS
    ]
    return "\n".join([head, *helps])


def with_outputs(text: str) -> str:
    """A page with the outputs and files that it shows put in."""
    text = OUTPUT.sub(lambda m: m[1] + run(m["command"].split()[1:]) + m[3], text)
    return FILE.sub(lambda m: m[1] + (ROOT / m["path"]).read_text(encoding="utf-8") + m[3], text)


def run(arguments: list[str]) -> str:
    """What the program prints."""
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    command = [sys.executable, "-c", "from cleanclaim.cli.main import main; main()", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode not in {0, 1}:
        raise SystemExit(f"cleanclaim {' '.join(arguments)}: {done.stderr}")
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
