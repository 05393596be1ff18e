"""Mutating edits: small mistakes made in an edit's conditions, which its examples should catch."""
