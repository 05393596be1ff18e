"""A valid claim is never flagged: every ICD-10-CM code of a day, each alone on an office visit of a fitting patient."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from cleanclaim.edits.registry import own_edits
from cleanclaim.edits.samples import professional
from cleanclaim.engine.check import check
from cleanclaim.model import Batch
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference

DAY = date(2026, 4, 1)
MAY_NOT_STAND_FIRST = {
    "DX108": r"",  # manifestations, by the Medicare Code Editor
    "DX109": r"^[V-Y]",  # external causes
    "DX110": r"^T(3[6-9]|4|50)",  # underdosing
    "DX111": r"^(C802|D47Z1|G46|H1082|H2623|I258[234]|I7092|J1282|J705|K82A|M906|R054|R297|Z3A|Z91)",  # code first, without condition
    "DX119": r"^(Z15|Z16|Z68)",  # never first, by the guidelines
    "DX123": r"^(B9[567]|O94|R65[12]|R297|R402[1-4]|Z37|Z3A|Z16|T(3[6-9]|4|50))",  # never first, by the guidelines
}
WARNED = {
    "DX115": r"",  # no side
    "DX111": r"^(G212|G622|G701|G722|H1021|H463|J6[89]|J70[89]|K521|T2[0-8]|D8981|D8983|E88A|F04|F06|F067|F09|G920|H36|I314|I468|I76|I851|J3482|J9312|K7681|M415|N483|R402A|T8112|Z983)",  # toxic damage or another cause, without it
    "DX133": r"^(C802|D631|F4542|G893|I16|I22|R297|Z0181|Z3A)",  # coded only with another one
    "DX120": r"S$",  # a sequela without the condition that it left
    "DX123": r"^(Z283|Z5[5-9]|Z6[0-6])",  # what adds to a condition
    "DX144": r"^Z(38|0011)",  # a newborn's, on another day of life
    "DX124": r"^Z0(0[01]|1)",  # an examination with abnormal findings, and no finding
    "DX125": r"^O8[02]$",  # a delivery without its outcome
    "DX127": r"^Z51",  # a treatment without the disease
    "LNK107": r"",
}


@pytest.fixture(scope="module")
def sweep(reference: Reference) -> tuple[Batch, pl.DataFrame]:
    on_the_day = pl.lit(DAY).is_between("valid_from", "valid_to")
    codes = reference.table("icd10cm").filter(on_the_day).select("code").unique().sort("code")
    groups = (
        reference.table("icd10cm_attributes")
        .filter(on_the_day)
        .select("code", "newborn", "pediatric")
    )
    people = codes.join(groups, on="code", how="left").select(
        "code",
        pl.when("newborn")
        .then(pl.date(2026, 3, 1))
        .when("pediatric")
        .then(pl.date(2020, 3, 1))
        .otherwise(pl.date(1980, 2, 14))
        .alias("born"),
    )
    one = batch_of([professional(from_date="2026-04-01")])
    many = people.height
    keys = pl.Series("claim_key", range(many), dtype=pl.Int64)

    def repeated(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.select(pl.all().repeat_by(many).explode()).with_columns(keys)

    claims = repeated(one.claims).with_columns(
        claim_id=people["code"],
        patient_key=keys.cast(pl.UInt64),
        patient_birth_date=people["born"],
        member_id=people["code"],
    )
    batch = replace(
        one,
        claims=claims,
        lines=repeated(one.lines),
        diagnoses=repeated(one.diagnoses).with_columns(diagnosis_code=people["code"]),
    )
    return batch, check(batch, reference, own_edits()).findings


def test_the_day_has_all_its_codes(sweep: tuple[Batch, pl.DataFrame]) -> None:
    assert sweep[0].claims.height == 74_719


def test_no_code_is_flagged_harder_than_a_warning_unless_it_may_not_stand_first(
    sweep: tuple[Batch, pl.DataFrame], reference: Reference
) -> None:
    hard = sweep[1].filter(~pl.col("disposition").cast(pl.String).is_in(["warn", "info"]))
    assert set(hard["code"].unique()) <= set(MAY_NOT_STAND_FIRST)
    for edit, pattern in MAY_NOT_STAND_FIRST.items():
        codes = hard.filter(pl.col("code") == edit)["claim_id"]
        assert codes.filter(~codes.str.contains(pattern)).to_list() == []
    flagged = reference.table("icd10cm_attributes").filter(
        pl.lit(DAY).is_between("valid_from", "valid_to"), "manifestation"
    )
    assert set(hard.filter(pl.col("code") == "DX108")["claim_id"]) == set(flagged["code"])


def test_warnings_have_their_reasons(sweep: tuple[Batch, pl.DataFrame]) -> None:
    warned = sweep[1].filter(pl.col("disposition").cast(pl.String) == "warn")
    assert set(warned["code"].unique()) <= set(WARNED)
    for edit, pattern in WARNED.items():
        codes = warned.filter(pl.col("code") == edit)["claim_id"]
        assert codes.filter(~codes.str.contains(pattern)).to_list() == []
