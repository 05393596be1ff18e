"""The groups of stays as text and as plain objects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from cleanclaim.inpatient.grouping import Group, Grouped, dotted
from cleanclaim.text.escaping import visible


def text(found: Sequence[Grouped]) -> str:
    """Every stay with its group, then the claims that aren't grouped, by reason."""
    lines = [line for one in found if one.grouped for line in (*_stay(one), "")]
    grouped = sum(one.grouped for one in found)
    lines.append(f"Grouped: {grouped:,} of {_counted(len(found))}{_case_mix(found)}")
    reasons = Counter(one.reason for one in found if not one.grouped)
    lines += [f"Not grouped: {_counted(count)}: {why}" for why, count in reasons.most_common()]
    return "\n".join(visible(line) for line in lines) + "\n"


def as_dicts(found: Sequence[Grouped]) -> dict[str, Any]:
    """A summary, and each claim with its group or with the reason why it has none."""
    weights = _known(found)
    return {
        "summary": {
            "claims": len(found),
            "grouped": sum(one.grouped for one in found),
            "weighted": len(weights),
            "case_mix_index": str(_mean(weights)) if weights else None,
        },
        "claims": [asdict(one) for one in found],
    }


def _stay(one: Grouped) -> Iterator[str]:
    group = one.group
    if group is None:
        return
    claim = one.claim_id or "no number"
    yield f"{claim}  MS-DRG {_numbered(group)}, MDC {one.mdc}, grouper {one.version}"
    yield f"  {group.title}"
    if one.before_hac:
        yield f"  {_numbered(one.before_hac)} before hospital-acquired conditions"
    yield f"  {'1':>2}  {dotted(one.principal or ''):<8}  principal"
    for diagnosis in one.secondary:
        says = "counts" if diagnosis.counts else f"doesn't count: {diagnosis.why_not}"
        level = "" if diagnosis.level == "none" else diagnosis.level
        yield f"  {diagnosis.number:>2}  {dotted(diagnosis.code):<8}  {level:<3}  {says}{_without(diagnosis.without, group)}"
    for procedure in one.procedures:
        kind = "operating room procedure" if procedure.operating_room else "procedure"
        yield f"  {'p' + str(procedure.number):>2}  {procedure.code:<8}  {kind}{_without(procedure.without, group)}"
    for more in one.one_more:
        what = f"MS-DRG {_compared(more.group, group)}" if more.group else "no change"
        yield f"  One more {more.level}: {what}"
    yield from (f"  Note: {note}" for note in one.notes)


def _without(other: Group | None, own: Group) -> str:
    return f"; without it MS-DRG {_compared(other, own)}" if other else ""


def _numbered(group: Group) -> str:
    return group.drg if group.weight is None else f"{group.drg} (weight {group.weight})"


def _compared(other: Group, own: Group) -> str:
    if other.weight is None or own.weight is None:
        return other.drg
    return f"{other.drg} (weight {other.weight}, {other.weight - own.weight:+})"


def _known(found: Sequence[Grouped]) -> list[Decimal]:
    return [one.group.weight for one in found if one.group and one.group.weight is not None]


def _mean(weights: Sequence[Decimal]) -> Decimal:
    return (sum(weights, Decimal()) / len(weights)).quantize(Decimal("0.0001"))


def _case_mix(found: Sequence[Grouped]) -> str:
    weights = _known(found)
    return f", case-mix index {_mean(weights)}" if weights else ""


def _counted(claims: int) -> str:
    return f"{claims:,} claim{'' if claims == 1 else 's'}"
