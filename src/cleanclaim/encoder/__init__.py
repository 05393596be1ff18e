"""The encoder: codes looked up, searched, crosswalked and compared between releases."""

from cleanclaim.encoder.encoder import Encoder

__all__ = ["Encoder"]
