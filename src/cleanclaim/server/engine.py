"""What every request works with: the reference, the edits and the encoder, replaced all at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from cleanclaim.edits import registry
from cleanclaim.edits.edit import Edit
from cleanclaim.encoder import Encoder
from cleanclaim.notes.suggest import Suggester
from cleanclaim.notes.support.supporter import Supporter
from cleanclaim.reference import Reference
from cleanclaim.server.settings import ServerSettings
from cleanclaim.version import VERSION


@dataclass(frozen=True)
class Held:
    """One state of the reference and the edits; a request keeps the one that it started with.

    Attributes:
        reference: the dated tables.
        edits: every edit that can run.
        digest: the hash of the reference's lock.
    """

    reference: Reference
    edits: tuple[Edit, ...]
    digest: str

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder over the reference, made on first use."""
        return Encoder(self.reference)

    @cached_property
    def suggester(self) -> Suggester:
        """Suggests codes for notes, made on first use."""
        return Suggester(self.encoder)

    @cached_property
    def supporter(self) -> Supporter:
        """Says whether a note supports codes, made on first use."""
        return Supporter(self.encoder, self.suggester)

    @cached_property
    def releases(self) -> list[dict[str, Any]]:
        """The releases in use, made on first use."""
        return self.reference.releases().to_dicts()

    @property
    def headers(self) -> dict[str, str]:
        """The headers that say what an answer is based on."""
        return {"Cleanclaim-Version": VERSION, "Cleanclaim-Lock": self.digest}


class Engine:
    """Holds what requests work with, and replaces it without any request seeing half of it."""

    def __init__(self, settings: ServerSettings) -> None:
        self._load: Callable[[], Held] = lambda: loaded(settings)
        self._replacing = Lock()
        self._held = self._load()

    @property
    def held(self) -> Held:
        """The present state."""
        return self._held

    def reload(self) -> Held:
        """Load the reference and the edits again; requests that have started keep the former ones.

        Raises:
            ReferenceProblem: the store can't be read; the former state stays.
            EditError: a custom edit can't be loaded; the former state stays.
        """
        with self._replacing:
            fresh = self._load()
            if fresh.digest != self._held.digest or fresh.edits != self._held.edits:
                self._held = fresh
            return self._held


def loaded(settings: ServerSettings) -> Held:
    """Load the reference and the edits that an operator chose.

    Raises:
        ReferenceProblem: the store can't be read, or the lock pins a release that isn't installed.
        EditError: a custom edit can't be loaded.
    """
    reference = Reference.load(store=settings.store, lock=settings.lock)
    installed, errors = registry.entry_point_edits()
    groups = [registry.own_edits(), installed]
    for folder in settings.edits:
        found, faults = registry.folder_edits(Path(folder))
        errors = [*errors, *faults]
        groups.append(found)
    if errors:
        raise errors[0]
    return Held(reference, tuple(registry.together(*groups)), reference.lock_digest())
