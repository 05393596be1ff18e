"""The rows of payer packs that bind claims and lines, and what a finding says of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Tables
from cleanclaim.model import PAYER_CLASSES
from cleanclaim.model.expressions import MODIFIERS, in_force
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

HAS_PACK: Final = pl.col("payer_pack").is_not_null() & ~pl.col("is_history").fill_null(value=False)
"""For `Claims.claims`: a pack has the claim's payer."""


def has_rules(kind: str) -> Callable[[Reference], pl.Expr]:
    """For `Claims.claims`: the claim's payer has a pack with rows of a table."""

    def test(reference: Reference) -> pl.Expr:
        return HAS_PACK & pl.col("payer_pack").is_in(rules(reference, kind)["payer_pack"].unique().implode())

    return test


TOLD: Final = ("payer", "key", "citation", "disposition", "release", "note")
"""What every finding from a pack's row has."""
_OF_CLAIM: Final = (
    "claim_key", "payer_pack", "payer_class", "claim_filing_code", "claim_type", "as_of", "facility_state", "billing_state", "policy_state",
)  # fmt: skip
_CLASS_IS_UNKNOWN: Final = (pl.col("payer_class") == "unknown").fill_null(value=True) & pl.col("payer_classes").is_not_null()


def _binds() -> pl.Expr:
    """True if a row's lines of business, filing indicators, states and claim types have the claim. A claim of an unknown class is bound, mildly."""
    state = pl.coalesce("facility_state", "billing_state", "policy_state")
    asked = {"filing_codes": pl.col("claim_filing_code"), "states": state, "claim_types": pl.col("claim_type")}
    of_class = pl.col("payer_classes").list.contains(pl.col("payer_class")).fill_null(value=True) | _CLASS_IS_UNKNOWN
    others = (pl.col(name).is_null() | pl.col(name).list.contains(value).fill_null(value=False) for name, value in asked.items())
    return pl.all_horizontal(of_class, *others)


def rules(reference: Reference, kind: str) -> pl.DataFrame:
    """The rows of one table of all packs, `code` renamed to `payer_pack`."""
    return reference.derived(
        f"payer rules {kind}", lambda: reference.table("payer_rules").filter(pl.col("kind") == kind).rename({"code": "payer_pack"}).drop("kind")
    )


def payers_with_rules(reference: Reference, *kinds: str) -> pl.DataFrame:
    """The payers and classes that packs have rules for, of some tables or of any: `payer_pack` and `payer_class`."""

    def make() -> pl.DataFrame:
        table = reference.table("payer_rules")
        asked = table.filter(pl.col("kind").is_in(kinds)) if kinds else table
        classes = pl.col("payer_classes").fill_null([*PAYER_CLASSES, "unknown"])
        return asked.select(pl.col("code").alias("payer_pack"), classes.alias("payer_class")).explode("payer_class").unique()

    return reference.derived(f"payers with rules {kinds}", make)


def met_claims(claims: Claims, reference: Reference, kind: str, *columns: str) -> pl.DataFrame:
    """One row a claim and row of a pack that binds it: the claim's key and `columns`, the row's columns, and `TOLD`."""
    own = claims.claims.filter(HAS_PACK).select(list(dict.fromkeys((*_OF_CLAIM, "to_date", *columns))))
    met = own.join(rules(reference, kind), on="payer_pack")
    return met.filter(in_force("to_date"), _binds()).with_columns(_told())


def met_lines(claims: Claims, reference: Reference, kind: str) -> pl.DataFrame | None:
    """One row a line and row of a pack that is about it: all columns of the line, the row's columns, and `TOLD`.

    A row is about a line if it binds its claim and has its code, one of its modifiers and its place of service, those that the row names; a row of
    modifiers or places decides itself what it asks of them. None if no line can have one, which is quick to see.
    """
    if not _may_meet(claims, reference, kind):
        return None
    asked = rules(reference, kind)
    own = claims.claims.filter(HAS_PACK, pl.col("payer_pack").is_in(asked["payer_pack"].implode())).select(_OF_CLAIM)
    shared = [name for name in _OF_CLAIM if name in claims.lines.columns and name != "claim_key"]
    lines = claims.lines.join(own.drop(shared), on="claim_key")
    met = lines.join(_by_code(lines["procedure_code"], asked), on=["payer_pack", "procedure_code"], nulls_equal=True)
    tests = [in_force("from_date"), _binds()]
    if kind != "modifier_rules":
        tests.append(pl.col("modifiers").is_null() | has_one("modifiers"))
    if kind != "place_of_service":
        tests.append(pl.col("places").is_null() | is_at_one())
    if kind in {"documentation", "fee_rules"}:
        met = _with_others(met, claims.lines)
    return met.filter(*tests).with_columns(_told())


