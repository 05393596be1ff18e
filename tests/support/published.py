"""Publishers' files that several tests look at."""

from __future__ import annotations

from dataclasses import dataclass

from cleanclaim.importing import Imported
from cleanclaim.reference.store import Store


@dataclass(frozen=True)
class Published:
    """Publishers' files imported into one store; tests read it and add nothing.

    Attributes:
        store: the store.
        done: what became of each folder.
    """

    store: Store
    done: dict[str, Imported]
