"""The bytes of any X12 interchange, claims or not."""
