"""The parts of `tools/generate_docs.py`: each module writes one kind of page from the code."""
