"""Edits of the family PX: procedure codes."""
