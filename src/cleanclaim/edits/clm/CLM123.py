"""CLM123: a state or ZIP code in a provider's address isn't valid."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import professional
from cleanclaim.reference.sets import load_set

_ROLES = ("billing", "facility")
_PLACES = {"billing": "claims.billing_state", "facility": "claims.facility_state"}
_ZIP = r"^[0-9]{5}(-?[0-9]{4})?$"


def _is_wrong_state(role: str) -> pl.Expr:
    states = load_set("states")["code"].unique().implode()
    return (~pl.col(f"{role}_state").is_in(states)).fill_null(value=False) & pl.col(f"{role}_state").is_not_null()


def _is_wrong_zip(role: str) -> pl.Expr:
    """Judged where there is a state: an address abroad has a postal code of its own form."""
    has_state = pl.col(f"{role}_state").is_not_null()
    return has_state & (~pl.col(f"{role}_zip_code").str.contains(_ZIP) | pl.col(f"{role}_zip_code").str.contains(r"^00000|^99999")).fill_null(value=False)


def _first(values: dict[str, str]) -> pl.Expr:
    """Which role is at fault."""
    billing = _is_wrong_state("billing") | _is_wrong_zip("billing")
    return pl.when(billing).then(pl.lit(values["billing"])).otherwise(pl.lit(values["facility"]))


def _what() -> pl.Expr:
    billing = _is_wrong_state("billing") | _is_wrong_zip("billing")
    state = (billing & _is_wrong_state("billing")) | (~billing & _is_wrong_state("facility"))
    return pl.when(state).then(pl.lit("state isn't a US state or territory")).otherwise(pl.lit("ZIP code doesn't have five or nine digits"))


@row_edit(
    table="claims",
    code="CLM123",
    name="state-or-zip-wrong",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="N258",
    source=Source(
        "837 implementation guides", "N402 and N403 in loops 2010AA, 2310C and 2310E; USPS, Publication 28, appendix B", "ASC X12N, USPS", date(2026, 11, 28)
    ),
    column="claims.billing_state",
    evidence=(_first({role: role for role in _ROLES}).alias("role"), _what().alias("what"), _first(_PLACES).alias("column")),
    message="The {role} provider's {what}.",
    suggestion="Use the two-letter state and the five- or nine-digit ZIP code of the address where the provider is.",
    examples=(
        fails("a state that isn't one", professional(billing_state="ZZ"), says="billing"),
        fails("a ZIP code of four digits", professional(billing_state="OH", billing_zip_code="4321"), says="ZIP"),
        fails("the facility's state", professional(facility_state="XX"), says="facility"),
        fails("the facility's ZIP code", professional(facility_state="OH", facility_zip_code="432150"), says="facility"),
        passes("nine digits", professional(billing_state="OH", billing_zip_code="432154321")),
        passes("with a hyphen", professional(billing_state="OH", billing_zip_code="43215-4321")),
        passes("a territory", professional(billing_state="PR", billing_zip_code="00901")),
        passes("an address abroad", professional(billing_state=None, billing_zip_code="K1A 0B1")),
        fails("a filler instead of a ZIP code", professional(billing_state="OH", billing_zip_code="999999999"), says="ZIP"),
    ),
)
def state_or_zip_wrong() -> pl.Expr:
    """A state of the billing provider or the service facility that doesn't exist, or a ZIP code of another form.

    Payers find the fee schedule, the jurisdiction and the enrollment by the address. Addresses abroad have no state and aren't judged.

    What to do: correct the address.
    """
    faults = [fault(role) for role in _ROLES for fault in (_is_wrong_state, _is_wrong_zip)]
    return pl.any_horizontal(faults)
