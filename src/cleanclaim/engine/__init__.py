"""The engine: edits over claims, findings out."""
