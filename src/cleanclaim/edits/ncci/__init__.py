"""NCCI — bundling of procedures."""
