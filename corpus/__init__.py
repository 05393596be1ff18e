"""Seeded claims with one intended defect each, right claims that look suspicious, and a scorer for any scrubber."""
