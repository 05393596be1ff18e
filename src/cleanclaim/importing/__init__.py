"""Publishers' own files into the reference store: recognised by content, checked row by row, stored whole or not at all."""

from __future__ import annotations

from cleanclaim.importing.run import Imported, import_files

__all__ = ["Imported", "import_files"]
