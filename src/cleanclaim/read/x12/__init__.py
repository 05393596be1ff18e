"""Reading X12 837 files: professional, institutional and dental claims, 5010 and (what is common) 4010."""

from __future__ import annotations

from cleanclaim.read.x12.batches import read_x12

__all__ = ["read_x12"]
