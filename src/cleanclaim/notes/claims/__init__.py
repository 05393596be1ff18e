"""The notes of claims: found by claim ID, read, and held against what is billed."""
