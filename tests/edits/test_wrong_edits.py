"""An edit that is wrong never runs as "no findings": it is refused by name, and everything else is checked."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from cleanclaim.edits import registry
from cleanclaim.edits.registry import own_edits
from cleanclaim.edits.samples import professional
from cleanclaim.failures import Failure
from cleanclaim.job import Job
from cleanclaim.pipeline import run_whole
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference

HEAD: Final = """
from datetime import date
import polars as pl
from cleanclaim.edits.edit import Disposition, Source, fails, passes, query_edit, row_edit
from cleanclaim.edits.samples import professional
"""
ROW: Final = (
    HEAD
    + '''
@row_edit(
    code="ORG101",
    name="many-units",
    disposition=Disposition.WARN,
    source=Source("House rules", "units", "Example Clinic", date(2026, 11, 27)),
    column="lines.units",
    carc="16",
    rarc="M53",
    payers=("medicare",),
    table="lines",
    evidence=("procedure_code", "units"),
    message="{procedure_code} has {units} units.",
    suggestion="Check the units.",
    needs={"mpfs": pl.col("units") > 9},
    examples=(
        fails("ten", professional(lines=[{"units": 10}]), line_number=1),
        passes("nine", professional(lines=[{"units": 9}])),
    ),
)
def many_units() -> pl.Expr:
    """More than nine units."""
    return pl.col("units") > 9
'''
)
QUERY: Final = (
    HEAD
    + '''
@query_edit(
    code="ORG102",
    name="many-lines",
    disposition=Disposition.WARN,
    source=Source("House rules", "lines", "Example Clinic", date(2026, 11, 27)),
    column="claims.claim_id",
    message="The claim has {count} lines.",
    scope="claim",
    when={"claims": pl.col("line_count") > 1},
    examples=(
        fails("two", professional(lines=[{}, {"procedure_code": "99214"}])),
        passes("one", professional()),
    ),
)
def many_lines(claims, reference):
    """More than one line."""
    return claims.claims.select("claim_key", pl.col("line_count").alias("count"))
'''
)
WRONG: Final = {
    # what it says of itself
    "code in small letters": (ROW, '"ORG101"', '"org101"', "code must be"),
    "name with spaces": (ROW, '"many-units"', '"Many units"', "name must be"),
    "no such disposition": (ROW, "Disposition.WARN", '"warm"', "disposition is 'warm'"),
    "misspelled disposition": (ROW, "Disposition.WARN", "Disposition.WARM", "WARM"),
    "no source": (ROW, 'Source("House rules", "units", "Example Clinic", date(2026, 11, 27))', '"House rules"', "source must be"),
    "no message": (ROW, '"{procedure_code} has {units} units."', '""', "message is empty"),
    "misspelled attribute": (ROW, "suggestion=", "sugestion=", "did you mean 'suggestion'"),
    "attribute of the other kind": (ROW, 'table="lines",', 'table="lines", scope="claim",', "no 'scope'"),
    "no docstring": (ROW, '    """More than nine units."""\n', "", "docstring"),
    "no such payer class": (ROW, '("medicare",)', '("medicair",)', "isn't a payer class"),
    "no such column at fault": (ROW, '"lines.units"', '"lines.unit"', "did you mean 'lines.units'"),
    "no such table": (ROW, 'table="lines"', 'table="line"', "table is 'line'"),
    "no such scope": (QUERY, 'scope="claim"', 'scope="claims"', "scope is 'claims'"),
    "placeholder without evidence": (ROW, "{units} units", "{unit} units", "did you mean 'units'"),
    "placeholder in the suggestion": (ROW, "Check the units.", "Check {count}.", "{count} isn't among"),
    "unknown form": (ROW, "{units} units", "{units:dollars} units", "unknown form 'dollars'"),
    "open brace": (ROW, "{units} units", "{units units", "brace"),
    "no such reference table": (ROW, '"mpfs"', '"mfps"', "did you mean 'mpfs'"),
    "need that can't be covered": (ROW, '"mpfs"', '"visit_codes"', "can't be tested"),
    "test of no table": (QUERY, '"claims": pl', '"claim": pl', "no table 'claim'"),
    "test beside of no table": (QUERY, "    examples=(", '    beside={"claim": pl.col("line_count") > 1},\n    examples=(', "beside: there is no table 'claim'"),
    "examples of no kind": (ROW, 'passes("nine", professional(lines=[{"units": 9}])),', '"nine",', "examples must be"),
    # what only tables show
    "no such reason code": (ROW, 'carc="16"', 'carc="CO16"', "carc 'CO16'"),
    "no such remark code": (ROW, 'rarc="M53"', 'rarc="M999"', "rarc 'M999'"),
    "misspelled column": (ROW, 'return pl.col("units")', 'return pl.col("unit")', "no column 'unit'"),
    "misspelled evidence": (ROW, '("procedure_code", "units")', '("procedur_code", "units")', "{procedure_code} isn't among"),
    "evidence of no column": (ROW, '"units"),\n', '"units", "unit"),\n', "no column 'unit'"),
    "neither true nor false": (ROW, 'return pl.col("units") > 9', 'return pl.col("units") + 9', "expected true or false"),
    "no expression": (ROW, 'return pl.col("units") > 9', "return 9", "expected an expression"),
    "need of a misspelled column": (ROW, 'pl.col("units") > 9}', 'pl.col("unit") > 9}', "no column 'unit'"),
    "test of a misspelled column": (QUERY, 'pl.col("line_count") > 1}', 'pl.col("lines") > 1}', "no column 'lines'"),
    "test beside of a misspelled column": (QUERY, "    examples=(", '    beside={"claims": pl.col("lines") > 1},\n    examples=(', "no column 'lines'"),
    "query of a misspelled column": (QUERY, 'pl.col("line_count").alias', 'pl.col("line_cout").alias', "no column 'line_cout'"),
    "query without a key": (QUERY, '"claim_key", pl', "pl", "no claim_key"),
    "query without its evidence": (QUERY, '.alias("count")', '.alias("lines")', "'count'"),
    "query that returns nothing": (QUERY, "    return claims.claims.select", "    claims.claims.select", "expected a frame"),
    "query that fails on claims": (QUERY, "    return claims", "    1 // (claims.claims.height - 1)\n    return claims", "ZeroDivisionError"),
    "wrong disposition on a row": (QUERY, '.alias("count"))', '.alias("count"), pl.lit("warm").alias("disposition"))', "warm"),
    "example of no column": (QUERY, 'passes("one", professional())', 'fails("one", professional(colour="red"))', "colour"),
    "syntax": (ROW, "def many_units() -> pl.Expr:", "def many_units( -> pl.Expr:", "SyntaxError"),
}  # fmt: skip
CLAIM: Final = professional(lines=[{"units": 10}, {"procedure_code": "99214"}])


def checked(text: str, folder: Path, reference: Reference) -> tuple[list[str], list[str]]:
    """Codes of the findings, and the failures, of a claim checked with cleanclaim's edits and one of a folder."""
    (folder / "ORG.py").write_text(text)
    found, errors = registry.folder_edits(folder)
    broken = tuple(Failure("edit", error.where, None, str(error)) for error in errors)
    edits = tuple(registry.together(own_edits(), found))
    report = run_whole(Job((), reference, edits, broken=broken, held=batch_of([CLAIM])))
    return report.findings["code"].to_list(), [str(failure) for failure in report.failures]


