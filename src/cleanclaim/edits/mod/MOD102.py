"""MOD102: a modifier that the fee schedule does not allow with the code."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, IS_PROFESSIONAL, has_modifier
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_JUDGED = ("26", "TC", "50", "51", "62", "66", "80", "81", "82", "AS", "54", "55", "56")
_ASKED = IS_PROFESSIONAL & has_modifier(*_JUDGED)
_PAYABLE = pl.col("status").is_in(["A", "C", "R", "T"])

_RULES: tuple[tuple[tuple[str, ...], pl.Expr, str, str], ...] = (
    (("26",), pl.col("pctc").is_in([0, 2, 3, 4, 5, 7, 9]), "pctc", "it has no professional component apart (PC/TC indicator {})"),
    (("TC",), pl.col("pctc").is_in([0, 2, 3, 4, 5, 6, 7, 8, 9]), "pctc", "it has no technical component apart (PC/TC indicator {})"),
    (("50",), pl.col("bilateral").is_in([0, 2, 9]), "bilateral", "it is not paid by side (bilateral indicator {})"),
    (("62",), pl.col("co_surgeon").is_in([0, 9]), "co_surgeon", "two surgeons are not paid for it (co-surgeon indicator {})"),
    (("66",), pl.col("team").is_in([0, 9]), "team", "a team is not paid for it (team surgery indicator {})"),
    (("80", "81", "82", "AS"), pl.col("assistant").is_in([1, 9]), "assistant", "an assistant at surgery is not paid for it (indicator {})"),
    (("54", "55", "56"), ~pl.col("global_days").is_in(["010", "090"]), "global_days", "it has no postoperative period that could be shared (global days {})"),
    (("51",), pl.col("multiple_procedure").is_in([0, 9]), "multiple_procedure", "multiple procedure rules do not apply to it (indicator {})"),
)
"""Modifiers; when the schedule does not allow them; the indicator's column; why."""
_MILD = ("51",)


