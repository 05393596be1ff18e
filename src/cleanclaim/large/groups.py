"""Claims in groups of whole patients, for callers that need the claims themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cleanclaim.large.on_disk import Gathered
from cleanclaim.model import Batch
from cleanclaim.read import FileRead


@dataclass(frozen=True)
class Groups:
    """Claims in groups of whole patients: one group in memory, or groups on disk that are loaded one at a time.

    Attributes:
        files: what became of every input.
        held: the claims, if they fit in memory.
        gathered: the claims on disk, if they don't.
    """

    files: list[FileRead]
    held: Batch | None
    gathered: Gathered | None

    @property
    def is_one(self) -> bool:
        """Whether all claims are one group."""
        return self.held is not None

    def batches(self) -> Iterator[Batch]:
        """The claims of each group, with their earlier ones. They can be read again."""
        if self.held is not None:
            yield self.held
        elif self.gathered is not None:
            for number in range(len(self.gathered.ranges)):
                yield self.gathered.with_earlier(number, self.gathered.load(number))
