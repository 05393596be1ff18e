"""Read X12 837 files: professional, institutional and dental claims, 5010 and the common parts of 4010."""

from __future__ import annotations

from cleanclaim.read.x837.batches import read_x12
from cleanclaim.x12.rewrite import X12File

__all__ = ["X12File", "read_x12"]
