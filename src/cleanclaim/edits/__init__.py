"""The edits, one a file: the path is the family and the code. They are found by walking this package."""
