"""The smaller tables of the model, and all of them by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from cleanclaim.model.claims import CLAIMS
from cleanclaim.model.columns import MONEY, Column, Table
from cleanclaim.model.lines import DIAGNOSES, LINES

_S, _I, _D = pl.String, pl.Int64, pl.Date

OTHER_PAYERS: Final = Table(
    "other_payers",
    "one row for each claim and other payer, in the order sent",
    ("claim_key", "payer_number"),
    (
        Column("claim_key", _I, "The claim."),
        Column("payer_number", _I, "1 for the first other payer of the claim."),
        Column(
            "payer_sequence_code",
            _S,
            "P primary, S secondary …",
            "2320 SBR01",
            "",
            "Claim.insurance.sequence",
        ),
        Column("claim_filing_code", _S, "Kind of payer.", "2320 SBR09"),
        Column("insurance_type_code", _S, "Why Medicare is secondary.", "2320 SBR05"),
        Column("payer_id", _S, "The other payer's identifier.", "2330B NM109"),
        Column("paid_amount", MONEY, "What the other payer paid.", "2320 AMT02 (D)"),
        Column(
            "non_covered_amount", MONEY, "What the other payer didn't cover.", "2320 AMT02 (A8)"
        ),
        Column("patient_owes_amount", MONEY, "What the patient still owes.", "2320 AMT02 (EAF)"),
        Column("adjustment_count", _I, "How many adjustment segments were sent.", "2320 CAS"),
        Column(
            "adjudication_date", _D, "The day of the other payer's decision.", "2330B DTP03 (573)"
        ),
        Column("line_count", _I, "How many lines have this payer's decision.", "2430 SVD"),
        Column("position", _I, "Byte offset of the SBR segment."),
    ),
)

CLAIM_CODES: Final = Table(
    "claim_codes",
    "one row for each claim, kind and ordinal: the other codes of an HI segment",
    ("claim_key", "kind", "ordinal"),
    (
        Column("claim_key", _I, "The claim."),
        Column(
            "kind",
            _S,
            "condition, occurrence, occurrence_span, value, procedure (ICD-10-PCS), anesthesia, treatment or drg.",
            "HI0x-1",
        ),
        Column("ordinal", _I, "1 for the first of its kind on the claim."),
        Column("code_qualifier", _S, "Qualifier as sent.", "HI0x-1"),
        Column("code", _S, "The code.", "HI0x-2", "FL 18-41, 74"),
        Column("from_date", _D, "Its date, or the first day of its span.", "HI0x-4"),
        Column("to_date", _D, "The last day of its span.", "HI0x-4"),
        Column("amount", MONEY, "Its amount (value codes).", "HI0x-5", "FL 39-41"),
        Column("position", _I, "Byte offset of the code."),
    ),
)

SYNTAX_FAULTS: Final = Table(
    "syntax_faults",
    "one row for each fault in the file's form: envelope, segments, elements",
    ("file", "ordinal"),
    (
        Column("file", _S, "The file."),
        Column("ordinal", _I, "1 for the first fault of the file."),
        Column("fault", _S, "The edit that reports it: ENV001 … ENV006."),
        Column("claim_key", _I, "The claim it is in; null if it is in none."),
        Column("line_number", _I, "The service line it is in; null if it is in none."),
        Column("segment_number", _I, "Number of the segment in the file, counting ISA as 1."),
        Column("position", _I, "Byte offset of the segment or element in the file."),
        Column("element", _S, "The segment or element, such as CLM05-3."),
        Column("kind", _S, "The kind of fault, in a few words: missing, repeated, too long …"),
        Column("found", _S, "The value found; only its length if it may identify a patient."),
        Column("expected", _S, "What was expected."),
        Column("explanation", _S, "The fault in one plain sentence."),
    ),
)

TABLES: Final[Mapping[str, Table]] = {
    table.name: table
    for table in (CLAIMS, DIAGNOSES, LINES, OTHER_PAYERS, CLAIM_CODES, SYNTAX_FAULTS)
}
