"""Hospital stays and their diagnosis related groups."""
