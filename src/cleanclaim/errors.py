"""What can go wrong, as one tree.

CleanclaimError
├── InputError            a file could not be read as claims
│   ├── UnreadableFile    missing, a directory, no permission, empty
│   ├── UnknownFormat     neither X12, CSV nor Parquet
│   └── TableError        a table's columns or values do not fit (all faults in one list)
├── ReferenceProblem      the reference store
│   ├── UnknownTable      no such reference table
│   ├── LockMismatch      what is installed is not what the lock file pins
│   └── DamagedRelease    a stored release does not match its ledger
├── HistoryError          a history of claims cannot be made, changed or found
├── RewriteError          a value cannot be written into an X12 file
├── OutputError           what was asked for cannot be written
├── ConfigError           configuration file or option (all faults in one list)
├── EditError             an edit file that does not load
└── UnknownEdit           no edit of that code, family or name

Every one carries a message that a user can act on; none of them carries a patient's data.
"""

from __future__ import annotations

from collections.abc import Sequence


class CleanclaimError(Exception):
    """The root of every error that cleanclaim raises on purpose."""


class InputError(CleanclaimError):
    """A file or object could not be read as claims."""


class UnreadableFile(InputError):  # noqa: N818 - reads as the fact it states
    """The file is missing, a directory without claims, not permitted, or empty."""


class UnknownFormat(InputError):  # noqa: N818
    """The content is none of the formats that cleanclaim reads."""


class TableError(InputError):
    """A table's columns or values do not fit the model.

    Attributes:
        faults: every fault found, one sentence each.
    """

    def __init__(self, where: str, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{where}: " + "; ".join(self.faults))


class HistoryError(CleanclaimError):
    """A history of claims cannot be made, changed or found."""


class RewriteError(CleanclaimError):
    """A value cannot be written into an X12 file as asked."""


class ReferenceProblem(CleanclaimError):  # noqa: N818
    """The reference store or one of its tables."""


class UnknownTable(ReferenceProblem):
    """No reference table has that name."""


class LockMismatch(ReferenceProblem):
    """The releases installed are not those that the lock file pins."""


class DamagedRelease(ReferenceProblem):
    """A stored release does not match what its ledger says of it."""


class OutputError(CleanclaimError):
    """What was asked for cannot be written where it was asked for."""


class ConfigError(CleanclaimError):
    """A configuration file or option does not fit.

    Attributes:
        faults: every fault found, one sentence each.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class EditError(CleanclaimError):
    """An edit does not load or does not keep an edit's contract.

    Attributes:
        where: the file or entry point it comes from; empty where that isn't known.
    """

    def __init__(self, message: str, where: str = "") -> None:
        self.where = where
        super().__init__(message)


class UnknownEdit(CleanclaimError):  # noqa: N818
    """No edit has that code, family or name."""
