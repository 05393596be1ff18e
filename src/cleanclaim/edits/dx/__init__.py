"""Edits of the family DX: diagnosis codes."""
