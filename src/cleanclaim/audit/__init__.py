"""Audits: samples drawn, sheets for the auditor, scorecards with estimates, and visit levels against peers.

`plan` draws a sample from claims, `sheet` writes and reads the workbook, `score` compares what was
billed with what the auditor found, and `profile` compares visit levels.
"""