NO_ROWS: Final = pl.DataFrame(schema={"claim_key": pl.Int64})
"""What an edit returns if no line can break a row."""


def _may_meet(claims: Claims, reference: Reference, kind: str) -> bool:
    """Whether some line has a code, modifier and place that some row of its claims' payers asks for."""
    packs = set(claims.claims.filter(HAS_PACK)["payer_pack"].unique())
    asked = [row for pack, row in _quick(reference, kind) if pack in packs]
    if not asked:
        return False
    lines = claims.lines
    codes = sorted(lines["procedure_code"].unique().drop_nulls())
    modifiers = {one for name in MODIFIERS for one in lines[name].unique().drop_nulls()}
    places = set(lines["place_of_service_code"].unique().drop_nulls())
    return any(
        (not row.spans or any(_has_between(codes, *span) for span in row.spans))
        and (not row.modifiers or not row.modifiers.isdisjoint(modifiers))
        and (not row.places or not row.places.isdisjoint(places))
        for row in asked
    )


class _Quick(NamedTuple):
    """What a row asks of a line, for a quick look."""

    spans: tuple[tuple[str, str], ...]
    modifiers: frozenset[str]
    places: frozenset[str]


def _quick(reference: Reference, kind: str) -> list[tuple[str, _Quick]]:
    """The rows of a table with their packs."""

    def make() -> list[tuple[str, _Quick]]:
        found = []
        for pack, codes, modifiers, places in rules(reference, kind).select("payer_pack", "codes", "modifiers", "places").iter_rows():
            spans = tuple((one.partition("-")[0], one.partition("-")[2] or one) for one in codes or ())
            own = frozenset(modifiers or ()) if kind != "modifier_rules" else frozenset()
            found.append((pack, _Quick(spans, own, frozenset(places or ()) if kind != "place_of_service" else frozenset())))
        return found

    return reference.derived(f"payer rules, quick {kind}", make)


def _has_between(codes: list[str], low: str, high: str) -> bool:
    at = bisect_left(codes, low)
    return at < len(codes) and codes[at] <= high


def has_one(modifiers: str) -> pl.Expr:
    """True if the line has one of a row's modifiers."""
    return (pl.concat_list(MODIFIERS).list.set_intersection(modifiers).list.drop_nulls().list.len() > 0).fill_null(value=False)


def modifier_met() -> pl.Expr:
    """The line's first modifier that is among a row's; null if the row names none."""
    return pl.concat_list(MODIFIERS).list.set_intersection("modifiers").list.drop_nulls().list.first()


def is_at_one() -> pl.Expr:
    """True if the line's place of service is among a row's; null if the line has none."""
    return pl.col("places").list.contains(pl.col("place_of_service_code"))


def _by_code(codes: pl.Series, asked: pl.DataFrame) -> pl.DataFrame:
    """Rows by the codes that they have, of some codes; a row without codes has them all."""
    known = codes.unique().to_frame("procedure_code")
    number = asked.with_row_index("_row")
    spans = number.select("_row", pl.col("codes").alias("_codes")).explode("_codes").with_columns(_low("_codes"), _high("_codes"))
    own = known.join(spans.filter(pl.col("_codes").is_not_null()), how="cross").filter(_is_within())
    every = known.join(spans.filter(pl.col("_codes").is_null()), how="cross")
    found = pl.concat([own, every]).select("_row", "procedure_code").unique(maintain_order=True)
    return number.join(found, on="_row").drop("_row")


def _low(column: str) -> pl.Expr:
    return pl.col(column).str.extract(r"^([^-]+)").alias("_low")


