"""The `lines` table: one row for each service line, professional, institutional or dental."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.model import INHERITED, MONEY, QUANTITY
from cleanclaim.read.x837.cells import Cells
from cleanclaim.x12.index import Slices, first_in, next_after, tag
from cleanclaim.x12.strings import Ints, nulls
from cleanclaim.x12.values import coalesced, frame, merge, only

_REFERENCES: Final = {
    "6R": "line_control_number",
    "G1": "prior_authorization_number",
    "X4": "clia_number",
}


def lines_table(c: Cells, claims: pl.DataFrame) -> pl.DataFrame:
    """The lines of a block, with what they take from their claims."""
    s, loops = c.s, c.loops
    low, high, owner = loops.line, loops.line_end, loops.line_claim
    own_end = np.minimum(next_after(s.find("NM1", "SVD", "LIN"), low, len(s)), high)
    columns: dict[str, object] = {
        "claim_key": owner + c.origin.first_claim_key,
        "line_number": np.arange(len(owner)) - np.searchsorted(owner, owner) + 1,
        **_service(c),
        **_dates(c, low, own_end),
        **_providers(c),
        **_segments(c, low, high, own_end),
    }
    for name in INHERITED:
        columns[name] = _inherited(columns[name], claims[name], owner)
    columns["place_of_service_code"] = _inherited(
        columns["line_place_of_service_code"], claims["place_of_service_code"], owner
    )
    lines = frame(columns)
    if (claims["claim_type"] != "professional").any():
        lines = _claim_dates(lines, claims, owner)
    return lines


def _inherited(own: object, above: pl.Series, owner: Ints) -> pl.Series:
    """The line's own value, else its claim's."""
    assert isinstance(own, pl.Series)  # noqa: S101 - for the type checker
    return coalesced(own, above.gather(owner)) if above.null_count() < len(above) else own


def _service(c: Cells) -> dict[str, object]:
    """The values of SV1, SV2 and SV3, each with its own order of elements."""
    s, service = c.s, c.loops.service
    kind = np.where(service >= 0, s.tags[np.maximum(service, 0)], 0)
    two, three = kind == tag("SV2"), kind == tag("SV3")
    one = ~two & ~three

    def pick(professional: int, institutional: int, dental: int) -> Slices:
        """The element with the same meaning in the three segments; 0 if a segment doesn't have it."""
        chosen = s.element(service, professional or institutional or dental)
        if not professional:
            chosen = only(chosen, ~one)
        if two.any():
            other = s.element(service, institutional) if institutional else only(chosen, one & two)
            chosen = merge(chosen, other, two)
        if three.any():
            other = s.element(service, dental) if dental else only(chosen, one & two)
            chosen = merge(chosen, other, three)
        return chosen

    code = pick(1, 2, 1)
    pointers = pick(7, 0, 11)
    first = np.where(service >= 0, service, c.loops.line)
    return {
        "position": c.position(s.start[first], first),
        "procedure_qualifier": c.text(s.component(code, 1)),
        "procedure_code": c.code(s.component(code, 2)),
        **{f"modifier_{n}": c.code(s.component(code, n + 2)) for n in range(1, 5)},
        "procedure_description": c.text(s.component(code, 7)),
        "revenue_center_code": c.text(pick(0, 1, 0)),
        "charge_amount": c.number(pick(2, 3, 2), MONEY),
        "non_covered_amount": c.number(pick(0, 7, 0), MONEY),
        "unit_basis_code": c.text(pick(3, 4, 0)),
        "units": _units(c.number(pick(4, 5, 6), QUANTITY), pick(4, 5, 6), three),
        "line_place_of_service_code": c.text(pick(5, 0, 3)),
        **{f"diagnosis_pointer_{n}": _pointer(c, s.component(pointers, n)) for n in range(1, 5)},
        "emergency_code": c.text(pick(9, 0, 0)),
        "epsdt_code": c.text(pick(11, 0, 0)),
        "family_planning_code": c.text(pick(12, 0, 0)),
    }


def _units(sent: pl.Series, slices: Slices, is_dental: npt.NDArray[np.bool_]) -> pl.Series:
    """The number of units; a dental line without a number counts as one."""
    one = is_dental & (slices[1] == 0)
    return sent.set(pl.Series(one), Decimal(1)) if one.any() else sent


def _pointer(c: Cells, slices: Slices) -> pl.Series:
    """A diagnosis pointer: one or two digits."""
    start, length = c.s.block.trimmed(slices)
    raw = c.s.block.bytes
    tens, ones = raw[start] - np.uint8(48), raw[start + 1] - np.uint8(48)
    is_number = ((length == 1) & (tens < 10)) | ((length == 2) & (tens < 10) & (ones < 10))
    if not is_number.any():
        return nulls(len(start), pl.Int64)
    value = np.where(length == 2, tens.astype(np.int64) * 10 + ones, tens.astype(np.int64))
    return pl.Series(value).set(pl.Series(~is_number), None)


def _dates(c: Cells, low: Ints, high: Ints) -> dict[str, object]:
    start, end = c.span(first_in(c.qualified("DTP", "472"), low, high))
    return {"from_date": start, "to_date": end}


def _claim_dates(lines: pl.DataFrame, claims: pl.DataFrame, owner: Ints) -> pl.DataFrame:
    """Institutional and dental lines without their own date take the claim's."""
    takes = pl.col("claim_type") != "professional"
    above = claims.select("claim_type", first="from_date", last="to_date")
    first = pl.coalesce("from_date", pl.when(takes).then("first"))
    last = pl.coalesce("to_date", "from_date", pl.when(takes).then("last"))
    return (
        lines.hstack(above[owner])
        .with_columns(first.alias("from_date"), last.alias("to_date"))
        .drop("claim_type", "first", "last")
    )


def _providers(c: Cells) -> dict[str, object]:
    s = c.s
    rendering = c.named_in_line("82")
    after = s.find("NM1", "LX", "SVD", "SV1", "SV2", "SV3", "CLM", "HL", "SE")
    end = np.where(rendering >= 0, next_after(after, rendering, len(s)), 0)
    return {
        "rendering_npi": c.npi(rendering),
        "rendering_taxonomy_code": c.element(first_in(s.find("PRV"), rendering, end), 3),
        "referring_npi": c.npi(c.named_in_line("DN", "P3")),
        "facility_npi": c.npi(c.named_in_line("77")),
        "ordering_npi": c.npi(c.named_in_line("DK")),
        "supervising_npi": c.npi(c.named_in_line("DQ")),
    }


def _segments(c: Cells, low: Ints, high: Ints, own_end: Ints) -> dict[str, object]:
    s = c.s
    lin = first_in(s.find("LIN"), low, high)
    ctp = first_in(s.find("CTP"), low, high)

    def has(*names: str) -> npt.NDArray[np.bool_]:
        return first_in(s.find(*names), low, own_end) >= 0

    return {
        **{
            column: c.element(first_in(c.qualified("REF", code), low, own_end), 2)
            for code, column in _REFERENCES.items()
        },
        "ndc": c.element(lin, 3),
        "ndc_quantity": c.number(s.element(ctp, 4), QUANTITY),
        "ndc_unit_code": c.component(ctp, 5, 1),
        "tooth_code": c.element(first_in(s.find("TOO"), low, high), 2),
        "has_note": has("NTE"),
        "has_attachment": has("PWK"),
        "has_certification": has("CR1", "CR3", "CRC"),
    }
