"""Generate the reference pages from the code, and the outputs shown in the documentation from the program.

Usage: python tools/generate_docs.py [--check]

With --check nothing is written; the exit status is 1 if a page is out of date.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from documentation.cli_page import cli_page
from documentation.edit_api_page import edit_api_page
from documentation.edit_pages import edit_pages
from documentation.glossary_page import glossary_page
from documentation.import_pages import import_pages
from documentation.json_page import json_page
from documentation.messages_page import messages_page
from documentation.model_page import model_page
from documentation.payer_page import payer_page
from documentation.program import ROOT, with_outputs
from documentation.python_pages import python_page
from documentation.rule_pages import rule_pages

REFERENCE: Final = ROOT / "docs" / "reference"
GENERATED_FOLDERS: Final = (REFERENCE / "edits", REFERENCE / "imports", REFERENCE / "rules")


def main() -> int:
    """Write every page, or say which are out of date."""
    pages = all_pages()
    stale, gone = out_of_date(pages)
    if "--check" in sys.argv:
        for path in (*stale, *gone):
            print(f"out of date: {path.relative_to(ROOT)} (run python tools/generate_docs.py)")
        return 1 if stale or gone else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pages[path], encoding="utf-8")
        print(path.relative_to(ROOT))
    for path in gone:
        path.unlink()
        print(f"removed {path.relative_to(ROOT)}")
    return 0


def out_of_date(pages: dict[Path, str]) -> tuple[list[Path], list[Path]]:
    """Pages that are there with another text or missing, and pages that are no longer generated."""
    stale = [
        path
        for path, text in pages.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    gone = [
        path for folder in GENERATED_FOLDERS for path in folder.glob("*.md") if path not in pages
    ]
    return stale, gone


def all_pages() -> dict[Path, str]:
    """Every page that is generated or shows what the program prints."""
    pages = {
        REFERENCE / "model.md": model_page(),
        REFERENCE / "json.md": json_page(),
        REFERENCE / "cli.md": cli_page(),
        REFERENCE / "python.md": python_page(),
        REFERENCE / "edit-api.md": edit_api_page(),
        REFERENCE / "messages.md": messages_page(),
        REFERENCE / "payer-packs.md": payer_page(),
        ROOT / "docs" / "glossary.md": glossary_page(),
        **edit_pages(REFERENCE / "edits"),
        **import_pages(REFERENCE / "imports"),
        **rule_pages(REFERENCE / "rules"),
    }
    written = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    generated = {*pages, *(path for folder in GENERATED_FOLDERS for path in folder.glob("*.md"))}
    for path in written:
        if path not in generated:
            pages[path] = with_outputs(path.read_text(encoding="utf-8"))
    return pages


if __name__ == "__main__":
    raise SystemExit(main())
