"""The tables that edits read, made from the claims and the reference."""
