"""Acknowledgments that were received (TA1, 999, 277CA), explained and matched to the claims sent."""
