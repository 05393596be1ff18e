"""Edits of the family ENV: the envelope and form of an 837."""
