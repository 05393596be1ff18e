"""Read X12 837 files: professional, institutional and dental claims, 5010 and the common parts of 4010."""

from __future__ import annotations

from cleanclaim.read.x837.batches import read_x12

__all__ = ["read_x12"]
