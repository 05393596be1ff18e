"""The answer to an interchange: TA1, for each interchange of the files."""

from __future__ import annotations

from datetime import datetime
from typing import Any, BinaryIO, Final

import polars as pl

from cleanclaim.report.result import Report
from cleanclaim.report.x12_out import Interchange, Writer, envelopes

_CODES: Final = {"IEA02": "001", "IEA01": "021", "IEA": "023", "segment": "023", "ISA": "022", "ISA11": "026", "ISA16": "027"}  # fmt: skip
"""What is wrong with an interchange, by the element at fault."""
_AGAIN: Final = "025"
"""The sender used the control number before, for the same receiver."""


def write(results: Report, out: BinaryIO) -> None:
    """Write one interchange for each interchange of the files.

    Raises:
        InputError: no 837 file was checked, or one can't be read again.
    """
    made = datetime.now().astimezone()
    faults = results.batch.syntax_faults.filter(pl.col("fault") == "ENV001").to_dicts()
    for envelope in envelopes(results):
        own = [row for row in faults if row["file"] == envelope.name]
        numbers: set[tuple[str, ...]] = set()
        for interchange in envelope.interchanges:
            writer = Writer(interchange, None, made)
            status, code = _status(interchange, own)
            header = interchange.header
            number = (*header[5:9], header[13])
            if status == "A" and any(number) and number in numbers:
                status, code = "R", _AGAIN
            numbers.add(number)
            day, time = header[9] or f"{made:%y%m%d}", header[10] or f"{made:%H%M}"
            writer.segment("TA1", writer.control, day, time, status, code)
            out.write(writer.to_bytes(0))


def _status(interchange: Interchange, faults: list[dict[str, Any]]) -> tuple[str, str]:
    if not any(interchange.header):
        return "R", _CODES["ISA"]
    for row in faults:
        number = row["segment_number"]
        is_own = number is None or interchange.first <= number <= interchange.last
        code = _CODES.get(row["element"] or "")
        if is_own and code:
            return "R", code
    return "A", "000"
