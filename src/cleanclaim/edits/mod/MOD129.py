"""MOD129: an upgraded item without the notice, or the line, that belongs to it."""

from __future__ import annotations

from datetime import date

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import medicare, professional
from cleanclaim.model.expressions import IS_MEDICARE, has_modifier
from cleanclaim.reference import Reference

_CANDIDATE = IS_MEDICARE & has_modifier("GK")
_HOME = {"place_of_service_code": "12", "referring_npi": "1245319599"}


@query_edit(
    code="MOD129",
    name="upgrade-without-notice",
    disposition=Disposition.DENY_LINE,
    carc="4",
    rarc="N822",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 20, section 120, and chapter 30, section 50 (upgrades: GK with a line of GA or GZ)",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.modifier_1",
    message="{procedure_code} has modifier GK, for the item that goes with an upgrade, but no line of the claim has GA or GZ.",
    suggestion="Bill the upgraded item on its own line with GA or GZ before this one.",
    fix="proposed",
    when={"lines": _CANDIDATE},
    examples=(
        fails("no upgrade", medicare(**_HOME, lines=["E0143-NU-GK"]), line_number=1, says="GA"),
        passes("the upgrade with a notice", medicare(**_HOME, lines=["E0149-NU-GA", "E0143-NU-GK"])),
        passes("no such modifier", medicare(**_HOME, lines=["E0143-NU"])),
        passes("another payer", professional(place_of_service_code="12", lines=["E0143-NU-GK"])),
    ),
)
def upgrade_without_notice(claims: Claims, reference: Reference) -> Rows:
    """The item that Medicare would pay next to an upgrade (GK), without the line of the upgrade.

    The upgrade is billed first, with GA if the patient signed a notice and GZ if not; the item that is reasonable follows with GK.

    What to do: add the line of the upgrade.
    """
    del reference
    upgraded = claims.lines.filter(has_modifier("GA", "GZ")).select("claim_key").unique()
    return claims.lines.filter(_CANDIDATE).join(upgraded, on="claim_key", how="anti").select("claim_key", "line_number", "procedure_code")
