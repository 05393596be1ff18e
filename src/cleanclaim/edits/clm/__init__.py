"""Edits of the family CLM: the claim holds together."""
