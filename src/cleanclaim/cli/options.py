"""Options and help texts that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Store = Annotated[
    Path | None, typer.Option("--store", help="The reference store, if not the default one.")
]
Lock = Annotated[
    Path | None, typer.Option("--lock", help="Use exactly the releases pinned in this lock file.")
]
On = Annotated[
    str | None, typer.Option("--on", help="The date of service (YYYY-MM-DD). Default: today.")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="Judge claims as of this date (YYYY-MM-DD). Default: the day each claim was sent.",
    ),
]
EditFolders = Annotated[
    list[str] | None,
    typer.Option("--edits", help="A folder with your own edits. Can be repeated."),
]
Payers = Annotated[
    list[str] | None,
    typer.Option(
        "--payers",
        help="A folder with your own payer pack, or with several. Can be repeated.",
    ),
]
Sheet = Annotated[
    str | None,
    typer.Option(
        "--sheet",
        help="The sheet of a workbook to read, by its name or number. Default: the one that looks like claims.",
    ),
]
Columns = Annotated[
    Path | None,
    typer.Option(
        "--columns",
        help="A file that says what a table's columns mean. If it doesn't exist, it is made from the table.",
    ),
]
TextOrJson = Annotated[str, typer.Option("--format", "-f", help="text or json.")]


def examples(*commands: str) -> str:
    """The examples at the end of a command's help, one per line."""
    heading = "Example:" if len(commands) == 1 else "Examples:"
    return "\n".join(["\b", heading, *(f"  cleanclaim {command}" for command in commands)])
