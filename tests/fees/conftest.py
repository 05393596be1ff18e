"""A small fee schedule of invented codes, so that every price can be computed by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.samples import professional
from cleanclaim.fees import allowed
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference
from cleanclaim.reference.release import Release
from cleanclaim.reference.store import Store
from cleanclaim.settings import Settings, prepare

FIRST, LAST = date(2025, 10, 1), date(2025, 12, 31)
RVU = pl.Decimal(10, 4)
NUMBERS = (
    "work_rvu", "nonfacility_pe_rvu", "facility_pe_rvu", "mp_rvu", "conversion_factor", "preoperative", "intraoperative", "postoperative",
)  # fmt: skip

Price = Callable[..., list[dict[str, Any]]]


def fee(code: str, modifier: str | None = None, **facts: Any) -> dict[str, Any]:
    """A row of the schedule: two relative values, one of them practice expense, at 40 dollars."""
    return {
        "code": code, "modifier": modifier, "valid_from": FIRST, "valid_to": LAST, "status": "A", "pctc": 0, "global_days": "XXX", "multiple_procedure": 0,
        "bilateral": 0, "assistant": 0, "co_surgeon": 0, "team": 0, "endoscopic_base": None, "imaging_family": "99", "work_rvu": "0.90",
        "nonfacility_pe_rvu": "1.00", "facility_pe_rvu": "0.50", "mp_rvu": "0.10", "conversion_factor": "40", "preoperative": "0", "intraoperative": "0",
        "postoperative": "0", **facts,
    }  # fmt: skip


def worth(code: str, work: str, modifier: str | None = None, **facts: Any) -> dict[str, Any]:
    """A row that is all work, so that its price is 40 times that everywhere."""
    nothing = dict.fromkeys(("nonfacility_pe_rvu", "facility_pe_rvu", "mp_rvu"), "0")
    return fee(code, modifier, **{"work_rvu": work, **nothing, **facts})


def technical(code: str, modifier: str | None, expense: str, **facts: Any) -> dict[str, Any]:
    """A row that is all practice expense."""
    parts = {
        "work_rvu": "0",
        "mp_rvu": "0",
        "nonfacility_pe_rvu": expense,
        "facility_pe_rvu": expense,
    }
    return fee(code, modifier, **{**parts, **facts})


GLOBAL = {
    "global_days": "090",
    "preoperative": "0.10",
    "intraoperative": "0.70",
    "postoperative": "0.20",
}
IMAGING = {"pctc": 1, "multiple_procedure": 4, "imaging_family": "88"}
SCHEDULE = (
    fee("10000"),
    # surgery
    worth("20001", "10", multiple_procedure=2, bilateral=1, assistant=2, co_surgeon=2, **GLOBAL),
    worth("20002", "8", multiple_procedure=2, assistant=1, co_surgeon=0, **GLOBAL),
    worth("20003", "6", multiple_procedure=2, bilateral=3, assistant=9),
    # endoscopy: a family of three with base 30000
    worth("30000", "3", multiple_procedure=2),
    worth("30001", "5", multiple_procedure=3, endoscopic_base="30000"),
    worth("30002", "4", multiple_procedure=3, endoscopic_base="30000"),
    worth("30003", "2", "53"),
    # imaging: whole, professional part 1, technical part 4 and 2
    technical("40001", None, "4", **IMAGING, work_rvu="1"),
    technical("40001", "TC", "4", **IMAGING),
    worth("40001", "1", modifier="26", **IMAGING),
    technical("40002", None, "2", **IMAGING, work_rvu="1"),
    technical("40002", "TC", "2", **IMAGING),
    worth("40002", "1", modifier="26", **IMAGING),
    # therapy, cardiovascular, eye
    fee("50001", multiple_procedure=5),
    fee("50002", multiple_procedure=5, nonfacility_pe_rvu="0.80"),
    technical("60001", None, "4", multiple_procedure=6, pctc=3),
    technical("60002", None, "2", multiple_procedure=6, pctc=3),
    technical("70001", None, "4", multiple_procedure=7, pctc=3),
    technical("70002", None, "2", multiple_procedure=7, pctc=3),
    # not paid under the schedule
    worth("80001", "0", status="X"),
    worth("80002", "0", status="E"),
    worth("80003", "0", status="B"),
    worth("80004", "0", status="R"),
    worth("80005", "1", status="T"),
    worth("00100", "0", status="J"),
)  # fmt: skip


def dated(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(
        pl.lit(FIRST).alias("valid_from"), pl.lit(LAST).alias("valid_to")
    )


def mpfs() -> pl.DataFrame:
    whole = pl.DataFrame(list(SCHEDULE), infer_schema_length=None)
    small = ("pctc", "multiple_procedure", "bilateral", "assistant", "co_surgeon", "team")
    return whole.with_columns(pl.col(NUMBERS).cast(RVU), pl.col(small).cast(pl.Int8))


def gpci() -> pl.DataFrame:
    places = [
        ("11502", "00", "NC", "1", "1", "1"),
        ("02102", "01", "AK", "1.5", "1.081", "0.592"),
        ("01112", "05", "CA", "1.1", "1.4", "0.5"),
        ("01182", "18", "CA", "1.05", "1.2", "0.7"),
        ("11302", "00", "VA", "1", "1", "1"),
    ]
    rows = [
        {"code": mac + place, "mac": mac, "locality": place, "state": state, "name": state, "work": work, "pe": pe, "mp": mp}
        for mac, place, state, work, pe, mp in places
    ]  # fmt: skip
    return dated(rows).with_columns(pl.col("work", "pe", "mp").cast(RVU))


def tables() -> dict[str, pl.DataFrame]:
    anesthesia = [
        {"code": "1150200", "mac": "11502", "locality": "00", "name": "NC", "conversion_factor": "20"},
    ]  # fmt: skip
    cap: list[dict[str, Any]] = [
        {"code": "40001", "modifier": "TC", "status": "A", "mac": "02102", "locality": "01", "facility_price": "100", "nonfacility_price": "110"},
        {"code": "60001", "modifier": None, "status": "A", "mac": "01112", "locality": "18", "facility_price": "90", "nonfacility_price": "95"},
    ]  # fmt: skip
    zips: list[dict[str, Any]] = [
        {"code": "94102", "state": "CA", "mac": "01112", "locality": "05", "rural": None},
        {"code": "90001", "state": "CA", "mac": "01182", "locality": "18", "rural": None},
    ]
    laboratory: list[dict[str, Any]] = [
        {"code": "80001", "modifier": None, "indicator": "N", "rate": "10.57"},
        {"code": "80001", "modifier": "QW", "indicator": "N", "rate": "9.00"},
        {"code": "80011", "modifier": None, "indicator": "L", "rate": None},
    ]
    drugs: list[dict[str, Any]] = [
        {"code": "80002", "dosage": "1 MG", "payment_limit": "29.856", "coinsurance": "20"},
        {"code": "J0001", "dosage": "1 MG", "payment_limit": None, "coinsurance": "20"},
    ]
    return {
        "mpfs": mpfs(),
        "gpci": gpci(),
        "anesthesia_factors": dated(anesthesia).with_columns(pl.col("conversion_factor").cast(RVU)),
        "opps_cap": dated(cap).with_columns(pl.col("facility_price", "nonfacility_price").cast(pl.Decimal(15, 2))),
        "zip_localities": dated(zips),
        "clfs": dated(laboratory).with_columns(pl.col("rate").cast(pl.Decimal(15, 2))),
        "asp": dated(drugs).with_columns(pl.col("payment_limit").cast(pl.Decimal(15, 3))),
        "code_rules": dated([{"code": "00100", "rule": "anesthesia_base_units", "value": "5", "payers": ["medicare"], "citation": "own"}]),
    }  # fmt: skip


def filled(store: Store, *names: str) -> Reference:
    """A reference with some of the tables, or all."""
    for name, table in tables().items():
        if names and name not in names:
            continue
        title = {
            "mpfs": "MPFS 2025D",
            "gpci": "GPCI 2025",
            "clfs": "CLFS 2025Q4",
            "asp": "ASP 2025Q4",
        }
        release = Release(
            title.get(name, name), name, "tests", FIRST, LAST, "none", embedded=False
        )  # fmt: skip
        store.add(release, table)
    return Reference.load(store=store.path)


def line(given: tuple[str, ...] | dict[str, Any]) -> dict[str, Any]:
    """A line from a mapping, or from a code and its modifiers."""
    if isinstance(given, dict):
        return given
    return {"procedure_code": given[0], "modifiers": given[1:]}


def priced(reference: Reference, *claims: dict[str, Any]) -> list[dict[str, Any]]:
    batch = prepare(batch_of(list(claims)), Settings())
    return allowed(Claims.of(batch, reference), reference).to_dicts()


@pytest.fixture(scope="session")
def fees(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return filled(Store(tmp_path_factory.mktemp("fees") / "store"))


@pytest.fixture
def some(tmp_path: Path) -> Callable[..., Reference]:
    """A reference with the named tables, in its own store."""
    return lambda *names: filled(Store(tmp_path / "store"), *names)


@pytest.fixture
def of_claims() -> Callable[..., list[dict[str, Any]]]:
    """Prices of the lines of several claims by a reference."""
    return priced


@pytest.fixture
def price(fees: Reference) -> Price:
    """Prices of the lines of one claim of 2025-11-12 in an office in North Carolina."""

    def of(*lines: Any, reference: Reference = fees, **claim: Any) -> list[dict[str, Any]]:
        given = {"from_date": "2025-11-12", **claim}
        return priced(reference, professional(lines=[line(one) for one in lines], **given))

    return of


@pytest.fixture
def amounts(price: Price) -> Callable[..., list[str]]:
    """Only the amounts, as text."""

    def of(*lines: Any, **claim: Any) -> list[str]:
        return [str(row["allowed"]) for row in price(*lines, **claim)]

    return of


@pytest.fixture
def why(price: Price) -> Callable[..., str]:
    """Why the last line has no price."""

    def of(*lines: Any, **claim: Any) -> str:
        last = price(*lines, **claim)[-1]
        assert (last["allowed"], last["basis"]) == (None, None)
        return str(last["reason"])

    return of


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")