@query_edit(
    code="MOD102",
    name="modifier-not-allowed-with-code",
    disposition=Disposition.DENY_LINE,
    carc="4",
    rarc="N823",
    needs={"mpfs": _ASKED},
    payers=("medicare",),
    scope="claim",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 12, sections 20.3, 40.2, 40.6 to 40.8; fee schedule indicators (relative value files, attachment A)",
        "CMS",
        date(2026, 11, 23),
    ),
    column="lines.modifier_1",
    message="{procedure_code} has modifier {modifier}, but {why}.",
    suggestion="Remove modifier {modifier}, or check the code.",
    fix="proposed",
    when={"line_fees": _ASKED},
    examples=(
        fails("the professional component of a visit", medicare(lines=[{"modifier_1": "26"}]), line_number=1, says="professional component"),
        passes("of an x-ray", medicare(lines=["71046-26"])),
        fails("the reading of an electrocardiogram is a code of its own", medicare(lines=["93000-26"]), line_number=1),
        fails("both sides of a mammogram that is of both", medicare(diagnoses=["Z12.31"], lines=["77067-50"]), line_number=1, says="bilateral indicator 2"),
        passes("both knees", medicare(diagnoses=["M17.0"], lines=["20610-50"])),
        fails("an assistant at a joint injection", medicare(diagnoses=["M17.11"], lines=["20610-80-RT"]), line_number=1),
        passes(
            "an assistant at a knee replacement", medicare(diagnoses=["M17.11"], place_of_service_code="21", admission_date="2026-05-12", lines=["27447-80-RT"])
        ),
        fails("surgical care only of a wart", medicare(diagnoses=["B07.9"], lines=["20610-54"]), line_number=1, says="global days 000"),
        fails("for another payer it is a warning", professional(lines=[{"modifier_1": "26"}]), line_number=1, disposition=Disposition.WARN),
        fails("the reading of a tracing that is only taken", medicare(lines=["93005-26"]), line_number=1),
        fails("the reading of an injection", medicare(lines=["96365-26"]), line_number=1),
        fails("the reading of therapy", medicare(lines=["97110-26"]), line_number=1),
        fails("the reading of a reading", medicare(lines=["93010-26"]), line_number=1),
        fails("the technical part of a visit", medicare(lines=["99213-TC"]), line_number=1, says="technical component"),
        fails("the technical part of a reading", medicare(lines=["93010-TC"]), line_number=1),
        fails("the technical part of a tracing that is only taken", medicare(lines=["93005-TC"]), line_number=1),
        fails("the technical part of an electrocardiogram", medicare(lines=["93000-TC"]), line_number=1),
        fails("the technical part of an injection", medicare(lines=["96365-TC"]), line_number=1),
        fails("the technical part of therapy", medicare(lines=["97110-TC"]), line_number=1),
        passes("the technical part of an x-ray", medicare(lines=["71046-TC"])),
        fails("both sides of a visit", medicare(lines=["99213-50"]), line_number=1),
        fails("both sides of an injection into the spine", medicare(lines=["62323-50"]), line_number=1),
        fails("two surgeons for a wart", medicare(diagnoses=["B07.9"], lines=["17110-62"]), line_number=1, says="two surgeons"),
        passes("two surgeons for a knee", medicare(diagnoses=["M17.11"], lines=["27447-62-RT"])),
        fails("a team for a knee", medicare(diagnoses=["M17.11"], lines=["27447-66-RT"]), line_number=1, says="a team"),
        fails("an assistant for a part of an injection", medicare(diagnoses=["M17.11"], lines=["20610-81-RT"]), line_number=1),
        fails("an assistant in place of a resident at an injection", medicare(diagnoses=["M17.11"], lines=["20610-82-RT"]), line_number=1),
        fails("an assistant who is no physician at an injection", medicare(diagnoses=["M17.11"], lines=["20610-AS-RT"]), line_number=1),
        fails("an assistant at psychotherapy", medicare(lines=["90832-80"]), line_number=1),
        fails("care after an injection only", medicare(diagnoses=["M17.11"], lines=["20610-55-RT"]), line_number=1),
        fails("care before an injection only", medicare(diagnoses=["M17.11"], lines=["20610-56-RT"]), line_number=1),
        passes("care after a wrist fracture only", medicare(diagnoses=["S52.501A"], lines=["25600-55-RT"])),
        passes("care after warts only", medicare(diagnoses=["B07.9"], lines=["17110-55"])),
        fails("several procedures said of a visit", medicare(lines=["99213-51"]), line_number=1, says="multiple procedure", disposition=Disposition.WARN),
        passes("several procedures said of an injection", medicare(diagnoses=["M17.11"], lines=["20610-51-RT"])),
        passes("a hospital's line", institutional(lines=["99213-26"])),
        fails("the reading of a laboratory test", medicare(lines=["80053-26"]), line_number=1, says="laboratory"),
        passes("to a payer that may pay the pathologist", professional(lines=["80053-26"])),
        fails("two sides of a test that is paid only alone", medicare(lines=["94760-50"]), line_number=1),
        fails("the professional component of a visit, and a visit without it", medicare(lines=["99213-26", "99214"]), line_number=1),
        passes("a code outside the tables, without such a modifier", medicare(lines=["31575"])),
        unchecked("a code outside the tables loaded", medicare(lines=["31575-50"])),
    ),
)
def modifier_not_allowed_with_code(claims: Claims, reference: Reference) -> Rows:
    """A payment modifier that the code's indicators in the fee schedule do not allow.

    26 and TC by the PC/TC indicator, 50 by the bilateral, 62 and 66 by the co-surgeon and team, 80, 81, 82 and AS by the assistant indicator (0,
    payable with documentation, is not told), 54 to
    56 by the global days. 51 is a warning: Medicare itself decides about multiple procedures. Codes that the schedule does not pay at all are
    PX107's; laboratory tests, which it leaves to their own fee schedule, have no components for Medicare.

    What to do: take the modifier off, or check the code.
    """
    del reference
    asked = claims.line_fees.filter(_ASKED, ~pl.col("is_history").fill_null(value=False))
    lines = asked.filter(_PAYABLE)
    lines_of_tests = asked.filter(IS_MEDICARE, pl.col("status") == "X", pl.col("procedure_code").str.starts_with("8"))
    parts = []
    for modifiers, is_wrong, column, why in _RULES:
        for modifier in modifiers:
            disposition = Disposition.WARN.value if modifier in _MILD else None
            parts.append(
                lines.filter(has_modifier(modifier), is_wrong).select(
                    "claim_key",
                    "line_number",
                    "procedure_code",
                    pl.lit(modifier).alias("modifier"),
                    worded(why, column).alias("why"),
                    pl.col(column).cast(pl.String).alias("indicator"),
                    "release",
                    pl.lit(disposition, pl.String).alias("disposition"),
                )
            )
    return pl.concat([*parts, *_of_laboratory(lines_of_tests)])


def _of_laboratory(lines: pl.DataFrame) -> list[pl.DataFrame]:
    """Laboratory tests of the schedule's status X, whose one fee has no components."""
    return [
        lines.filter(has_modifier(modifier)).select(
            "claim_key",
            "line_number",
            "procedure_code",
            pl.lit(modifier).alias("modifier"),
            pl.lit("it is a laboratory test with one fee (status X)").alias("why"),
            pl.lit("X").alias("indicator"),
            "release",
            pl.lit(None, pl.String).alias("disposition"),
        )
        for modifier in ("26", "TC")
    ]
