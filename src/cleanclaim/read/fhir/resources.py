"""The resources of a file, and how one refers to another."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import Any, BinaryIO, Final

from cleanclaim.errors import InputError

Resource = Mapping[str, Any]
_DECODER: Final = json.JSONDecoder(parse_float=Decimal)
_NPIS: Final = frozenset({"npi", "NPI"})
NPI: Final = "http://hl7.org/fhir/sid/us-npi"


@dataclass(slots=True)
class Resources:
    """The resources that claims of a file may refer to.

    Attributes:
        by_reference: resources by the ways to name them: `Patient/1`, `urn:uuid:…`.
    """

    by_reference: dict[str, Resource] = field(default_factory=dict)

    def add(self, resource: Resource, url: object = None) -> None:
        """Make a resource known."""
        kind, own = resource.get("resourceType"), resource.get("id")
        if isinstance(own, str):
            self.by_reference[f"{kind}/{own}"] = resource
        if isinstance(url, str):
            self.by_reference[url] = resource

    def find(self, reference: object, holder: Resource) -> Resource:
        """The resource that a Reference names; empty if it isn't there.

        Args:
            reference: the Reference.
            holder: the resource that has it, whose contained resources count too.
        """
        text = reference.get("reference") if isinstance(reference, dict) else None
        if not isinstance(text, str):
            return {}
        if text.startswith("#"):
            own = text[1:]
            for one in listed(holder.get("contained")):
                if one.get("id") == own:
                    return one
            return {}
        text = text.partition("/_history/")[0]
        return self.by_reference.get(text) or self.by_reference.get("/".join(text.split("/")[-2:])) or {}  # fmt: skip


def listed(value: object) -> list[Resource]:
    """The objects of a list; empty for anything else."""
    if not value or not isinstance(value, list):
        return []
    for one in value:
        if not isinstance(one, dict):
            return [item for item in value if isinstance(item, dict)]
    return value  # as it is, since nearly all lists hold objects only


def codings(concept: object) -> list[tuple[str, str]]:
    """The system and code of each coding of a CodeableConcept."""
    if not isinstance(concept, dict):
        return []
    found = []
    for one in listed(concept.get("coding")):
        code = one.get("code")
        if isinstance(code, str) and (code := code.strip()):
            system = one.get("system")
            found.append((system if isinstance(system, str) else "", code))
    return found


def codes(concept: object) -> list[str]:
    """The codes of a CodeableConcept."""
    if not isinstance(concept, dict):
        return []
    found = []
    for one in listed(concept.get("coding")):
        code = one.get("code")
        if isinstance(code, str) and (code := code.strip()):
            found.append(code)
    return found


def identifier(resource: Resource, system: str) -> str | None:
    """The value of the identifier of a system."""
    for one in listed(resource.get("identifier")):
        is_own = one.get("system") == system
        if is_own or (system == NPI and not _NPIS.isdisjoint(codes(one.get("type")))):
            return text_of(one.get("value"))
    return None


def text_of(value: object) -> str | None:
    """A text without blanks around it; None for anything else or nothing."""
    return value.strip() or None if isinstance(value, str) else None


def read_resources(stream: BinaryIO, file: str, faults: list[str]) -> Iterator[tuple[str, Resource, object]]:  # fmt: skip
    """The resources of a file: its place, the resource, and its full URL.

    Args:
        stream: a resource, a Bundle, a list of resources, or NDJSON.
        file: the file name, for errors.
        faults: what can't be read is added, and the rest is read.

    Raises:
        InputError: the file as a whole isn't JSON.
    """
    first = stream.readline()
    ends = first.strip(b"\xef\xbb\xbf \t\r\n").endswith(b"}")
    blank, second = _next(stream) if ends else (0, b"")
    if ends and second and (_loaded(first) is not None or _loaded(second) is not None):
        yield from _of_line(1, first, faults)
        for number, line in enumerate(chain([second], stream), start=2 + blank):
            if line.strip():
                yield from _of_line(number, line, faults)
    elif ends and not second and (whole := _loaded(first)) is not None:
        yield from _expanded("line 1", whole, None, faults, is_whole=True)
    else:
        content = _all(first + b"\n" * blank + second + stream.read(), file)
        items = content if isinstance(content, list) else [content]
        for number, one in enumerate(items, start=1):
            yield from _expanded(f"item {number}", one, None, faults, is_whole=len(items) == 1)


def _next(stream: BinaryIO) -> tuple[int, bytes]:
    """The next line that isn't blank, and how many blank ones are before it."""
    for blank, line in enumerate(stream):
        if line.strip():
            return blank, line
    return 0, b""


def _of_line(number: int, line: bytes, faults: list[str]) -> Iterator[tuple[str, Resource, object]]:
    resource = _loaded(line)
    if resource is None:
        faults.append(f"line {number}: it isn't a JSON object")
    else:
        yield from _expanded(f"line {number}", resource, None, faults)


def _expanded(
    place: str,
    resource: object,
    url: object,
    faults: list[str],
    *,
    depth: int = 0,
    is_whole: bool = False,
) -> Iterator[tuple[str, Resource, object]]:
    """A resource, or those in a Bundle or Parameters: claims come last, since what they refer to may stand after them."""
    if not isinstance(resource, dict):
        faults.append(f"{place}: it isn't a JSON object")
        return
    held = _HOLDERS.get(str(resource.get("resourceType")))
    if held is None:
        yield place, resource, url
        return
    if depth >= _DEEPEST:
        faults.append(f"{place}: Bundles inside Bundles go too deep")
        return
    name, noun = held
    found: list[tuple[str, Resource, object]] = []
    for number, entry in enumerate(listed(resource.get(name)), start=1):
        if "resource" in entry:
            own = f"{noun} {number}" if is_whole else f"{place}, {noun} {number}"
            found += _expanded(own, entry["resource"], entry.get("fullUrl"), faults, depth=depth + 1)  # fmt: skip
    yield from (one for one in found if one[1].get("resourceType") not in _CLAIMS)
    yield from (one for one in found if one[1].get("resourceType") in _CLAIMS)


_HOLDERS: Final = {"Bundle": ("entry", "entry"), "Parameters": ("parameter", "parameter")}
_CLAIMS: Final = frozenset({"Claim", "ExplanationOfBenefit"})
_DEEPEST: Final = 5


def _loaded(line: bytes) -> Resource | None:
    try:
        value = _DECODER.decode(line.lstrip(b"\xef\xbb\xbf").decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _all(content: bytes, file: str) -> Any:
    try:
        return json.loads(content.lstrip(b"\xef\xbb\xbf"), parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise InputError(f"{file}: line {error.lineno}: it isn't valid JSON: {error.msg.lower()}") from None  # fmt: skip
    except (ValueError, RecursionError):
        raise InputError(f"{file}: it isn't valid JSON") from None