def _high(column: str) -> pl.Expr:
    return pl.col(column).str.extract(r"([^-]+)$").alias("_high")


def _is_within() -> pl.Expr:
    return (pl.col("procedure_code").str.len_chars() == 5) & pl.col("procedure_code").is_between(pl.col("_low"), pl.col("_high"))


SAME_DAY: Final = ("patient_key", "provider_npi", "from_date")


def others_of_day(met: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """For each line and row of a pack the other lines of the day, patient and provider that have one of `with_codes`: `other_code`."""
    rows = met.with_row_index("_met")
    spans = rows.select("_met", *SAME_DAY, "claim_key", "line_number", pl.col("with_codes").alias("_codes")).explode("_codes").drop_nulls("_codes")
    others = lines.filter("stands").select(*SAME_DAY, "procedure_code", pl.col("claim_key").alias("_other_claim"), pl.col("line_number").alias("_other_line"))
    pairs = spans.with_columns(_low("_codes"), _high("_codes")).join(others, on=list(SAME_DAY)).filter(_is_within())
    is_other = (pl.col("claim_key") != pl.col("_other_claim")) | (pl.col("line_number") != pl.col("_other_line"))
    found = pairs.filter(is_other).group_by("_met").agg(pl.col("procedure_code").min().alias("other_code"))
    return rows.join(found, on="_met", how="left", maintain_order="left").drop("_met")


def _with_others(met: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Without the rows that ask for another code of the day which isn't there."""
    found = others_of_day(met, lines)
    return found.filter(pl.col("with_codes").is_null() | pl.col("other_code").is_not_null())


def _told() -> list[pl.Expr]:
    is_sure = (pl.col("confidence") == "high") & ~pl.col("is_contested").fill_null(value=False) & ~_CLASS_IS_UNKNOWN
    mild = pl.when(pl.col("consequence") == "info").then(pl.lit("info")).otherwise(pl.lit("warn"))
    return [pl.when(is_sure).then("consequence").otherwise(mild).alias("disposition"), _citation().alias("citation")]


def _citation() -> pl.Expr:
    """Where a row is written, how old that is, and how sure the row is."""
    section = worded(", {}", "section").fill_null("")
    source = pl.when(pl.col("source") == pl.col("policy")).then(pl.lit("")).otherwise(worded("; {}", "source"))
    doubts = (
        pl.when(pl.col("confidence") != "high").then(worded("; {} confidence, so ask the payer", "confidence")),
        pl.when("is_contested").then(pl.lit("; another row of the pack contradicts it")),
        pl.when(_CLASS_IS_UNKNOWN).then(pl.lit("; the claim doesn't say its line of business")),
        worded("; replaces the row of {}", "replaces"),
    )
    return pl.concat_str(pl.col("policy"), section, source, _age(), *(doubt.fill_null("") for doubt in doubts))


def _age() -> pl.Expr:
    """The source's date, and its age on the day the claim is judged."""
    day = (pl.col("source_date") + "-01-01").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    years = pl.col("as_of").dt.year() - day.dt.year() - (pl.col("as_of").dt.ordinal_day() < day.dt.ordinal_day()).cast(pl.Int32)
    age = (
        pl.when(years > 1)
        .then(worded(", {} years old", years))
        .when(years == 1)
        .then(pl.lit(", a year old"))
        .when(pl.col("as_of") >= day)
        .then(pl.lit(", less than a year old"))
        .otherwise(pl.lit(""))
    )
    return worded(" ({}{})", "source_date", age).fill_null(" (undated)")


def example(kind: str, *rows: dict[str, Any], number: str = "99999", whole_classes: tuple[str, ...] = (), names: tuple[str, ...] = ()) -> Tables:
    """A pack of an invented payer with some rows of a table, for examples of edits."""
    code = f"example-{number}"
    common = {"policy": "EX-1", "section": "2", "source": "an example", "source_date": "2026-01", "confidence": "high", "payer": "Example Payer"}
    made = [{"code": code, "kind": kind, "key": f"row-{n}", **common, **row} for n, row in enumerate(rows)]
    pack = {"code": code, "name": "Example Payer", "ids": [number], "names": list(names), "whole_classes": list(whole_classes)}
    return {"payer_packs": [pack], "payer_rules": made}
