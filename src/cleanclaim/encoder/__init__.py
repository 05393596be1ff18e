"""The encoder: look up, search, crosswalk and compare codes."""

from cleanclaim.encoder.encoder import Encoder

__all__ = ["Encoder"]
