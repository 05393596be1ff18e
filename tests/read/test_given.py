"""Claims as Python code gives them: content, files, frames of several libraries, mappings with people's names."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import cleanclaim
import workbooks
from cleanclaim.edits.samples import interchange
from cleanclaim.errors import CleanclaimError, ConfigError, InputError, TableError

X12 = interchange(("HI*ABK", "HI*ABK:M545"))
CSV = "Acct,CPT,DOS,Dx\nA1,97110,5/12/2026,M54.5\n"
ROW: dict[str, Any] = {"Acct": "A1", "CPT": "97110", "DOS": "5/12/2026", "Dx": "M54.5"}
NESTED: dict[str, Any] = {"acct": "A1", "dx1": "M54.5", "lines": [{"cpt": "97110", "dos": "12-May-2026"}]}  # fmt: skip


def codes(claims: Any, **options: Any) -> list[str]:
    report = cleanclaim.check(claims, **{"select": "DX102", **options})
    return list(report.findings["code"])


class TestContent:
    @pytest.mark.parametrize("content", [X12.encode(), bytearray(X12.encode()), CSV.encode(), workbooks.example()])  # fmt: skip
    def test_bytes(self, content: bytes) -> None:
        assert codes(content) == ["DX102"]

    def test_several_have_their_own_names(self) -> None:
        report = cleanclaim.check([X12.encode(), CSV.encode()], select=["DX102"])
        assert report.findings["file"].to_list() == ["bytes 1", "bytes 2"]

    def test_open_files(self, tmp_path: Path) -> None:
        path = tmp_path / "a.837"
        path.write_text(X12)
        with path.open("rb") as binary, path.open() as text:
            report = cleanclaim.check(binary, select=["DX102"])
            assert report.findings["file"].to_list() == [str(path)]
            assert codes(text) == ["DX102"]
            assert not binary.closed
        assert codes(io.StringIO(X12)) == ["DX102"]
        with pytest.raises(InputError, match="it is closed, or not open for reading"):
            codes(binary)

    def test_content_in_place_of_a_path_is_told_without_showing_it(self) -> None:
        with pytest.raises(InputError, match=r"pass bytes, such as text\.encode") as told:
            codes(X12)
        assert "EXAMPLE" not in str(told.value)

    def test_what_cannot_be_read_is_one_error(self) -> None:
        with pytest.raises(InputError, match="bytes: the file is empty"):
            codes(b"")
        with pytest.raises(InputError, match="expected a list of one kind"):
            codes([X12.encode(), ROW])


class TestFrames:
    @pytest.mark.parametrize(
        "frame",
        [pl.DataFrame([ROW]), pl.DataFrame([ROW]).lazy(), pd.DataFrame([ROW]), pl.DataFrame([ROW]).to_arrow()],
        ids=["polars", "lazy", "pandas", "arrow"],
    )  # fmt: skip
    def test_a_frame_with_a_row_for_each_line(self, frame: Any) -> None:
        assert codes(frame) == ["DX102"]
        report = cleanclaim.check(frame, select=["DX102"])
        assert report.lines["from_date"].to_list() == [dt.date(2026, 5, 12)]

    def test_pandas_types(self) -> None:
        frame = pd.DataFrame(
            {
                "claim_id": [1001, 1002],
                "cpt": ["97110", 99213],
                "dos": pd.to_datetime(["2026-05-12", None]),
                "dob": [dt.date(1980, 2, 14), float("nan")],
                "charge": [80.5, np.nan],
                "units": pd.array([2, None], dtype="Int64"),
                "sex": pd.Categorical(["f", None]),
                "pos": pd.array(["11", pd.NA], dtype="string"),
                "Comments": [object(), None],
            }
        )
        report = cleanclaim.check(frame, select=["DX102"])
        claims = report.batch.claims.select("claim_id", "patient_birth_date", "patient_sex").rows()
        assert claims == [("1001", dt.date(1980, 2, 14), "F"), ("1002", None, None)]
        columns = ["procedure_code", "from_date", "charge_amount", "units", "place_of_service_code"]
        assert report.lines.select(columns).rows() == [
            ("97110", dt.date(2026, 5, 12), Decimal("80.50"), Decimal("2.000"), "11"),
            ("99213", None, None, None, None),
        ]
        assert report.notes == ("data frame: columns that aren't used: 'Comments'.",)

    def test_pandas_tables_by_name(self) -> None:
        tables = {
            "claims": pd.DataFrame({"acct": ["A1"], "dx1": ["M54.5"]}),
            "lines": pd.DataFrame({"acct": ["A1"], "cpt": ["97110"], "dos": ["5/12/2026"]}),
        }
        assert codes(tables) == ["DX102"]
        with pytest.raises(InputError, match="expected data frames by the names claims, lines, diagnoses"):  # fmt: skip
            codes({"claim": tables["claims"], "lines": tables["lines"]})

    def test_the_columns_may_be_told(self) -> None:
        frame = pd.DataFrame({"Ref": ["A1"], "CPT": ["97110"], "Day": ["5/12/2026"], "Dx": ["M54.5"]})  # fmt: skip
        assert codes(frame, columns={"Ref": "claim_id", "Day": "from_date"}) == ["DX102"]


class TestMappings:
    def test_names_and_dates_as_tables_have_them(self) -> None:
        for line in (
            {"CPT Code": "97110", "DOS": "05/12/26"},
            {"24D": 97110, "24A": dt.datetime(2026, 5, 12, 8, 30, tzinfo=dt.UTC)},
            {"procedure_code": "97110", "from_date": np.datetime64("2026-05-12")},
            {"hcpcs": np.int64(97110), "date_of_service": pd.Timestamp("2026-05-12 00:00:00")},
            {"cpt": "97110", "dos": 46154, "charge": "$1,080.00", "mod": "GP", "pointers": "A"},
        ):
            claim = {"Patient Acct No": "A1", "Dx": "M54.5", "sex": "Female", "lines": [line]}
            report = cleanclaim.check(claim, select=["DX102"])
            assert report.findings["claim_id"].to_list() == ["A1"]
            assert report.batch.claims["patient_sex"].to_list() == ["F"]
            assert report.lines["from_date"].to_list() == [dt.date(2026, 5, 12)]
        assert report.lines.select("charge_amount", "modifier_1", "diagnosis_pointer_1").row(0) == (Decimal("1080.00"), "GP", 1)  # fmt: skip

    @pytest.mark.parametrize("given", ["M54.5", "M54.5, I10", ["M54.5", "I10"], [{"dx": "M54.5"}]])
    def test_diagnoses(self, given: Any) -> None:
        assert codes({"claim_id": "A1", "diagnoses": given, "lines": NESTED["lines"]}) == ["DX102"]
        assert codes(NESTED) == ["DX102"]

    def test_missing_values_of_libraries_are_missing(self) -> None:
        line = {"cpt": "97110", "dos": pd.NaT, "charge": float("nan"), "units": pd.NA, "mod1": ""}
        report = cleanclaim.check({"claim_id": "A1", "lines": [line]}, select=["DX102"])
        columns = ["from_date", "charge_amount", "units", "modifier_1"]
        assert report.lines.select(columns).row(0) == (None,) * 4

    def test_a_birth_date_is_not_after_the_service(self) -> None:
        claim = {**NESTED, "dob": "07/04/31"}
        assert cleanclaim.check(claim, select=["DX102"]).batch.claims["patient_birth_date"][
            0
        ] == dt.date(1931, 7, 4)

    def test_rows_are_a_table(self) -> None:
        report = cleanclaim.check(
            [ROW, {**ROW, "CPT": 97112, "charge": Decimal("80.00")}], select="DX102"
        )
        assert (report.claims.height, report.lines.height) == (1, 2)
        assert codes([ROW]) == ["DX102"]

    @pytest.mark.parametrize(
        ("claim", "says"),
        [
            ({"claim_id": "A1", "lines": "97110"}, "claim 1: lines expects a list of mappings, found a number"),
            ({"claim_id": "A1", "lines": {"cpt": "97110"}}, "claim 1: lines expects a list of mappings, found a mapping"),
            ({"claim_id": "A1", "lines": ["97110"]}, "claim 1: lines expects a list of mappings, found a number of 5 digits in it"),
            ({"claim_id": "A1", "diagnoses": 7}, "claim 1: diagnoses expects a list of codes or mappings, found a number"),
            ({"claim_id": "A1", "diagnoses": ["I10", 7]}, "found a number in it"),
            ({"claim_id": "A1", "lines": [{"cpt": "99213", "hcpcs": "99213"}]}, "claim 1: 'cpt' and 'hcpcs' both mean lines.procedure_code"),
            ({"claim_id": "A1", "lines": [{"cpt": "99213", "dos": "soon"}]}, "claim 1: lines.from_date expects a date"),
            ({"claim_id": "A1", "lines": [{"cpt": "99213", "modifiers": 25}]}, "claim 1: lines.modifiers expects a list of at most 4"),
        ],
    )  # fmt: skip
    def test_a_wrong_claim_is_one_error(self, claim: dict[str, Any], says: str) -> None:
        with pytest.raises(TableError) as told:
            cleanclaim.check(claim)
        assert says in str(told.value)


class TestOptions:
    def test_what_a_user_would_expect_is_accepted(self) -> None:
        assert codes(NESTED, select="DX102, DX101") == ["DX102"]
        assert codes(NESTED, ignore="DX102", select=()) != ["DX102"]
        for as_of in (
            "2026-06-01",
            "6/1/2026",
            dt.datetime(2026, 6, 1, tzinfo=dt.UTC),
            dt.date(2026, 6, 1),
        ):
            report = cleanclaim.check(NESTED, as_of=as_of, select=["DX102"])
            assert report.claims["as_of"].to_list() == [dt.date(2026, 6, 1)]

    @pytest.mark.parametrize(
        ("options", "says"),
        [
            ({"min_disposition": "warm"}, "min_disposition: expected one of reject, return, deny-claim, deny-line, suspend, warn, info, found 'warm'"),
            ({"min_disposition": 3}, "min_disposition: expected one of"),
            ({"as_of": "soon"}, "as_of: expected a date (YYYY-MM-DD), found text of 4 characters"),
            ({"as_of": 20260601}, "as_of: expected a date"),
            ({"select": 102}, "select: expected codes, families or names of edits, found a number"),
            ({"select": ["DX102", 7]}, "select: expected codes, families or names of edits, found a number among them"),
            ({"ignore": {"DX102": True}}, "ignore: expected codes, families or names of edits, found a mapping"),
            ({"payer_class": 1}, "payer_class: expected text, found a number"),
            ({"payer_class": "Medicare"}, "payer_class: 'Medicare'; expected one of medicare"),
            ({"policy_state": ["OH"]}, "policy_state: expected text, found a list"),
            ({"adopts": "60054"}, "adopts: expected whose rules each payer adopted"),
            ({"history": 7}, "history: expected paths, found a number"),
            ({"history": [7]}, "history: expected paths"),
            ({"edits": "DX102"}, "edits: expected a list of edits, found text of 5 characters"),
            ({"edits": ["DX102"]}, "edits: expected a list of edits, found a list"),
            ({"reference": "store"}, "reference: expected a cleanclaim.Reference"),
            ({"sheet": 1.5}, "sheet: expected text, found a number"),
            ({"columns": 7}, "columns: columns: expected the model's name for each column, found a number"),
            ({"columns": {"Acct": "claim_identifier"}}, "column 'Acct': the model has no column 'claim_identifier'"),
            ({"columns": {"A": "claim_id", "B": "claim_id"}}, "several columns mean 'claim_id'"),
            ({"columns": "none.toml"}, "none.toml: No such file"),
        ],
    )  # fmt: skip
    def test_a_wrong_value_is_one_error(self, options: dict[str, Any], says: str) -> None:
        with pytest.raises(ConfigError) as told:
            cleanclaim.check(NESTED, **options)
        assert says in str(told.value)

    @pytest.mark.parametrize(
        "claims", [7, None, 1.5, [7], [None], object(), {"claims": 7}, [[ROW]]]
    )
    def test_whatever_is_given_only_cleanclaim_s_errors_are_raised(self, claims: Any) -> None:
        with pytest.raises(CleanclaimError):
            cleanclaim.check(claims)


def test_price_diff_and_explain_are_exported() -> None:
    lines = cleanclaim.price(NESTED)
    assert lines.columns[:3] == ["file", "claim_id", "line_number"]
    assert (lines["allowed"][0] is None) != (lines["reason"][0] is None)
    found = cleanclaim.diff("FY2025", "FY2026", tables=["icd10cm"])
    assert "G35" in found.rows["code"].to_list()
    assert cleanclaim.explain("DX102").startswith("DX102  diagnosis-not-in-force")
    assert "M54.5" in cleanclaim.explain("M54.5", on=dt.date(2026, 5, 12))
