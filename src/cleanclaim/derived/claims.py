"""The derived tables that edits read, built once a batch.

`lines` and `diagnoses` carry what their edits need of the claim above them, so that most edits are an expression over one
row. Joins that several edits share (pointers resolved, modifiers one a row, a diagnosis met with its validity and its Medicare Code
Editor attributes) are made here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.derived.availability import Marks, covered, marks, policy_marks, routes, settings
from cleanclaim.derived.billable import why_not_billable
from cleanclaim.derived.diagnoses import ATTRIBUTES, attributes, is_loaded, validity
from cleanclaim.derived.pairs import (
    bundled,
    code_pairs,
    crowded_days,
    lines_of_days,
    of_lines,
    uncompared,
    unjudged,
)
from cleanclaim.model import Batch
from cleanclaim.model.arrays import NO_DAY, Codes, Days, Ints, days, is_among, packed, taken
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS, MODIFIERS, POINTERS, daily_units
from cleanclaim.model.keys import (
    MOST_NUMBERS,
    counts_of,
    found_in,
    groups,
    in_order,
    keys_of,
    unpivoted,
    whole_numbers,
)
from cleanclaim.reference import Reference
from cleanclaim.reference.periods import Periods
from cleanclaim.text.masking import showable

_OF_THE_CLAIM: Final = (
    "claim_id",
    "claim_type",
    "is_history",
    "as_of",
    "submitted_date",
    "file",
    "patient_key",
    "patient_birth_date",
    "patient_sex",
    "payer_class",
    "rules_of",
    "stands",
    "billing_npi",
    "billing_taxonomy_code",
    "bill_type_code",
    "claim_frequency_code",
)

_ABOVE_LINES: Final = tuple(
    map(pl.col, (*_OF_THE_CLAIM, "diagnosis_count", "line_count", "is_inpatient"))
)
_PROVIDER: Final = pl.coalesce("rendering_npi", "billing_npi").alias("provider_npi")
_ABOVE_DIAGNOSES: Final = (
    *map(pl.col, _OF_THE_CLAIM),
    pl.col("line_count"),
    pl.col("diagnosis_count"),
    pl.col("is_inpatient"),
    pl.col("from_date").alias("claim_from_date"),
    pl.coalesce("discharge_date", "to_date", "from_date").alias("claim_through_date"),
    pl.coalesce("to_date", "from_date").alias("claim_to_date"),
)

_FEES: Final = (
    "status",
    "pctc",
    "global_days",
    "multiple_procedure",
    "bilateral",
    "assistant",
    "co_surgeon",
    "team",
    "nonfacility_na",
    "facility_na",
    "release",
)
_INPATIENT_BILLS: Final = ("11", "18", "21", "41")


class Claims:
    """A batch of claims as edits see it: the tables of the model, enriched, each a Polars frame.

    Attributes:
        batch: the plain tables, each in the order of its keys; a code without the form of one is replaced by its kind (`cleanclaim.text.masking`).
        reference: the dated tables that the codes were met with.
        kept: judgements that several edits share, by name.
    """

    def __init__(self, batch: Batch, reference: Reference) -> None:
        self.batch = showable(in_order(batch))
        self.reference = reference
        self._spoken: dict[str, Marks] = {}
        self._routes: dict[str, pl.Series | str] = {}
        self.kept: dict[str, object] = {}

    @cached_property
    def claims(self) -> pl.DataFrame:
        """One row a claim: all columns of the model, and more.

        `patient_age` (completed years on `from_date`), `is_inpatient` (type of bill 11x, 18x, 21x, 41x), `line_count`,
        `diagnosis_count` (those that lines may point at), `line_charge_amount` (sum of the lines), `has_line_without_charge`,
        `rules_of` (medicare or medicaid where their rules bind the claim), `stands` (neither a void nor replaced by a later claim of the batch).
        """
        keys = keys_of(self.batch.claims)
        lines = self.batch.lines
        listed = self.batch.diagnoses.filter(IS_BILLING_DIAGNOSIS)
        charges = lines.group_by("claim_key", maintain_order=True).agg(
            pl.col("charge_amount").sum().alias("line_charge_amount"),
            pl.col("charge_amount").is_null().any().alias("has_line_without_charge"),
        )
        return self.batch.claims.hstack(
            taken(charges.drop("claim_key"), found_in(keys_of(charges), keys))
        ).with_columns(
            pl.Series("line_count", counts_of(keys_of(lines), keys)),
            pl.Series("diagnosis_count", counts_of(keys_of(listed), keys)),
            completed_years("patient_birth_date", "from_date").alias("patient_age"),
            _is_inpatient().alias("is_inpatient"),
            _rules_of().alias("rules_of"),
            self._stands(),
        )

    @cached_property
    def history_pairs(self) -> pl.DataFrame:
        """What the earlier claims of all patients show, as `pairs_shown` counts it; where that was not counted, those of this batch."""
        told = self.batch.history_pairs
        return pairs_shown(self, only_history=True) if told is None else told

    @cached_property
    def has_history(self) -> bool:
        """Whether earlier claims were given, of these patients or of others."""
        return self.batch.has_history or bool(self.batch.claims["is_history"].any())

    def _stands(self) -> pl.Series:
        """False for a void, and for a claim that a replacement or void takes the place of; of several the latest stands, history being earlier."""
        claims = self.batch.claims
        frequency = claims["claim_frequency_code"]
        if not ((frequency == "7") | (frequency == "8")).any():
            return pl.Series("stands", [True]).new_from_index(0, claims.height)
        takes_place = pl.col("claim_frequency_code").is_in(["7", "8"]).fill_null(value=False)
        same = ["patient_key", "claim_id"]
        latest = (
            claims.select(*same, "claim_key", "is_history", takes_place.alias("_takes"))
            .filter("_takes")
            .sort(
                pl.col("is_history").fill_null(value=False), "claim_key", descending=[True, False]
            )
            .group_by(same)
            .agg(pl.col("claim_key").last().alias("_latest"))
        )
        is_replaced = (
            claims.select(*same, "claim_key")
            .join(latest, on=same, how="left", maintain_order="left")
            .select((pl.col("_latest") != pl.col("claim_key")).fill_null(value=False))
            .to_series()
        )
        is_void = (claims["claim_frequency_code"] == "8").fill_null(value=False)
        return (~is_replaced & ~is_void).rename("stands")

    @cached_property
    def lines(self) -> pl.DataFrame:
        """One row a line, all columns of the model and those of the claim above it.

        Of the claim: claim_id, claim_type, is_history, as_of, submitted_date, file, patient_key, patient_birth_date, patient_sex, payer_class,
        rules_of, stands, billing_npi, billing_taxonomy_code, bill_type_code, claim_frequency_code, `diagnosis_count`, `line_count`,
        `is_inpatient`. And `patient_age`
        (completed years on the line's `from_date`), `provider_npi` (rendering, else billing).
        """
        above = self.claims.select(_ABOVE_LINES)
        return self.batch.lines.hstack(
            taken(above, self._claim_rows(self.batch.lines))
        ).with_columns(
            completed_years("patient_birth_date", "from_date").alias("patient_age"), _PROVIDER
        )

    @cached_property
    def line_codes(self) -> Codes:
        """The procedure code of each row of `lines`."""
        return Codes.of(self.lines["procedure_code"])

    @cached_property
    def line_days(self) -> Days:
        """The first day of each row of `lines` as a number."""
        return days(self.lines["from_date"])

    @cached_property
    def days(self) -> pl.DataFrame:
        """The lines on days with several procedure codes (see `cleanclaim.derived.pairs`)."""
        tables = self.table_of_lines("ptp")
        assert isinstance(tables, pl.Series)  # noqa: S101 - which table it is depends on the claim
        return lines_of_days(self.lines, tables)

    @cached_property
    def pairs(self) -> pl.DataFrame:
        """One row a pair of lines that NCCI bundles, on one day of one patient and provider.

        column_1, column_2 (the codes), indicator, valid_from, valid_to, rationale, release; of the column-two line claim_key, line_number,
        claim_id, is_history,
        rules_of, from_date, `modifiers`; of the column-one line the same with `other_` before the name.
        """
        pairs, _ = self._bundled
        kept = pairs.filter(~pl.col("_day").is_in(self._crowded["_day"].implode()))
        return of_lines(kept, self.days)

    @cached_property
    def _crowded(self) -> pl.DataFrame:
        pairs, _ = self._bundled
        return crowded_days(self.days, pairs)

    @cached_property
    def unjudged_pairs(self) -> pl.DataFrame:
        """The pairs of codes of one day that no table of pairs speaks of, as rows of `not_checked` without a claim, and the days with too many lines.

        A whole table speaks of all pairs on the days that it covers; a table of a few codes of those only that it holds.
        """
        codes, one, other = self._code_pairs
        _, held = self._bundled
        missing = self._silent_days(codes)[one] & ~held
        left_out = uncompared(self.days, self._crowded)
        if not missing.any():
            return left_out
        silent = pl.Series(missing)
        first, second = pl.Series(one).filter(silent), pl.Series(other).filter(silent)
        names = codes["procedure_code"]
        silent_pairs = unjudged(
            codes["from_date"].gather(first).dt.year(), names.gather(first), names.gather(second)
        )
        return pl.concat([left_out, silent_pairs])

    @cached_property
    def silent_days(self) -> pl.DataFrame:
        """The lines on days with a pair of codes that no table of pairs speaks of, or with too many lines to compare."""
        codes, one, _ = self._code_pairs
        _, held = self._bundled
        silent = pl.Series(self._silent_days(codes)[one] & ~held)
        of_pairs = codes["_day"].gather(pl.Series(one).filter(silent))
        days_of = pl.concat([of_pairs, self._crowded["_day"]]).unique()
        return self.days.filter(pl.col("_day").is_in(days_of.implode()))

    @cached_property
    def _code_pairs(self) -> tuple[pl.DataFrame, Ints, Ints]:
        return code_pairs(self.days)

    @cached_property
    def _bundled(self) -> tuple[pl.DataFrame, npt.NDArray[np.bool_]]:
        codes, one, other = self._code_pairs
        return bundled(codes, one, other, self.reference)

    def _silent_days(self, codes: pl.DataFrame) -> npt.NDArray[np.bool_]:
        """For each code of a day whether no whole table of pairs covers that day."""
        silent = np.zeros(codes.height, dtype=bool)
        for table in codes["_table"].unique():
            here = (codes["_table"] == table).to_numpy()
            silent |= here & ~covered(days(codes["from_date"]), self.reference.whole(table))
        return silent

    def spoken(self, name: str) -> Marks:
        """For each row of `lines` whether a table speaks of its code on its day (see `cleanclaim.derived.availability`)."""
        if name not in self._spoken:
            kind, _, rest = name.partition(" ")
            self._spoken[name] = (
                policy_marks(self.line_codes.numbers, self.line_days, self.reference, kind)
                if rest == "policies"
                else marks(
                    self.line_codes.numbers,
                    self.line_days,
                    self.table_of_lines(name),
                    self.reference,
                )
            )
        return self._spoken[name]

    def table_of_lines(self, name: str) -> pl.Series | str:
        """The reference table that stands for each row of `lines`; one name where it does not depend on the claim."""
        if name not in self._routes:
            self._routes[name] = routes(self.lines, self._settings, self.reference, name)
        return self._routes[name]

    @cached_property
    def _settings(self) -> pl.Series:
        return settings(self.lines)

    @cached_property
    def line_fees(self) -> pl.DataFrame:
        """`lines` met with the Medicare Physician Fee Schedule on its day.

        All columns of `lines`, and of the schedule's row for the whole service: `status`, `pctc`, `global_days`, `multiple_procedure`,
        `bilateral`, `assistant`,
        `co_surgeon`, `team`, `nonfacility_na`, `facility_na`, `release`; null where it holds no such row. And `visit` (the code is a visit),
        `unit_limit`, `unit_adjudication`,
        `unit_release` of the table of unit limits, `day_units` (units of the code on that day, of patient and provider, over all lines).
        """
        periods = Periods.of(self.reference, "mpfs", WHOLE_SERVICE)
        codes, on = self.line_codes, self.line_days
        fees = taken(periods.table.select(_FEES), periods.rows_on(periods.spans(codes), on))
        visits = self.reference.derived("visits", self._visit_codes)["code"].to_numpy()
        known = self.lines.hstack(fees).hstack(self._limits(codes, on))
        return known.with_columns(
            pl.Series("visit", is_among(codes.distinct, visits)[codes.at]),
            pl.Series("day_units", self._day_units(known)),
        )

    def _visit_codes(self) -> pl.DataFrame:
        visits = packed(self.reference.table("visit_codes")["code"])
        return pl.DataFrame({"code": np.unique(visits)})

    def _limits(self, codes: Codes, on: Days) -> pl.DataFrame:
        """unit_limit, unit_adjudication and unit_release of each line."""
        tables = pl.Series(self.table_of_lines("mue"))
        shape = {"max_units": pl.Int64, "adjudication": pl.Int8, "release": pl.String}
        parts = [pl.DataFrame(schema=shape)]
        rows = np.full(self.lines.height, -1, dtype=np.int64)
        above = 0
        for table in tables.unique().drop_nulls():
            if table not in self.reference.names():
                continue
            periods = Periods.of(self.reference, table)
            at = periods.rows_on(periods.spans(codes), on)
            rows = np.where(
                (tables == table).fill_null(value=False).to_numpy() & (at >= 0), at + above, rows
            )
            above += periods.table.height
            parts.append(periods.table.select(list(shape)))
        limits = parts[-1] if len(parts) == 2 else pl.concat(parts)
        return taken(limits, rows).rename(
            {
                "max_units": "unit_limit",
                "adjudication": "unit_adjudication",
                "release": "unit_release",
            }
        )

    def _day_units(self, known: pl.DataFrame) -> npt.NDArray[np.float64]:
        """The units of each line's code on its day, over all lines of patient and provider that stand."""
        units = (
            known.select(pl.when("stands").then(daily_units()).fill_null(0.0))
            .to_series()
            .to_numpy()
        )
        same = groups(
            known, ["patient_key", "provider_npi", "from_date", "procedure_code", "unit_release"]
        )
        return np.asarray(np.bincount(same, weights=units, minlength=1)[same], dtype=np.float64)

    @cached_property
    def line_modifiers(self) -> pl.DataFrame:
        """One row a line and modifier on it.

        claim_key, line_number, `modifier_number`, `modifier`, and of the line procedure_code, from_date, to_date, claim_type, payer_class,
        patient_key, is_history, as_of.
        """
        rows, numbers, values = unpivoted(self.lines, MODIFIERS)
        context = self.lines.select(
            "claim_key",
            "line_number",
            "procedure_code",
            "from_date",
            "to_date",
            "claim_type",
            "payer_class",
            "patient_key",
            "is_history",
            "as_of",
        )
        return taken(context, rows).with_columns(
            pl.Series("modifier_number", numbers + 1), values.alias("modifier")
        )

    @cached_property
    def pointers(self) -> pl.DataFrame:
        """One row a line and pointer as sent.

        claim_key, line_number, `pointer_position` (1-4), `diagnosis_number` pointed at, whether or not there is such a diagnosis.
        """
        rows, numbers, values = self._as_sent
        return taken(self.batch.lines.select("claim_key", "line_number"), rows).with_columns(
            pl.Series("pointer_position", numbers + 1), values.alias("diagnosis_number")
        )

    @cached_property
    def line_diagnoses(self) -> pl.DataFrame:
        """One row a line and diagnosis it points at, the pointer resolved.

        claim_key, line_number, pointer_position, diagnosis_number, diagnosis_code, icd_version, and of the line: procedure_code, modifier_1 …
        modifier_4,
        from_date, claim_type, payer_class, patient_key, patient_age, patient_sex, is_history. Pointers to no diagnosis are left out.
        """
        rows, numbers, pointed = self._as_sent
        at = self._diagnosis_rows(rows, pointed)
        there = at >= 0
        of_line = self.lines.select(
            "claim_key",
            "line_number",
            "procedure_code",
            *MODIFIERS,
            "from_date",
            "claim_type",
            "payer_class",
            "patient_key",
            "patient_age",
            "patient_sex",
            "is_history",
        )
        codes = self.batch.diagnoses.select("diagnosis_number", "diagnosis_code", "icd_version")
        return (
            taken(of_line, rows[there])
            .hstack(taken(codes, at[there]))
            .with_columns(pl.Series("pointer_position", numbers[there] + 1))
        )

    @cached_property
    def diagnoses(self) -> pl.DataFrame:
        """One row a diagnosis: all columns of the model, those of the claim above it (as in `lines`), and more.

        `on_date`, `last_date`: the first and last day the code must be in force: days of the lines that point at it, else of the claim;
        the discharge (statement through) day for an inpatient claim; the statement's first day for an outpatient one.
        `patient_age`: completed years on `on_date`.
        `is_pointed_at`: some line points at it.
        `has_sibling`: another diagnosis of the claim has the same first three characters.
        `code_loaded`: the validity table of its code system covers both days; null where there is no date or code, or where the code
        system itself is the wrong one for the date (DX105's business).
        `in_force`: billable on both days. `ever_in_force`: billable on some day. `first_valid`, `last_valid`: that code's first and last
        day ever. `release`: the release that the validity was read from.
        and each of `ATTRIBUTES` on `on_date` (false where the code is not in force then).
        """
        base = self._dated_diagnoses()
        codes = Codes.of(base["diagnosis_code"])
        dated = base.hstack(validity(base, codes, self.reference)).with_columns(
            is_loaded(self.reference).alias("code_loaded")
        )
        return dated.hstack(attributes(dated, codes, self.reference)).with_columns(
            pl.col(ATTRIBUTES) & pl.col("code_loaded").fill_null(value=False)
        )

    @cached_property
    def never_billable(self) -> pl.DataFrame:
        """The ICD-10 rows of `diagnoses` whose code was never billable, with `form`, `stem` and `padded` (see `cleanclaim.derived.billable`)."""
        rows = self.diagnoses.filter(
            (pl.col("icd_version") == 10)
            & ~pl.col("ever_in_force")
            & pl.col("code_loaded")
            & pl.col("diagnosis_code").is_not_null()
        )
        if rows.is_empty():
            return rows.with_columns(
                pl.lit(None, pl.String).alias(name) for name in ("form", "stem", "padded")
            )
        return rows.join(
            why_not_billable(rows["diagnosis_code"].unique(), self.reference),
            left_on="diagnosis_code",
            right_on="code",
            how="left",
        )

    def _dated_diagnoses(self) -> pl.DataFrame:
        first, last = self._pointed_days()
        above = self.claims.select(_ABOVE_DIAGNOSES)
        diagnoses = self.batch.diagnoses
        institutional = pl.col("claim_type") == "institutional"
        own_day = pl.when("is_inpatient").then("claim_through_date").otherwise("claim_from_date")
        return (
            diagnoses.hstack(taken(above, self._claim_rows(diagnoses)))
            .with_columns(
                pl.when(institutional)
                .then(own_day)
                .otherwise(pl.coalesce(first, "claim_from_date"))
                .alias("on_date"),
                pl.when(institutional)
                .then(own_day)
                .otherwise(pl.coalesce(last, "claim_to_date"))
                .alias("last_date"),
                pl.Series("is_pointed_at", self._pointer_counts() > 0),
                pl.Series("has_sibling", _has_sibling(diagnoses)),
            )
            .with_columns(completed_years("patient_birth_date", "on_date").alias("patient_age"))
        )

    def _claim_rows(self, table: pl.DataFrame) -> Ints:
        """For each row of a table the row of its claim."""
        return found_in(keys_of(self.batch.claims), keys_of(table))

    @cached_property
    def _as_sent(self) -> tuple[Ints, Ints, pl.Series]:
        """The pointers of lines: row of the line, position less one, diagnosis number."""
        return unpivoted(self.batch.lines, POINTERS)

    @cached_property
    def _pointed(self) -> tuple[Ints, Ints]:
        """For each pointer that meets a diagnosis: the line's row, the diagnosis' row."""
        rows, _, pointed = self._as_sent
        at = self._diagnosis_rows(rows, pointed)
        return rows[at >= 0], at[at >= 0]

    def _diagnosis_rows(self, line_rows: Ints, numbers: pl.Series) -> Ints:
        """The row of the diagnosis of that number on each line's claim, -1 for none."""
        diagnoses = self.batch.diagnoses
        known = keys_of(diagnoses) * MOST_NUMBERS + whole_numbers(diagnoses["diagnosis_number"])
        keys = keys_of(self.batch.lines)[line_rows]
        wanted = numbers.to_numpy()
        at = found_in(known, keys * MOST_NUMBERS + wanted)
        return np.where((wanted > 0) & (wanted < MOST_NUMBERS), at, -1)

    def _pointer_counts(self) -> Ints:
        return np.bincount(self._pointed[1], minlength=self.batch.diagnoses.height)

    def _pointed_days(self) -> tuple[pl.Series, pl.Series]:
        """For each diagnosis the first and the last day of the lines that point at it; null where there are none."""
        lines, at = self._pointed
        count = self.batch.diagnoses.height
        found = []
        for column, choose, worst in (
            ("from_date", np.minimum, np.int32(2**31 - 1)),
            ("to_date", np.maximum, NO_DAY),
        ):
            day = days(self.batch.lines[column])[lines]
            there = day != NO_DAY
            best = np.full(count, worst, dtype=np.int32)
            choose.at(best, at[there], day[there])
            found.append(_dates(best, best == worst))
        return found[0], found[1]


def _dates(numbers: Days, missing: npt.NDArray[np.bool_]) -> pl.Series:
    """Days as numbers as a column of dates, null where they are missing."""
    return pl.Series(np.where(missing, np.datetime64("NaT"), numbers.astype("datetime64[D]")))


WHOLE_SERVICE: Final = pl.col("modifier").is_null()
"""Of the fee schedule: the rows that stand for a service as a whole, not for one of its components."""


@cache
def _rules_of() -> pl.Expr:
    """The programme whose rules bind a claim: what its payer adopted, else the payer itself."""
    programme = pl.col("payer_class").is_in(["medicare", "medicaid"]).fill_null(value=False)
    return pl.coalesce("rules_of", pl.when(programme).then("payer_class"))


@cache
def completed_years(born: str, on: str) -> pl.Expr:
    """Completed years between two date columns; null where either is missing, negative where `on` is before `born`."""
    before_birthday = (pl.col(on).dt.month().cast(pl.Int32) * 100 + pl.col(on).dt.day()) < (
        pl.col(born).dt.month().cast(pl.Int32) * 100 + pl.col(born).dt.day()
    )
    return (pl.col(on).dt.year() - pl.col(born).dt.year() - before_birthday.cast(pl.Int32)).cast(
        pl.Int64
    )


@cache
def _is_inpatient() -> pl.Expr:
    bill = pl.col("bill_type_code").str.slice(0, 2).is_in(_INPATIENT_BILLS)
    return ((pl.col("claim_type") == "institutional") & bill).fill_null(value=False)


def _has_sibling(diagnoses: pl.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether another diagnosis of the claim begins with the same three characters."""
    keys = keys_of(diagnoses)
    categories = packed(diagnoses["diagnosis_code"].str.slice(0, 3))
    order = np.lexsort((categories, keys))
    keys, categories = keys[order], categories[order]
    same = (keys[1:] == keys[:-1]) & (categories[1:] == categories[:-1])
    found = np.zeros(len(keys), dtype=bool)
    found[order[1:][same]] = True
    found[order[:-1][same]] = True
    return found


def pairs_shown(claims: Claims, *, only_history: bool = False) -> pl.DataFrame:
    """How often claims show each procedure with each category of diagnosis (its first three characters), by line; what was voided or replaced does not count.

    Returns:
        procedure_code, category (null for all lines with a diagnosis), lines.
    """
    counted = claims.claims.filter("stands", (pl.col("is_history") if only_history else True))
    lines = claims.line_diagnoses.lazy().join(
        counted.lazy().select("claim_key"), on="claim_key", how="semi"
    )
    category = pl.col("diagnosis_code").str.slice(0, 3).alias("category")
    by_category = lines.with_columns(category)
    whole = lines.with_columns(pl.lit(None, pl.String).alias("category"))
    return (
        pl.concat([by_category, whole])
        .group_by("procedure_code", "category")
        .agg(pl.struct("claim_key", "line_number").n_unique().cast(pl.Int64).alias("lines"))
        .sort("procedure_code", "category")
        .collect()
    )


def pairs_together(counted: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """What several groups of claims show (`pairs_shown`), in all."""
    return (
        pl.concat(counted)
        .group_by("procedure_code", "category")
        .agg(pl.col("lines").sum())
        .sort("procedure_code", "category")
    )
