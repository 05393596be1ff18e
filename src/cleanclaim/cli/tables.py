"""The options about tables: which sheet to read, and what columns mean."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cleanclaim.cli.terminal import tell
from cleanclaim.errors import ConfigError

if TYPE_CHECKING:
    from cleanclaim.read import TableOptions


def table_options(
    sheet: str | None, columns: Path | str | None, inputs: Sequence[str]
) -> TableOptions:
    """What the options say about tables.

    Args:
        sheet: the sheet to read.
        columns: a mapping of columns; one that doesn't exist is made from the input.
        inputs: the inputs.

    Raises:
        ConfigError: the mapping isn't valid, or it can't be made.
        InputError: it can't be made because the input isn't a table.
    """
    from cleanclaim.read.table_options import AS_FOUND, load_options  # noqa: PLC0415 - start-up

    if columns is None:
        return AS_FOUND.with_sheet(sheet)
    path = Path(columns)
    if not path.exists():
        _save_proposal(path, sheet, inputs)
    return load_options(path).with_sheet(sheet)


def proposal(source: Path, sheet: str | None) -> str:
    """A mapping of columns, proposed for a table."""
    from cleanclaim.read.proposal import propose  # noqa: PLC0415
    from cleanclaim.read.table_options import AS_FOUND  # noqa: PLC0415

    return propose(source, AS_FOUND.with_sheet(sheet)).text(str(source))


def save(text: str, path: Path) -> None:
    """Write a mapping of columns to a file that doesn't exist yet.

    Raises:
        ConfigError: it exists, or it can't be written.
    """
    from cleanclaim.storage.durable import PUBLIC, whole_file  # noqa: PLC0415

    if path.exists():
        raise ConfigError([f"{path} already exists; it wasn't overwritten"])
    try:
        with whole_file(path, PUBLIC) as out:
            out.write(text.encode())
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror}"]) from None


def _save_proposal(path: Path, sheet: str | None, inputs: Sequence[str]) -> None:
    if len(inputs) != 1 or not Path(inputs[0]).is_file():
        raise ConfigError(
            [
                f"--columns: {path} doesn't exist, and it can be made only from one input that is a table"
            ]
        )
    save(proposal(Path(inputs[0]), sheet), path)
    tell(
        f"cleanclaim: {path} was made from {inputs[0]}: change it if columns are misunderstood",
        err=True,
    )
