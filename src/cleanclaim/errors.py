"""The errors that cleanclaim raises, as one tree.

CleanclaimError
├── InputError            a file can't be read as claims
│   ├── UnreadableFile    missing, a folder, not permitted, or empty
│   ├── UnknownFormat     not X12, a workbook, CSV or Parquet
│   └── TableError        a table's columns or values don't fit (lists all faults)
├── ReferenceProblem      the reference store has a problem
│   ├── UnknownTable      no such reference table
│   ├── LockMismatch      the installed releases don't match the lock file
│   └── DamagedRelease    a stored release doesn't match its ledger
├── HistoryError          a history of claims can't be made, changed or found
├── RewriteError          a value can't be written into an X12 file
├── OutputError           an output can't be written
├── PackError             a payer pack isn't valid (lists all faults)
├── ConfigError           a configuration file or option isn't valid (lists all faults)
├── EditError             an edit file can't be loaded
└── UnknownEdit           no edit has that code, family or name

Each error has a message that a user can act on, and no message contains a patient's data.
"""

from __future__ import annotations

from collections.abc import Sequence


class CleanclaimError(Exception):
    """The base class of every error that cleanclaim raises on purpose."""


class InputError(CleanclaimError):
    """A file or object could not be read as claims."""


class UnreadableFile(InputError):  # noqa: N818 - reads as the fact it states
    """The file is missing, a folder without claims, not permitted, or empty."""


class UnknownFormat(InputError):  # noqa: N818
    """The content isn't in a format that cleanclaim reads."""


class TableError(InputError):
    """A table's columns or values don't fit the model.

    Attributes:
        faults: every fault, one sentence each.
    """

    def __init__(self, where: str, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{where}: " + "; ".join(self.faults))


class HistoryError(CleanclaimError):
    """A history of claims can't be made, changed or found."""


class RewriteError(CleanclaimError):
    """A value can't be written into an X12 file as requested."""


class ReferenceProblem(CleanclaimError):  # noqa: N818
    """The reference store, or one of its tables, has a problem."""


class UnknownTable(ReferenceProblem):
    """No reference table has that name."""


class LockMismatch(ReferenceProblem):
    """The installed releases don't match the lock file."""


class DamagedRelease(ReferenceProblem):
    """A stored release doesn't match its ledger entry."""


class OutputError(CleanclaimError):
    """An output can't be written."""


class ConfigError(CleanclaimError):
    """A configuration file or option isn't valid.

    Attributes:
        faults: every fault, one sentence each.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class PackError(CleanclaimError):
    """A payer pack isn't valid.

    Attributes:
        where: its folder; empty if several packs are at fault, whose faults name theirs.
        faults: every fault, one sentence each.
    """

    def __init__(self, where: str, faults: Sequence[str]) -> None:
        self.where = where
        self.faults = tuple(faults)
        place = f"{where}: " if where else ""
        super().__init__("\n".join(f"{place}{fault}" for fault in self.faults))


class EditError(CleanclaimError):
    """An edit can't be loaded, or it breaks the rules for edits.

    Attributes:
        where: the file or entry point it comes from; empty if unknown.
    """

    def __init__(self, message: str, where: str = "") -> None:
        self.where = where
        super().__init__(message)


class UnknownEdit(CleanclaimError):  # noqa: N818
    """No edit has this code, family or name."""
