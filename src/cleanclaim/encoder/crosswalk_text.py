"""Crosswalks as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cleanclaim.encoder.crosswalk import GEM, KINDS, Crosswalk, Mapping


def mappings(found: Crosswalk, asked: str, limit: int = 0, page: int = 1) -> str:
    """Write a crosswalk, grouped by kind of mapping.

    Args:
        found: the crosswalk.
        asked: the code.
        limit: how many mappings a page has; 0 for all.
        page: the page.
    """
    ordered = [one for kind in KINDS for one in found.mappings if one.kind == kind]
    shown = ordered[(page - 1) * limit : page * limit] if limit else ordered
    parts = []
    for kind, heading in KINDS.items():
        own = [one for one in shown if one.kind == kind]
        if own:
            parts.append("\n".join([f"{heading}:", *_mapping_lines(own)]))
    if not ordered:
        parts.append(f"No loaded table maps {asked}.")
    if limit and len(ordered) > limit:
        pages = -(-len(ordered) // limit)
        parts.append(f"Page {page} of {pages}: {len(ordered):,} mappings in all (--page, --limit)")
    if found.not_loaded:
        parts.append("\n".join(["Not checked:", *(f"  {one}" for one in found.not_loaded)]))
    return "\n\n".join(parts) + "\n"


def _mapping_lines(own: Sequence[Mapping]) -> Iterator[str]:
    source = None
    for one in own:
        heading = f"{one.source}" + (f" ({', '.join(one.states)})" if one.states else "")
        if heading != source:
            yield f"  {heading}  [{one.release}]" if one.release != one.source else f"  {heading}"
            source = heading
        yield f"    {one.from_code} → {one.to_code or 'none'}  {one.title or ''}{_details(one)}".rstrip()


def _details(one: Mapping) -> str:
    words = []
    if one.via:
        words.append(f"through {', '.join(one.via)}")
    if one.covered is not None:
        words.append("supports" if one.covered else "does not support")
    if one.lines is not None:
        share = "" if one.paid_share is None else f", {one.paid_share:.0%} paid"
        words.append(f"{one.lines:,} lines{share}")
    if one.note and not one.via:
        words.append(one.note)
    if one.kind == GEM and one.in_force is False:
        words.append("not in force on the day")
    return f"  ({'; '.join(words)})" if words else ""
