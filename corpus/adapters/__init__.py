"""Adapters: programs that run a scrubber on a file and print its findings as JSON Lines."""
