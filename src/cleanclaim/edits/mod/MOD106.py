"""MOD106: a modifier of visits where there is none, or of procedures on a visit."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.model.expressions import DISTINCT_MODIFIERS, IS_PROFESSIONAL, has_modifier, modifiers_among
from cleanclaim.reference import Reference

_NO_VISIT = r"^[0-8][0-9]{4}$"
_ON_PROCEDURE = has_modifier("25") & ~pl.col("visit") & pl.col("procedure_code").str.contains(_NO_VISIT)


@query_edit(
    code="MOD106",
    name="modifier-of-another-kind-of-service",
    disposition=Disposition.WARN,
    carc="4",
    needs=("visit_codes", "mpfs"),
    source=Source("Medicare NCCI Policy Manual", "chapter I, sections D and E (modifiers 25, 57, 59)", "CMS", date(2026, 11, 23)),
    column="lines.modifier_1",
    message="{procedure_code} has modifier {modifier}, {why}.",
    suggestion="Check which line the modifier belongs to.",
    when={"line_fees": _ON_PROCEDURE | (pl.col("visit") & has_modifier("57", *DISTINCT_MODIFIERS))},
    examples=(
        fails("25 on the procedure", professional(diagnoses=["B07.9"], lines=["99213", "17110-25"]), line_number=2, says="visits"),
        fails("59 on a visit", professional(lines=[{"modifier_1": "59"}]), line_number=1, says="never for visits"),
        fails("57 with a minor procedure", medicare(diagnoses=["B07.9"], lines=["99213-57", "17110"]), line_number=1, says="25"),
        passes("57 with a major one", medicare(diagnoses=["S52.501A"], lines=["99204-57", "25600-RT"])),
        fails("57 with a joint injected", medicare(diagnoses=["M17.11"], lines=["99213-57", "20610-RT"]), line_number=1),
        passes("57 with a major operation and a minor one", medicare(diagnoses=["S52.501A"], lines=["99213-57", "25600-RT", "17110"])),
        passes("57 with a laboratory test only", medicare(lines=["99213-57", "83036"])),
        passes("57 and another visit", medicare(lines=["99213-57", "99214"])),
        passes("25 on a service that is neither", medicare(lines=["96372-25", "99213"])),
        passes("59 on a procedure, beside a visit", medicare(lines=["20610-59", "99213-25"])),
        passes("a hospital's lines", institutional(lines=["17110-25"])),
        fails(
            "57 the day before a minor procedure",
            medicare(claim_id="A", from_date="2026-05-13", diagnoses=["B07.9"], lines=["17110"]),
            medicare(claim_id="B", diagnoses=["B07.9"], lines=["99213-57"]),
            line_number=1,
        ),
        passes(
            "57 on the day of a minor procedure, the day before a major one",
            medicare(claim_id="A", from_date="2026-05-13", diagnoses=["S52.501A"], lines=["25600"]),
            medicare(claim_id="B", diagnoses=["B07.9"], lines=["99213-57", "17110"]),
        ),
        passes(
            "57, and the minor procedure was voided",
            medicare(claim_id="A", diagnoses=["B07.9"], lines=["17110"]),
            medicare(claim_id="A", diagnoses=["B07.9"], claim_frequency_code="8", original_reference_number="EXAMPLE", lines=["17110"]),
            medicare(claim_id="B", diagnoses=["B07.9"], lines=["99213-57"]),
        ),
        fails(
            "57 on two visits of the day, a minor procedure",
            medicare(diagnoses=["B07.9"], lines=["99213-57", "99213-57", "17110"]),
            line_number=1,
            also_on=(2,),
        ),
        passes("57 on a procedure, with a minor one", medicare(diagnoses=["B07.9"], lines=["20610-57", "17110"])),
        passes("25 on the visit", professional(diagnoses=["B07.9"], lines=["99213-25", "17110"])),
    ),
)
def modifier_of_another_kind_of_service(claims: Claims, reference: Reference) -> Rows:
    """25 on a line that is no visit, 59 or an X modifier on one that is, or 57 where the procedure decided on was a minor one.

    Modifiers 25 and 57 are for visits; 59, XE, XS, XP and XU are for procedures. Modifier 57 goes with surgery that has a 90-day global period; with a
    minor procedure the visit takes modifier 25. Modifier 25 is flagged only on surgery, imaging and laboratory codes.

    What to do: move or change the modifier.
    """
    del reference
    every = claims.line_fees.lazy().filter(IS_PROFESSIONAL)
    fees = every.filter(~pl.col("is_history").fill_null(value=False))
    keys = ["claim_key", "line_number", "procedure_code"]
    on_procedure = fees.filter(_ON_PROCEDURE).select(*keys, pl.lit("25").alias("modifier"), pl.lit("which belongs on visits").alias("why"))
    on_visit = fees.filter(has_modifier(*DISTINCT_MODIFIERS), "visit").select(
        *keys,
        modifiers_among(*DISTINCT_MODIFIERS).list.first().alias("modifier"),
        pl.lit("which is for procedures, never for visits; visits take modifier 25").alias("why"),
    )
    by = ["patient_key", "provider_npi"]
    surgeries = (
        every.filter("stands", ~pl.col("visit"), pl.col("global_days").is_in(["000", "010", "090"]))
        .group_by(*by, pl.col("from_date").alias("_day"))
        .agg((pl.col("global_days") == "090").any().alias("_major"))
    )
    decided = fees.filter(has_modifier("57"), "visit").select(*keys, "from_date", *by)
    minor_only = (
        pl.concat(decided.with_columns(pl.col("from_date").dt.offset_by(ahead).alias("_day")).join(surgeries, on=[*by, "_day"]) for ahead in ("0d", "1d"))
        .sort(keys[:2])
        .group_by(keys, maintain_order=True)
        .agg(pl.col("_major").any())
        .filter(~pl.col("_major"))
        .select(*keys, pl.lit("57").alias("modifier"), pl.lit("but the procedure is a minor one; a visit with it takes modifier 25").alias("why"))
    )
    return pl.concat([on_procedure, on_visit, minor_only])
