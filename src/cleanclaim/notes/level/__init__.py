"""The level of a visit that a note supports: medical decision making or time, and what goes with it."""
