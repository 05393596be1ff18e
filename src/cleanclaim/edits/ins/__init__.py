"""Edits of the family INS: institutional claims."""
