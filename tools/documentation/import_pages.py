"""A page for each importer, and their index."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from cleanclaim.importing.layout import Importer
from cleanclaim.importing.run import importers


def import_pages(folder: Path) -> dict[Path, str]:
    """A page an importer, and their index."""
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
        f"| table | each row is |\n|---|---|\n{tables}\n\n| columns (with `code`, `valid_from`, `valid_to`) | meaning |\n|---|---|\n{columns}\n"
    )
