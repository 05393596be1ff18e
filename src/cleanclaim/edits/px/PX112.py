"""PX112: Medicare has its own code for this service in this situation."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE
from cleanclaim.reference import Reference

_VACCINES = {
    "G0008": r"^(9063[078]|9065[3-8]|9066[0-2]|9067[2-4]|9068[2568]|90687|90689|90694|90756|Q203[4-9])$",
    "G0009": r"^(9067[017]|90684|90732)$",
    "G0010": r"^(9073[69]|9074[03467]|90759)$",
}
"""Medicare's codes for giving a vaccine, and the vaccines: influenza, pneumococcal, hepatitis B."""
_ADMINISTRATION = r"^9047[1-4]$"
_HIGH_RISK = r"^(Z800|Z8371|Z8601|Z850[34]|K50|K51)"
_AVERAGE_RISK = r"^Z121[12]$"
_CANDIDATE = IS_MEDICARE & pl.col("procedure_code").str.contains(r"^(9047[1-4]|45378)$")


@query_edit(
    code="PX112",
    name="medicare-has-its-own-code",
    disposition=Disposition.WARN,
    payers=("medicare",),
    others="off",
    scope="claim",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 18, sections 10.2.1 (giving vaccines) and 60.2 (screening for colorectal cancer)",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.procedure_code",
    message="Medicare uses {instead} instead of {procedure_code} for {why}.",
    suggestion="Bill {instead}.",
    fix="proposed",
    when={"lines": _CANDIDATE},
    examples=(
        fails("a flu vaccine given", medicare(diagnoses=["Z23"], lines=["90686", "90471"]), line_number=2, says="G0008"),
        passes("with Medicare's code", medicare(diagnoses=["Z23"], lines=["90686", "G0008"])),
        passes("another payer", professional(diagnoses=["Z23"], lines=["90686", "90471"])),
        fails("a pneumococcal vaccine given", medicare(diagnoses=["Z23"], lines=["90677", "90471"]), line_number=2, says="G0009"),
        fails("a hepatitis B vaccine given", medicare(diagnoses=["Z23"], lines=["90746", "90471"]), line_number=2, says="G0010"),
        passes("a shingles vaccine given", medicare(diagnoses=["Z23"], lines=["90750", "90471"])),
        passes("a flu and a tetanus vaccine, each with its code", medicare(diagnoses=["Z23"], lines=["90686", "G0008", "90714", "90471"])),
        fails("a screening colonoscopy", medicare(diagnoses=["Z12.11"], lines=["45378"]), line_number=1, says="G0121"),
        fails(
            "a screening of somebody at high risk",
            medicare(diagnoses=["Z12.11", "Z80.0"], lines=[{"procedure_code": "45378", "diagnosis_pointers": (1, 2)}]),
            line_number=1,
            says="G0105",
        ),
        passes("a colonoscopy for bleeding", medicare(diagnoses=["K92.2"], lines=["45378"])),
        passes("Medicare's code for the screening", medicare(diagnoses=["Z12.11"], lines=["G0121"])),
        passes("a screening that was stopped has its modifier", medicare(diagnoses=["Z12.11"], lines=["45385-PT"])),
    ),
)
def medicare_has_its_own_code(claims: Claims, reference: Reference) -> Rows:
    """A CPT code on a Medicare claim for which Medicare has its own code in this situation.

    Giving an influenza, pneumococcal or hepatitis B vaccine is G0008, G0009 or G0010; a screening colonoscopy in which nothing was removed is G0121, or G0105 for
    people at high risk.

    What to do: bill Medicare's code.
    """
    del reference
    lines = claims.lines.filter(IS_MEDICARE)
    return pl.concat([_vaccines(lines), _colonoscopies(claims, lines)])


def _vaccines(lines: pl.DataFrame) -> pl.DataFrame:
    """Administrations next to one of the vaccines, if Medicare's code for giving it isn't on the claim."""
    code = pl.col("procedure_code")
    given = lines.filter(code.str.contains(_ADMINISTRATION)).select("claim_key", "line_number", "procedure_code")
    parts = []
    for instead, pattern in _VACCINES.items():
        there = lines.filter(code.str.contains(pattern)).select("claim_key").unique()
        has_it = lines.filter(code == instead).select("claim_key").unique()
        asked = given.join(there, on="claim_key", how="semi").join(has_it, on="claim_key", how="anti")
        parts.append(
            asked.unique("claim_key", keep="first", maintain_order=True).with_columns(
                pl.lit(instead).alias("instead"), pl.lit("giving this vaccine").alias("why")
            )
        )
    return pl.concat(parts)


def _colonoscopies(claims: Claims, lines: pl.DataFrame) -> pl.DataFrame:
    asked = lines.filter(pl.col("procedure_code") == "45378").select("claim_key", "line_number")
    pointed = claims.line_diagnoses.filter(pl.col("icd_version") == 10).join(asked, on=["claim_key", "line_number"], how="semi")
    by_line = pointed.sort("pointer_position").group_by("claim_key", "line_number", "procedure_code", maintain_order=True)
    code = pl.col("diagnosis_code")
    judged = by_line.agg(code.first().str.contains(_AVERAGE_RISK).alias("_screening"), code.str.contains(_HIGH_RISK).any().alias("_high"))
    return judged.filter("_screening").select(
        "claim_key",
        "line_number",
        "procedure_code",
        pl.when("_high").then(pl.lit("G0105")).otherwise(pl.lit("G0121")).alias("instead"),
        pl.lit("a screening").alias("why"),
    )
