"""Import publishers' own files: recognized by content, checked row by row, and stored completely or not at all."""

from __future__ import annotations

from cleanclaim.importing.run import Imported, import_files

__all__ = ["Imported", "import_files"]
