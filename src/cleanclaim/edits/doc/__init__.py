"""What the note of a claim supports."""
