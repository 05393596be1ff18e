"""MOD132: a modifier on a service that it isn't for."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_PROFESSIONAL, has_modifier, in_force
from cleanclaim.reference import Reference


def _is_bound(reference: Reference) -> pl.Expr:
    return IS_PROFESSIONAL & has_modifier(*reference.table("modifier_services")["code"].unique().sort())


@query_edit(
    code="MOD132",
    name="modifier-on-another-service",
    disposition=Disposition.WARN,
    carc="4",
    rarc="N519",
    scope="claim",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 12, sections 30.1, 30.6.18, 40.2 and 50; chapter 16, section 40.1; NCCI Policy Manual, chapter I, section E",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.modifier_1",
    message="{procedure_code} has modifier {modifier}, which {reason}.",
    suggestion="Take the modifier off, or check which line it belongs to.",
    fix="proposed",
    when={"lines": _is_bound},
    examples=(
        fails("much more work at a visit", professional(lines=["99214-22"]), line_number=1, says="higher level"),
        fails("24 on an operation", professional(diagnoses=["L57.0"], lines=["17000-24"]), line_number=1, says="58, 78 or 79"),
        passes("24 on the visit", professional(lines=["99213-24"])),
        fails("an anesthesia patient's state on the operation", professional(lines=["66984-P3-RT"]), line_number=1),
        passes("on the anesthesia", professional(lines=["00142-AA-P3"])),
        fails("a visit sent to another laboratory", professional(lines=["99213-90"]), line_number=1),
        passes("a test sent to another laboratory", professional(lines=["80053-90"])),
        fails("an operation shared as if it were a visit", professional(lines=["27245-FS"]), line_number=1),
        passes("a hospital's line", institutional(lines=["99214-22"])),
    ),
)
def modifier_on_another_service(claims: Claims, reference: Reference) -> Rows:
    """A modifier on a kind of service that it isn't made for.

    Visits take no modifier of operations (22, 53, 58, 76 to 79), operations none of visits (24, 57); the states of anesthesia patients go with anesthesia only,
    outside laboratories with tests, shared visits (FS) with visits.

    What to do: look at the lines next to it: the modifier may belong there.
    """
    services = reference.table("modifier_services").lazy().drop("release").rename({"code": "modifier"})
    code = pl.col("procedure_code")
    is_wrong = ~code.str.contains(pl.col("only")).fill_null(value=True) | code.str.contains(pl.col("never")).fill_null(value=False)
    return (
        claims.line_modifiers.lazy()
        .filter(pl.col("claim_type") == "professional", ~pl.col("is_history").fill_null(value=False), code.is_not_null())
        .join(services, on="modifier")
        .filter(in_force("from_date"), is_wrong)
        .select("claim_key", "line_number", "modifier", "procedure_code", "reason")
    )
