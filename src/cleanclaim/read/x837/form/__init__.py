"""The form of an 837: envelope, structure, elements, characters, limits."""
