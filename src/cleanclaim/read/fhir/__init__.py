"""Read FHIR R4 claims: a resource, a Bundle, or NDJSON."""

from cleanclaim.read.fhir.batches import read_fhir

__all__ = ["read_fhir"]
