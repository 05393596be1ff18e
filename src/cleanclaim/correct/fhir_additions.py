"""Where a value that a FHIR claim lacks is added."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from cleanclaim.correct.json_spans import Node

Addition = tuple[Node, str | None, Any]
"""The object or list, the new member's name (None for a list), and the value."""
_PLACES_OF_SERVICE: Final = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"  # fmt: skip
_RELATED: Final = "http://terminology.hl7.org/CodeSystem/ex-relatedclaimrelationship"
_ICD10: Final = "http://hl7.org/fhir/sid/icd-10-cm"


def addition(claim: Node, place: tuple[str, int, str], new: str, sequence: int) -> Iterator[Addition]:  # fmt: skip
    """The ways to add a value, the best one first; none if it can't be added.

    Args:
        claim: the claim.
        place: the table, the number in the claim, and the column.
        new: the value.
        sequence: for a pointer, the sequence of its diagnosis.
    """
    table, number, name = place
    if table == "lines":
        item = claim.get("item", number - 1)
        if item is not None:
            yield from _of_line(item, name, new, sequence)
    elif name == "diagnosis_code":
        yield _diagnosis(claim, new)
    elif name == "prior_authorization_number":
        insurance = claim.get("insurance")
        for one in insurance.children() if insurance else ():
            yield _listed(one, "preAuthRef", new)
    elif name == "original_reference_number":
        value = {"relationship": {"coding": [{"system": _RELATED, "code": "prior"}]}, "reference": {"value": new}}  # fmt: skip
        yield _listed(claim, "related", value)


def _of_line(item: Node, name: str, new: str, sequence: int) -> Iterator[Addition]:
    if name.startswith("modifier_"):
        yield _listed(item, "modifier", {"coding": [{**_system_of(item), "code": new}]})
    elif name.startswith("diagnosis_pointer_"):
        yield _listed(item, "diagnosisSequence", sequence)
    elif name == "place_of_service_code" and item.get("locationCodeableConcept") is None:
        yield item, "locationCodeableConcept", {"coding": [{"system": _PLACES_OF_SERVICE, "code": new}]}  # fmt: skip
    elif name == "from_date" and item.get("servicedPeriod") is None:
        yield item, "servicedDate", new
    elif name == "units" and item.get("quantity") is None:
        yield item, "quantity", {"value": float(new) if "." in new else int(new)}


def _listed(holder: Node, name: str, value: Any) -> Addition:
    """An item of a list, which is made if it isn't there."""
    known = holder.get(name)
    return (holder, name, [value]) if known is None else (known, None, value)


def _system_of(item: Node) -> dict[str, str]:
    """The system of a line's modifiers, or of its service."""
    for path in (("modifier", 0, "coding", 0, "system"), ("productOrService", "coding", 0, "system")):  # fmt: skip
        found = item.get(*path)
        if found is not None and found.value:
            return {"system": found.value}
    return {}


def _diagnosis(claim: Node, new: str) -> Addition:
    """A diagnosis after the last one."""
    known = claim.get("diagnosis")
    children = known.children() if known is not None else []
    numbers = [int(one.value or 0) for child in children if (one := child.get("sequence"))]
    system = ("diagnosisCodeableConcept", "coding", 0, "system")
    found = next((one.value for child in children if (one := child.get(*system))), _ICD10)
    concept = {"coding": [{"system": found, "code": new}]}
    value = {"sequence": max(numbers, default=0) + 1, "diagnosisCodeableConcept": concept}
    return _listed(claim, "diagnosis", value)
