"""Download and import what publishers have released since: their pages, their files, and the import."""

from __future__ import annotations

from cleanclaim.updating.run import Updated, update

__all__ = ["Updated", "update"]
