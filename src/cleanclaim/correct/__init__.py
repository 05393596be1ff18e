"""Correct claims in the file that they were read from: chosen values change, and every other byte stays."""
