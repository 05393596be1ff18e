"""Clinical text: its sections, what it says about each condition, and the codes for it."""
