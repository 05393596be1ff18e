"""PX122: a vaccine, and the administration of another one."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.reference import Reference

_KINDS = {
    "G0008": (r"^(9063[0]|906(5[3-9]|6[0-8]|7[234]|8[25-9]|94)|90756|Q203[4-9])$", "influenza"),
    "G0009": (r"^(90670|90671|90677|90684|90732)$", "pneumonia"),
    "G0010": (r"^(90739|9074[034678]|90759)$", "hepatitis B"),
}
"""What gives a vaccine, and the vaccines of its kind."""
_IS_GIVEN = pl.col("procedure_code").is_in(list(_KINDS))


@query_edit(
    code="PX122",
    name="administration-of-another-vaccine",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M51",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=Source("Medicare Claims Processing Manual", "chapter 18, section 10.2.1 (codes of vaccines and their administration)", "CMS", date(2026, 11, 28)),
    column="lines.procedure_code",
    message="{procedure_code} gives a vaccine against {against}, but the vaccine on the claim is {other_code}.",
    suggestion="Use G0008 for influenza, G0009 for pneumonia and G0010 for hepatitis B vaccines.",
    fix="proposed",
    when={"lines": _IS_GIVEN},
    examples=(
        fails("a flu vaccine, given as one against pneumonia", medicare(diagnoses=["Z23"], lines=["90662", "G0009"]), line_number=2, says="90662"),
        passes("a flu vaccine", medicare(diagnoses=["Z23"], lines=["90662", "G0008"])),
        passes("both", medicare(diagnoses=["Z23"], lines=["90662", "G0008", "90677", "G0009"])),
        passes("a vaccine that came free", medicare(diagnoses=["Z23"], lines=["G0009"])),
        passes("one that came free, and one that didn't", medicare(diagnoses=["Z23"], lines=["90662", "G0008", "G0009"])),
        passes("another payer", professional(diagnoses=["Z23"], lines=["90662", "G0009"])),
    ),
)
def administration_of_another_vaccine(claims: Claims, reference: Reference) -> Rows:
    """The administration of one kind of vaccine, and the vaccine of another kind without its own administration.

    What to do: change the code of the administration.
    """
    del reference
    lines = claims.lines.filter(~pl.col("is_history").fill_null(value=False), pl.col("rules_of").fill_null(pl.col("payer_class")) == "medicare")
    code = pl.col("procedure_code")
    kind = pl.coalesce(pl.when(code.str.contains(vaccines)).then(pl.lit(given)) for given, (vaccines, _) in _KINDS.items())
    vaccines = lines.with_columns(kind.alias("_kind")).drop_nulls("_kind").select("claim_key", "_kind", code.alias("other_code"))
    given = lines.filter(_IS_GIVEN).select("claim_key", "line_number", "procedure_code")
    alone = vaccines.join(given, left_on=["claim_key", "_kind"], right_on=["claim_key", "procedure_code"], how="anti")
    return (
        given.join(vaccines, left_on=["claim_key", "procedure_code"], right_on=["claim_key", "_kind"], how="anti")
        .join(alone.unique("claim_key", keep="first", maintain_order=True), on="claim_key")
        .select(
            "claim_key",
            "line_number",
            "procedure_code",
            code.replace_strict({given: name for given, (_, name) in _KINDS.items()}).alias("against"),
            "other_code",
        )
    )
