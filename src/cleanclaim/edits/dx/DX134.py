"""DX134: two diagnoses in the order that the guidelines turn round."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, begins_like, coded, met, paired
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference


@query_edit(
    code="DX134",
    name="diagnosis-order-turned-round",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M76",
    scope="claim",
    source=Source(
        GUIDELINES,
        "sections I.C.1.d.5 (sepsis after a procedure), I.C.9.a (hypertension), I.C.16.d (weight before weeks), I.C.19.d.6 (burns) and I.C.19.f (abuse and neglect)",
        "CMS and NCHS",
        date(2026, 11, 28),
    ),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} comes after {other_code:icd} (diagnosis {other_number}), but {reason} (section {section}).",
    suggestion="List {diagnosis_code:icd} before {other_code:icd}.",
    fix="proposed",
    when={"diagnoses": begins_like("diagnosis_order")},
    beside={"diagnoses": begins_like("diagnosis_order", "others")},
    examples=(
        fails("the extent before the burn", institutional(diagnoses=["T31.10", "T21.31XA"]), diagnosis_number=2, says="I.C.19.d.6"),
        passes("the burn before the extent", institutional(diagnoses=["T21.31XA", "T31.10"])),
        fails("weeks before weight", professional(diagnoses=["P07.36", "P07.16"]), diagnosis_number=2),
        passes("weight before weeks", professional(diagnoses=["P07.16", "P07.36"])),
        fails("injuries before the abuse", professional(diagnoses=["S00.83XA", "T74.12XA"]), diagnosis_number=2, says="I.C.19.f"),
        passes("abuse before the injuries", professional(diagnoses=["T74.12XA", "S00.83XA"])),
        fails("heart failure before its hypertension", professional(diagnoses=["I50.9", "I11.0"]), diagnosis_number=2, says="I.C.9.a.1"),
        passes("after it", professional(diagnoses=["I11.0", "I50.9"])),
        fails("insulin before the diabetes", professional(diagnoses=["Z79.4", "E11.65"]), diagnosis_number=2, says="I.C.4.a.3"),
        passes("after it", professional(diagnoses=["E11.65", "Z79.4"])),
        passes("the extent alone", institutional(diagnoses=["T31.10"])),
        passes("an admitting injury", institutional(diagnoses=["T74.12XA", {"diagnosis_code": "S00.83XA", "diagnosis_type": "admitting"}])),
    ),
)
def diagnosis_order_turned_round(claims: Claims, reference: Reference) -> Rows:
    """A diagnosis after one that the guidelines put behind it.

    What to do: change the order, and check which line points at which diagnosis.
    """
    diagnoses = coded(claims)
    return (
        paired(met(diagnoses, reference.table("diagnosis_order")), diagnoses, "others")
        .filter(pl.col("other_number") < pl.col("diagnosis_number"))
        .sort("claim_key", "diagnosis_number", "other_number")
        .unique(["claim_key", "diagnosis_number"], keep="first", maintain_order=True)
        .select("claim_key", "diagnosis_number", "diagnosis_code", "other_code", "other_number", "reason", "section")
    )
