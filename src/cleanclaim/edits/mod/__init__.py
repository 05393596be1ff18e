"""Edits of the family MOD: modifiers."""
