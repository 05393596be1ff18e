"""What the notes of claims say about what is billed: a table that is made from notes, never read from a file."""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.model.columns import Column, Table

NOTE_WORDS: Final = "note_words"
"""The column with the words of a note. Only text, HTML and JSON reports have it."""

NOTE_FACTS: Final = Table(
    "note_facts",
    "one row for each fact that a note shows about a claim, and one for each claim without a note",
    ("claim_key", "line_number", "diagnosis_number", "fact"),
    (
        Column("claim_key", pl.Int64, "The claim."),
        Column("line_number", pl.Int64, "The service line that it is about."),
        Column("diagnosis_number", pl.Int64, "The diagnosis that it is about."),
        Column(
            "fact",
            pl.String,
            "What the note shows, such as denied or other-side; unread if there is no note.",
        ),
        Column("billed", pl.String, "The billed code, as printed."),
        Column("better", pl.String, "The code that the note supports."),
        Column("why", pl.String, "The fact in a few words of ours."),
        Column(NOTE_WORDS, pl.String, "The words of the note."),
        Column("note_start", pl.Int64, "Where they start in the note, in code points."),
        Column("note_end", pl.Int64, "Where they end."),
    ),
)
