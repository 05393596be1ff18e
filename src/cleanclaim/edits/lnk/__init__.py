"""Edits of the family LNK: why meets what."""
