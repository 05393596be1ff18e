"""Edits of the family HX: history."""
