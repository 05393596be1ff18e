"""The tables of a remittance (835): what a payer paid, line by line, and why it paid less.

Amounts are exact and signed as in the file. Every row has the byte offset of its segment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from cleanclaim.model import MONEY, QUANTITY
from cleanclaim.model.columns import Column, Table

_S, _I, _D = pl.String, pl.Int64, pl.Date
_PLACE: Final = (
    Column("position", _I, "Byte offset of the segment in the file."),
    Column("segment_number", _I, "Number of the segment in the file, counting ISA as 1."),
)
_MODIFIERS: Final = tuple(
    Column(f"modifier_{n}", _S, f"Modifier {n} of the procedure paid.", f"SVC01-{n + 2}")
    for n in range(1, 5)
)

CHECKS: Final = Table(
    "checks",
    "one row for each transaction: one check, or one electronic payment",
    ("check_key",),
    (
        Column("check_key", _I, "Integer assigned at reading; unique in a remittance."),
        Column("file", _S, "The file that the transaction was read from."),
        Column("format", _S, "x12 for an 835, fhir for an explanation of benefits."),
        *_PLACE,
        Column("transaction", _S, "Control number of the transaction.", "ST02"),
        Column("handling_code", _S, "What the transaction is for.", "BPR01"),
        Column("paid_amount", MONEY, "Total of the payment.", "BPR02"),
        Column("credit_or_debit", _S, "C credit, D debit.", "BPR03"),
        Column("method_code", _S, "How it is paid: CHK, ACH, NON …", "BPR04"),
        Column("check_date", _D, "Date of the payment.", "BPR16"),
        Column("trace", _S, "Number of the check or electronic payment.", "TRN02"),
        Column("production_date", _D, "When the remittance was made.", "DTM02 (405)"),
        Column("payer_name", _S, "The payer.", "1000A N102"),
        Column("payer_id", _S, "The payer's identifier.", "1000A N104, else REF02 (2U), TRN03"),
        Column("payee_name", _S, "The provider who is paid.", "1000B N102"),
        Column("payee_id", _S, "The payee's NPI or tax number.", "1000B N104"),
    ),
)
PAYMENTS: Final = Table(
    "payments",
    "one row for each claim payment (CLP)",
    ("payment_key",),
    (
        Column("payment_key", _I, "Integer assigned at reading; unique in a remittance."),
        Column("check_key", _I, "The transaction it is in; -1 if it is in none."),
        *_PLACE,
        Column("remit_claim_id", _S, "The provider's claim number, as the payer sent it.", "CLP01"),
        Column("status_code", _S, "1-3 processed, 4 denied, 22 reversal …", "CLP02"),
        Column("charge_amount", MONEY, "Total charge.", "CLP03"),
        Column("paid_amount", MONEY, "What was paid.", "CLP04"),
        Column("patient_amount", MONEY, "What the patient owes.", "CLP05"),
        Column("claim_filing_code", _S, "Kind of payer.", "CLP06"),
        Column("payer_claim_id", _S, "The payer's claim number.", "CLP07"),
        Column("facility_code", _S, "Place of service, or type of bill.", "CLP08"),
        Column("claim_frequency_code", _S, "1 original, 7 replacement, 8 void …", "CLP09"),
        Column("drg_code", _S, "Diagnosis related group.", "CLP11"),
        Column("patient_last_name", _S, "Patient.", "NM103 (QC)", private=True),
        Column("patient_first_name", _S, "Patient.", "NM104 (QC)", private=True),
        Column("patient_id", _S, "Patient's identifier.", "NM109 (QC)", private=True),
        Column("insured_last_name", _S, "Insured, if not the patient.", "NM103 (IL)", private=True),
        Column("insured_first_name", _S, "Insured.", "NM104 (IL)", private=True),
        Column("insured_id", _S, "Insured's identifier.", "NM109 (IL)", private=True),
        Column("corrected_id", _S, "Identifier as corrected.", "NM109 (74)", private=True),
        Column("rendering_npi", _S, "Rendering provider.", "NM109 (82)"),
        Column("crossover_payer", _S, "The payer that it was forwarded to.", "NM103 (TT)"),
        Column(
            "original_reference", _S, "The payer's number of the claim it corrects.", "REF02 (F8)"
        ),
        Column("from_date", _D, "First day of the statement.", "DTM02 (232)"),
        Column("to_date", _D, "Last day of the statement.", "DTM02 (233)"),
        Column("received_date", _D, "When the payer received the claim.", "DTM02 (050)"),
        Column("covered_amount", MONEY, "Amount covered.", "AMT02 (AU)"),
    ),
)
PAYMENT_LINES: Final = Table(
    "payment_lines",
    "one row for each service paid (SVC)",
    ("payment_key", "service_number"),
    (
        Column("payment_key", _I, "The claim payment."),
        Column("service_number", _I, "1 for the first service of the claim payment."),
        *_PLACE,
        Column("procedure_qualifier", _S, "Code system of the procedure.", "SVC01-1"),
        Column("procedure_code", _S, "The procedure that was paid.", "SVC01-2"),
        *_MODIFIERS,
        Column("charge_amount", MONEY, "Charge of the line.", "SVC02"),
        Column("paid_amount", MONEY, "What was paid.", "SVC03"),
        Column("revenue_center_code", _S, "Revenue code.", "SVC04"),
        Column("units", QUANTITY, "Units paid.", "SVC05"),
        Column("billed_code", _S, "The procedure billed, if another one was paid.", "SVC06-2"),
        Column("billed_units", QUANTITY, "Units billed, if others were paid.", "SVC07"),
        Column("from_date", _D, "First day of service.", "DTM02 (472, 150)"),
        Column("to_date", _D, "Last day of service.", "DTM02 (472, 151)"),
        Column("line_control_number", _S, "The provider's number for the line.", "REF02 (6R)"),
        Column("allowed_amount", MONEY, "What the payer allowed.", "AMT02 (B6)"),
    ),
)
ADJUSTMENTS: Final = Table(
    "adjustments",
    "one row for each reason of an adjustment (CAS)",
    ("segment_number", "number"),
    (
        Column("payment_key", _I, "The claim payment."),
        Column("service_number", _I, "The service; 0 for the claim as a whole."),
        Column("number", _I, "Order in the segment, from 1."),
        *_PLACE,
        Column("group", _S, "Who is responsible: CO, PR, OA, PI.", "CAS01"),
        Column("carc", _S, "Claim adjustment reason code.", "CAS02, 05, 08, 11, 14, 17"),
        Column("amount", MONEY, "Amount: positive if less is paid.", "CAS03, 06, 09, 12, 15, 18"),
        Column("quantity", QUANTITY, "Units.", "CAS04, 07, 10, 13, 16, 19"),
    ),
)
REMARKS: Final = Table(
    "remarks",
    "one row for each remark code",
    ("segment_number", "number"),
    (
        Column("payment_key", _I, "The claim payment."),
        Column("service_number", _I, "The service; 0 for the claim as a whole."),
        Column("number", _I, "Order in the segment, from 1."),
        *_PLACE,
        Column(
            "rarc", _S, "Remittance advice remark code.", "LQ02 (HE, RX), MOA03-07, MIA05, 20-23"
        ),
    ),
)
PROVIDER_ADJUSTMENTS: Final = Table(
    "provider_adjustments",
    "one row for each adjustment that belongs to no claim (PLB)",
    ("segment_number", "number"),
    (
        Column("check_key", _I, "The transaction."),
        Column("number", _I, "Order in the segment, from 1."),
        *_PLACE,
        Column("provider_id", _S, "The provider.", "PLB01"),
        Column("fiscal_date", _D, "Last day of the provider's fiscal year.", "PLB02"),
        Column("reason", _S, "Reason: WO, FB, L6, 72 …", "PLB03-1 … PLB13-1"),
        Column("reference", _S, "What it refers to.", "PLB03-2 … PLB13-2", private=True),
        Column("amount", MONEY, "Amount: positive if less is paid.", "PLB04 … PLB14"),
    ),
)
FAULTS: Final = Table(
    "faults",
    "one row for each element that should be a number and isn't",
    ("segment_number", "element"),
    (
        Column("check_key", _I, "The transaction; -1 outside any."),
        Column("payment_key", _I, "The claim payment; -1 outside any."),
        Column("service_number", _I, "The service; 0 outside any."),
        *_PLACE,
        Column("element", _S, "The element, such as CLP03."),
    ),
)
SEGMENTS: Final = Table(
    "segments",
    "one row for each segment of the file, whatever it says",
    ("segment_number",),
    (
        Column("check_key", _I, "The transaction; -1 outside any."),
        Column("payment_key", _I, "The claim payment; -1 outside any."),
        Column("service_number", _I, "The service; 0 outside any."),
        *_PLACE,
        Column("name", _S, "Its name."),
        Column("text", _S, "The segment as sent.", private=True),
    ),
)
TABLES: Final = {
    table.name: table
    for table in (CHECKS, PAYMENTS, PAYMENT_LINES, ADJUSTMENTS, REMARKS, PROVIDER_ADJUSTMENTS, FAULTS, SEGMENTS)
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Remittance:
    """The tables of one or more 835 files; see `TABLES`."""

    checks: pl.DataFrame
    payments: pl.DataFrame
    payment_lines: pl.DataFrame
    adjustments: pl.DataFrame
    remarks: pl.DataFrame
    provider_adjustments: pl.DataFrame
    faults: pl.DataFrame
    segments: pl.DataFrame

    @classmethod
    def of(cls, parts: Iterable[Mapping[str, pl.DataFrame]]) -> Remittance:
        """Combine the frames of several blocks."""
        held = list(parts)
        return cls(
            **{
                name: pl.concat(
                    [
                        table.empty(),
                        *(table.conform(part[name]) for part in held if len(part[name])),
                    ]
                )
                for name, table in TABLES.items()
            }
        )

    def only(self, payments: pl.Series) -> Remittance:
        """The claim payments with some keys, without their segments as text."""
        keys = payments.rename("payment_key").to_frame()

        def some(frame: pl.DataFrame) -> pl.DataFrame:
            return frame.join(keys, on="payment_key", how="semi", maintain_order="left")

        return replace(
            self,
            payments=some(self.payments),
            payment_lines=some(self.payment_lines),
            adjustments=some(self.adjustments),
            remarks=some(self.remarks),
            segments=self.segments.clear(),
        )
