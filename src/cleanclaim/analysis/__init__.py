"""Analysis of any number of claims: diagnoses over time, services and cost, chronic conditions, quality of claims, and the next code year.

`facts` counts batch by batch, `groups` puts codes together, `tables` makes the tables from the
counts, and `page` shows them.
"""
