"""A payer's contract: what it pays for a procedure, as a rate or as a percentage of Medicare's price.

The table is a CSV file with the columns
`payer_id,procedure_code,modifier,place_of_service_code,valid_from,valid_to,rate,percent_of_medicare`.
An empty procedure code, modifier, place or date means any. A row has a rate, in dollars for one
unit, or a percentage.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from cleanclaim.errors import TableError, UnreadableFile
from cleanclaim.parsing import records_of
from cleanclaim.remit.records import Sent, SentLine
from cleanclaim.text.masking import kind_of

HEADER: Final = (
    "payer_id", "procedure_code", "modifier", "place_of_service_code", "valid_from", "valid_to", "rate", "percent_of_medicare",
)  # fmt: skip
_CENT: Final = Decimal("0.01")
_MOST_FAULTS: Final = 20


@dataclass(frozen=True, slots=True)
class Price:
    """One row of a contract."""

    payer_id: str
    procedure_code: str
    modifier: str
    place: str
    first_day: date
    last_day: date
    rate: Decimal | None
    percent: Decimal | None

    def fits(self, line: SentLine) -> bool:
        """Whether the row is about a line."""
        day = line.first_day
        return (
            self.procedure_code in {"", line.code}
            and (not self.modifier or self.modifier in line.modifiers)
            and self.place in {"", line.place}
            and (day is None or self.first_day <= day <= self.last_day)
        )

    @property
    def detail(self) -> tuple[bool, bool, bool, date]:
        """Rows that say more come first; of equal rows, the later one."""
        return bool(self.procedure_code), bool(self.modifier), bool(self.place), self.first_day


@dataclass(frozen=True, slots=True)
class Contracts:
    """The contracts of all payers, by payer ID."""

    prices: dict[str, tuple[Price, ...]]

    def has(self, claim: Sent) -> bool:
        """Whether the claim's payer has a contract."""
        return (claim.payer_id or "").upper() in self.prices

    def price(self, claim: Sent, line: SentLine, medicare: Decimal | None) -> Decimal | None:
        """What the contract pays for a line; None if it doesn't say, or if Medicare's price is needed and unknown."""
        rows = [
            one for one in self.prices.get((claim.payer_id or "").upper(), ()) if one.fits(line)
        ]
        if not rows:
            return None
        best = max(rows, key=lambda one: one.detail)
        if best.rate is not None:
            units = Decimal(1) if line.units is None else line.units
            return (best.rate * units).quantize(_CENT, ROUND_HALF_UP)
        if best.percent is None or medicare is None:
            return None
        return (medicare * best.percent / 100).quantize(_CENT, ROUND_HALF_UP)


def read_contracts(path: Path) -> Contracts:
    """Read a contract table.

    Raises:
        UnreadableFile: the file can't be read.
        TableError: the header or a cell isn't valid; every fault is listed.
    """
    try:
        header, rows = records_of(path.read_bytes())
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise UnreadableFile(f"{path}: {why}") from None
    names = [name.lower() for name in header]
    missing = [name for name in ("payer_id", "procedure_code") if name not in names]
    if missing or not {"rate", "percent_of_medicare"} & set(names):
        raise TableError(str(path), [f"expected the columns {', '.join(HEADER)}"])
    faults: list[str] = []
    found: dict[str, list[Price]] = {}
    for number, row in rows:
        cells = {name.lower(): cell for name, cell in row.items()}
        price = _price(cells, number, faults)
        if price is not None:
            found.setdefault(price.payer_id, []).append(price)
    if faults:
        raise TableError(str(path), faults[:_MOST_FAULTS])
    return Contracts({payer: tuple(prices) for payer, prices in found.items()})


def _price(cells: dict[str, str], number: int, faults: list[str]) -> Price | None:
    before = len(faults)
    rate, percent = (
        _amount(cells.get(name, ""), f"line {number}: {name}", faults)
        for name in ("rate", "percent_of_medicare")
    )
    first = _day(cells.get("valid_from", ""), f"line {number}: valid_from", faults) or date.min
    last = _day(cells.get("valid_to", ""), f"line {number}: valid_to", faults) or date.max
    if not cells.get("payer_id"):
        faults.append(f"line {number}: payer_id is empty")
    if len(faults) == before and (rate is None) == (percent is None):
        faults.append(f"line {number}: expected a rate or percent_of_medicare, and not both")
    if len(faults) > before:
        return None
    return Price(
        cells["payer_id"].upper(),
        cells.get("procedure_code", "").upper(),
        cells.get("modifier", "").upper(),
        cells.get("place_of_service_code", ""),
        first,
        last,
        rate,
        percent,
    )


def _amount(cell: str, where: str, faults: list[str]) -> Decimal | None:
    if not cell:
        return None
    try:
        amount = Decimal(cell.replace("$", "").replace("%", "").replace(",", ""))
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        faults.append(f"{where}: expected a number, found {kind_of(cell)}")
        return None
    return amount


def _day(cell: str, where: str, faults: list[str]) -> date | None:
    if not cell:
        return None
    try:
        return date.fromisoformat(cell)
    except ValueError:
        faults.append(f"{where}: expected a day as YYYY-MM-DD, found {kind_of(cell)}")
        return None
