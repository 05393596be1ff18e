"""The tables of a batch of claims: what a row is, and each column's type, meaning and source.

One row of `claims` is a claim, of `diagnoses` a diagnosis on it, of `lines` a service line. The
smaller tables hold what repeats below a claim. Names follow the Tuva Project's claims model if it
has them. Codes are stored as transmitted: no dot, upper case. Money and units are exact decimals.
Null means *missing*.

Every table's key starts with `claim_key`, an integer assigned at reading, unique in a batch and
ascending in reading order.
"""

from __future__ import annotations

from cleanclaim.model.batch import Batch, concat
from cleanclaim.model.claims import CLAIMS
from cleanclaim.model.columns import MONEY, QUANTITY, Column, Table, expected
from cleanclaim.model.lines import DIAGNOSES, INHERITED, LINES
from cleanclaim.model.note_facts import NOTE_FACTS, NOTE_WORDS
from cleanclaim.model.payers import EVERYWHERE, PAYER_CLASSES, PROGRAMMES, is_state
from cleanclaim.model.tables import CLAIM_CODES, OTHER_PAYERS, SYNTAX_FAULTS, TABLES

__all__ = [
    "CLAIMS",
    "CLAIM_CODES",
    "DIAGNOSES",
    "EVERYWHERE",
    "INHERITED",
    "LINES",
    "MONEY",
    "NOTE_FACTS",
    "NOTE_WORDS",
    "OTHER_PAYERS",
    "PAYER_CLASSES",
    "PROGRAMMES",
    "QUANTITY",
    "SYNTAX_FAULTS",
    "TABLES",
    "Batch",
    "Column",
    "Table",
    "concat",
    "expected",
    "is_state",
]
