"""Edits of the family EM: visits."""
