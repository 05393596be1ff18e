"""The encoder: codes looked up, searched, crosswalked and compared between releases."""
