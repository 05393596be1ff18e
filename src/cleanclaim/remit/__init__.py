"""Remittances (835): payments read, matched to the claims sent, and denials traced to edits."""
