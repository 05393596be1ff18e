"""Hospitals' outpatient claims for the comparison with another outpatient code editor."""
