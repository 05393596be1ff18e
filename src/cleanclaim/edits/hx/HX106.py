"""HX106: an organ that was removed before is removed again."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import has_modifier
from cleanclaim.reference import Reference

_ORGANS: Final = {
    "uterus": (r"^(58150|58152|58180|582[0-9]{2}|5829[0-4]|5854[1-4]|58548|5855[0-4]|5857[0-3]|58575)$", r"^0UT9"),
    "appendix": (r"^(44950|44960|44970)$", r"^0DTJ"),
    "gallbladder": (r"^(4756[2-4]|4760[05]|47610|47612|47620)$", r"^0FT4"),
    "spleen": (r"^(38100|38120)$", r"^07TP"),
    "prostate": (r"^(5584[0-5]|55866|5581[0-5])$", r"^0VT0"),
    "larynx": (r"^3136[05]$", r"^0CTS"),
    "bladder": (r"^5155[05]$|^515(7[05]|80|85|90|95|96)$", r"^0TTB"),
    "rectum": (r"^(45110|45112|45395|45397)$", r"^0DTP"),
    "stomach": (r"^4362[0-2]$", r"^0DT6"),
    "thyroid": (r"^(60240|60252|60254|60270|60271)$", r"^0GTK"),
}
"""By organ: the procedures that take it out whole, in CPT and ICD-10-PCS."""
_PAIRED: Final = {
    "eye's lens": (r"^(66840|66850|66852|66920|66930|66940|6698[2-47-9]|66991)$", "^$"),
    "breast": (r"^1930[3-7]$", "^$"),
    "kidney": (r"^(50220|50225|5023[046]|5054[568])$", "^$"),
    "knee joint": (r"^27447$", "^$"),
    "hip joint": (r"^27130$", "^$"),
}
"""Of which there are two: CPT with RT or LT. Stays aren't judged."""
_DAYS: Final = 7
"""Claims of one operation may differ by some days: a stay's procedure without a date counts from the stay's first day."""
_OUT: Final = "|".join(f"({pattern})" for pattern, _ in (_ORGANS | _PAIRED).values())


def _side() -> pl.Expr:
    left, right = has_modifier("LT"), has_modifier("RT")
    return pl.when(left & ~right).then(pl.lit("left")).when(right & ~left).then(pl.lit("right")).alias("_side")


def _operation(number: str, day: str, code: str, **more: Any) -> dict[str, Any]:
    return professional(**{"claim_id": number, "from_date": day, "lines": [code], "is_history": number == "A", **more})


@query_edit(
    code="HX106",
    name="organ-removed-before",
    disposition=Disposition.DENY_LINE,
    carc="149",
    scope="patient",
    source=Source("NCCI Policy Manual", "chapter I, section V (units of service limited by anatomy: an organ that a patient has once)", "CMS", date(2026, 11, 28)),
    column="lines.procedure_code",
    message="{procedure_code} takes out the {organ}, which was taken out on {earlier_date} (claim {other}).",
    suggestion="Check the patient, the day and the code of both claims.",
    fix="proposed",
    when={"lines": pl.col("procedure_code").str.contains(_OUT), "claims": pl.col("is_inpatient")},
    examples=(
        fails("a second hysterectomy", _operation("A", "2020-05-12", "58571"), _operation("B", "2026-05-12", "58150"), line_number=1, says="uterus"),
        passes("another organ", _operation("A", "2020-05-12", "58571"), _operation("B", "2026-05-12", "44970")),
        fails("the lens of the same eye", _operation("A", "2022-05-12", "66984-RT"), _operation("B", "2026-05-12", "66984-RT"), line_number=1, says="right"),
        passes("the lens of the other eye", _operation("A", "2022-05-12", "66984-RT"), _operation("B", "2026-05-12", "66984-LT")),
        passes("the assistant on the same day", _operation("A", "2026-05-12", "47562"), _operation("B", "2026-05-12", "47562-80")),
        fails(
            "in two stays",
            institutional(
                claim_id="A", is_history=True, bill_type_code="111", from_date="2020-05-10", admission_date="2020-05-10",
                claim_codes=[{"kind": "procedure", "code": "0FT44ZZ", "code_qualifier": "BBR", "from_date": "2020-05-10"}],
            ),
            institutional(
                claim_id="B", bill_type_code="111", from_date="2026-05-10", admission_date="2026-05-10",
                claim_codes=[{"kind": "procedure", "code": "0FT44ZZ", "code_qualifier": "BBR", "from_date": "2026-05-10"}],
            ),
            on_claim=1,
            says="gallbladder",
        ),
        passes("the earlier claim was denied", _operation("A", "2020-05-12", "44970", lines=[{"procedure_code": "44970", "outcome": "denied"}]), _operation("B", "2026-05-12", "44970")),
    ),
)  # fmt: skip
def organ_removed_before(claims: Claims, reference: Reference) -> Rows:
    """An operation that takes out an organ which, by an earlier claim of the patient, was taken out whole on another day.

    Only organs that a patient has once, and procedures that leave nothing of them. The same week isn't judged: assistants and facilities bill it too.

    What to do: check which claim is wrong.
    """
    del reference
    lines = claims.lines.filter(pl.col("stands"), pl.col("procedure_code").str.contains(_OUT), pl.col("outcome").is_null() | (pl.col("outcome") == "paid"))
    stays = claims.claims.filter(pl.col("stands")).select("claim_key", "claim_id", "patient_key", "is_history", pl.col("from_date").alias("_first"))
    inside = claims.claim_codes.filter(pl.col("kind") == "procedure").join(stays, on="claim_key")
    done = pl.concat(
        [
            lines.select("claim_key", "line_number", "claim_id", "patient_key", "is_history", "from_date", "procedure_code", _side()),
            inside.select(
                "claim_key",
                pl.lit(None, lines.schema["line_number"]).alias("line_number"),
                "claim_id",
                "patient_key",
                "is_history",
                pl.coalesce("from_date", "_first").alias("from_date"),
                pl.col("code").alias("procedure_code"),
                pl.lit(None, pl.String).alias("_side"),
            ),
        ]
    )
    code = pl.col("procedure_code")
    single = (pl.when(code.str.contains(cpt) | code.str.contains(pcs)).then(pl.lit(name)) for name, (cpt, pcs) in _ORGANS.items())
    sides = [
        pl.when(code.str.contains(cpt), pl.col("_side") == side).then(pl.lit(f"{side} {name}"))
        for name, (cpt, _) in _PAIRED.items()
        for side in ("left", "right")
    ]
    organ = pl.coalesce(*single, *sides)
    taken = done.with_columns(organ.alias("organ")).drop_nulls(["organ", "patient_key", "from_date"])
    first = taken.sort("from_date", "claim_key").unique(["patient_key", "organ"], keep="first", maintain_order=True)
    earlier = first.select("patient_key", "organ", pl.col("from_date").alias("earlier_date"), pl.col("claim_id").fill_null("without number").alias("other"))
    again = taken.filter(~pl.col("is_history").fill_null(value=False)).join(earlier, on=["patient_key", "organ"])
    return again.filter((pl.col("from_date") - pl.col("earlier_date")).dt.total_days() > _DAYS).select(
        "claim_key", "line_number", "procedure_code", "organ", "earlier_date", "other"
    )
