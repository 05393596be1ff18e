"""Whether a note supports billed codes: diagnoses, procedures, timed services and visits."""
