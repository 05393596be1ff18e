"""DX111: a code-first note not followed."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import met
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS, IS_ICD10
from cleanclaim.reference import Reference
from cleanclaim.reference.icd10cm import may_carry, notes_of
from cleanclaim.reference.release import OPEN_END

_CONDITIONAL = (
    r"(?i)\b(if|any|when|possible|may|associated|complicating|complication of other|following|due to|rheumatic"
    r"|to identify|toxic effects|obstetric surgery)\b"
)
"""Words that make a note depend on what only the record can tell."""


_SAID = pl.concat_str(pl.col("heading").fill_null(""), pl.col("text"), separator=" ")
_NAMES_AGENT = pl.col("text").str.contains(r"^\(T51-T65\) to identify")
"""Notes of damage by a toxic substance, which is always coded first; a warning, since the record may not name it."""
_NAMES_NONE = pl.col("text").str.contains(
    r"(?i)^(the )?underlying (disease|condition|cause|disorder|infection|liver disease|physiological condition)\.?(,? such as:?)?$"
) & ~pl.col("code").str.contains("^(M02|M40|F05|F07|I26|K740|R65)")
"""Notes that ask for the cause and name no code for it, or examples. Kyphosis, delirium, the state after a concussion
and a few others carry one although their cause is often unknown or over; they are left out."""
_BINDING = pl.col("is_exhaustive") & (_NAMES_AGENT | ~_SAID.str.contains(_CONDITIONAL))


def _may_carry_a_note(reference: Reference) -> pl.Expr:
    return may_carry(reference, "code_first", _BINDING)


def _notes_without_codes(reference: Reference) -> pl.DataFrame:
    """The places with a note that names no code: code, note, and the days of which it holds."""
    notes = reference.table("icd10cm_notes").filter(pl.col("kind") == "code_first", _NAMES_NONE, ~pl.col("code").str.contains("-"))
    said = pl.col("text").str.strip_chars(" .:,").alias("note")
    return notes.select("code", said, pl.lit(date(2015, 10, 1)).alias("valid_from"), pl.lit(OPEN_END).alias("valid_to")).unique(
        "code", keep="first", maintain_order=True
    )


def _asks_for_a_cause(reference: Reference) -> pl.Expr:
    codes = reference.derived("notes without codes", lambda: _notes_without_codes(reference))["code"]
    lengths = codes.str.len_chars()
    return pl.any_horizontal(pl.col("diagnosis_code").str.head(n).is_in(codes.filter(lengths == n).implode()) for n in lengths.unique())


def _is_noted(reference: Reference) -> pl.Expr:
    return (pl.col("diagnosis_number") == 1) & (_may_carry_a_note(reference) | _asks_for_a_cause(reference))


@query_edit(
    code="DX111",
    name="underlying-condition-not-first",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M64",
    needs=("icd10cm_notes",),
    source=Source("ICD-10-CM Official Guidelines for Coding and Reporting", "section I.A.13 (code first notes)", "CMS and NCHS", date(2026, 11, 23)),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} must be listed after its underlying condition: {note}.",
    suggestion="List the underlying condition from the record before {diagnosis_code:icd}.",
    fix="proposed",
    when={"diagnoses": _is_noted},
    examples=(
        fails("a coronary artery long closed, alone", professional(diagnoses=["I25.82"]), diagnosis_number=1, says="coronary atherosclerosis"),
        fails("toxic damage of nerves, alone", professional(diagnoses=["G62.2"]), diagnosis_number=1, says="T51", disposition=Disposition.WARN),
        fails("varices of another disease first", professional(diagnoses=["I85.10", "K74.60"]), diagnosis_number=1, disposition=Disposition.WARN),
        passes("after it", professional(diagnoses=["K74.60", "I85.10"])),
        passes("a crooked back, whose note seldom holds", professional(diagnoses=["M40.04"])),
        passes("behind the toxic substance", professional(diagnoses=["T51.8X1A", "G62.2"])),
        passes("behind the atherosclerosis", professional(diagnoses=["I25.10", "I25.82"])),
        passes("heart failure, whose note lists what may have caused it", professional(diagnoses=["I50.9"])),
        passes("the admitting diagnosis is not judged", institutional(diagnoses=[{"diagnosis_code": "I25.82", "diagnosis_type": "admitting"}, "I25.10"])),
        passes("before the code began", professional(diagnoses=["I25.82"], from_date="2015-09-30")),
        passes("an external cause first is another fault", professional(diagnoses=["W19.XXXA"])),
        passes("a manifestation first is another fault", professional(diagnoses=["E08.9"])),
    ),
)
def underlying_condition_not_first(claims: Claims, reference: Reference) -> Rows:
    """A code with a "code first" note in first place.

    The note says that the condition named by it is the cause and comes first. Notes that hold only if something applies are not judged, and notes that ask
    for a cause and name no code for it are warnings. Where some other diagnosis stands before the code, it is taken for the cause: the lists in such notes are examples.

    What to do: list the underlying condition first.
    """
    first = (
        claims.diagnoses.lazy()
        .filter(IS_ICD10 & IS_BILLING_DIAGNOSIS & (pl.col("diagnosis_number") == 1) & pl.col("in_force") & ~pl.col("manifestation") & ~pl.col("external_cause"))
        .select("claim_key", "diagnosis_number", "diagnosis_code", "on_date")
        .collect()
    )
    distinct = first.select(pl.col("diagnosis_code").unique())
    codes = distinct.filter(_may_carry_a_note(reference)).to_series()
    notes = notes_of(reference, codes, "code_first")
    binding = notes.filter(_BINDING).with_columns(_SAID.str.strip_chars().str.strip_chars_end(":").alias("note")).sort("note_id").unique("code", keep="first")
    milder = pl.when(_NAMES_AGENT).then(pl.lit(Disposition.WARN.value)).alias("disposition")
    shown = ["claim_key", "diagnosis_number", "diagnosis_code", "note", "disposition"]
    named = first.join(binding.select("code", "note", milder), left_on="diagnosis_code", right_on="code").select(shown)
    rules = reference.derived("notes without codes", lambda: _notes_without_codes(reference))
    nameless = met(first.filter(_asks_for_a_cause(reference)), rules).with_columns(pl.lit(Disposition.WARN.value).alias("disposition"))
    alone = nameless.unique("claim_key", keep="first", maintain_order=True).select(shown)
    return pl.concat([named, alone.join(named, on="claim_key", how="anti")])