@pytest.mark.parametrize(("text", "code"), [(ROW, "ORG101"), (QUERY, "ORG102")])
def test_they_are_right_as_they_are(
    text: str, code: str, tmp_path: Path, reference: Reference
) -> None:
    codes, failures = checked(text, tmp_path, reference)
    assert code in codes
    assert failures == []


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_edit_is_named_and_the_rest_is_checked(
    wrong: str, tmp_path: Path, reference: Reference
) -> None:
    text, old, new, says = WRONG[wrong]
    assert text.count(old) == 1
    codes, failures = checked(text.replace(old, new), tmp_path, reference)
    assert not [code for code in codes if code.startswith("ORG")]
    assert codes, "the other edits find what they find"
    (failure,) = failures
    assert says in failure
    assert "ORG" in failure


def test_an_edit_given_to_python_is_tried_too(tmp_path: Path, reference: Reference) -> None:
    text, old, new, says = WRONG["misspelled column"]
    (tmp_path / "ORG.py").write_text(text.replace(old, new))
    (edit,), _ = registry.folder_edits(tmp_path)
    report = run_whole(Job((), reference, (edit,), held=batch_of([CLAIM])))
    assert says in report.failures[0].reason
    assert not report.is_clean


def test_an_edit_with_a_test_never_sees_a_batch_without_candidates(
    tmp_path: Path, reference: Reference
) -> None:
    """So it may take for granted that there is a row, in its trial too."""
    body = "    claims.claims['line_count'].max() + 1\n    return claims"
    codes, failures = checked(QUERY.replace("    return claims", body), tmp_path, reference)
    assert "ORG102" in codes
    assert failures == []
