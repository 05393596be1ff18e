"""Code pages and search results as text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from cleanclaim.encoder.codebook import Span
from cleanclaim.encoder.lookup import Page
from cleanclaim.encoder.systems import FOR, KEEPERS

if TYPE_CHECKING:  # a page doesn't need the search
    from cleanclaim.encoder.answer import Answer
    from cleanclaim.encoder.result import Result

WHOLE: Final = 10_000
"""More lines than any list has."""
_WIDTH: Final = 100
HEADINGS: Final = {
    "includes": "Includes",
    "inclusion_term": "Also called",
    "excludes1": "Excludes1 (never coded together)",
    "excludes2": "Excludes2 (may be coded together)",
    "code_first": "Code first",
    "use_additional": "Use additional code",
    "code_also": "Code also",
    "note": "Note",
}
"""The kinds of notes, in the order in which they are shown."""
_FEW_PAIRS: Final = 5
PARTIAL: Final = "a few rules about everyday codes, not the whole tables"
"""What a release of only some codes is."""


def page(entry: Page, *, most: int = WHOLE) -> str:
    """Write a page as text.

    Args:
        entry: the page.
        most: the most lines to show per list; the rest are counted.
    """
    if entry.where:
        return "\n".join(_value(entry)) + "\n"
    parts = [
        list(_head(entry)),
        _section("Divides into", [f"{code}  {titled(title, None)}" for code, title in entry.divides_into], most),
        _section("Within", [f"{code}  {title}" for code, title in entry.parents], most),
        *_notes(entry, most),
        _section("Medicare Code Editor", list(entry.attributes), most),
        *_procedure(entry.procedure, most),
        _read_from(entry),
    ]  # fmt: skip
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _read_from(entry: Page) -> list[str]:
    if not entry.releases:
        return []
    partial = f" ({PARTIAL}; import CMS's files for the rest)" if entry.partial else ""
    return textwrap.wrap(f"Read from: {'; '.join(entry.releases)}{partial}", _WIDTH)


def _value(entry: Page) -> Iterator[str]:
    """Yield the lines of a value of a short list."""
    yield from textwrap.wrap(f"{entry.system} {entry.code}  {entry.title}", _WIDTH)
    if not entry.billable:
        yield _not_now(entry, entry.valid[-1])
    yield from textwrap.wrap(f"Says {entry.use}. Goes in {entry.where}.", _WIDTH)
    for name, value in entry.facts:
        yield from textwrap.wrap(f"{name}: {value}", _WIDTH, subsequent_indent="  ")
    yield f"Maintained by {entry.keeper}; the words are cleanclaim's own"


def _not_now(entry: Page, span: Span) -> str:
    if span.last is not None and span.last < entry.on:
        return f"NOT IN USE since {span.last}"
    return f"NOT IN USE before {span.first}"


def _head(entry: Page) -> Iterator[str]:
    if entry.ended:
        instead = f": use {' or '.join(entry.replaced_by)}" if entry.replaced_by else ""
        yield f"{entry.code} ENDED {entry.ended}{instead}"
    elif entry.valid and entry.valid[0].first > entry.on:
        yield f"{entry.code} is NOT YET IN FORCE on {entry.on}; it starts {entry.valid[0].first}"
    yield from textwrap.wrap(f"{entry.code}  {titled(entry.title, entry.made_title)}", _WIDTH)
    yield f"{entry.system}, {entry.kind}; maintained by {KEEPERS[entry.system]}"
    yield f"Used for {FOR[entry.system]}"
    if not entry.ended:
        yield _billability(entry)
    for span in entry.valid:
        yield f"In force {_days(span, entry)}  ({', '.join(span.releases)})"
    if entry.replaced_by and not entry.ended:
        yield f"Replaced by {', '.join(entry.replaced_by)}"
    if entry.replaces:
        yield f"Replaces {', '.join(entry.replaces)}"
    if entry.before:
        yield f"Before this code existed, the same condition was coded {' or '.join(entry.before)}"
    if entry.also:
        yield f"Without its dot, this is also {', '.join(entry.also)}; type the dot to see it"


def titled(title: str | None, made: str | None) -> str:
    """Return an official title, or one made from the code above, marked as such."""
    if title:
        return title
    return (
        f"{made} (made from the code above: no official title is loaded)"
        if made
        else "(no title loaded)"
    )


def _billability(entry: Page) -> str:
    if entry.billable:
        return f"Billable on {entry.on}"
    if entry.billable is None:
        return f"Billable on {entry.on}: not checked, because no list of these codes is loaded for that day"
    if entry.divides_into:
        return f"Not billable on {entry.on}: choose a more specific code below"
    return f"Not billable on {entry.on}"


def _days(span: Span, entry: Page) -> str:
    if (
        span.last is None
        and str(span.first).startswith("1900")
        and set(span.releases) <= set(entry.partial)
    ):
        return "on dates that aren't known: no complete list is loaded"
    start = "" if str(span.first).startswith("1900") else f"from {span.first}"
    end = f"to {span.last}" if span.last else ""
    return " ".join(part for part in (start, end) if part) or "always"


def _section(heading: str, lines: Sequence[str], most: int) -> list[str]:
    if not lines:
        return []
    shown = [f"  {line}".rstrip() for line in lines[:most]]
    if len(lines) > most:
        shown.append(f"  … {len(lines) - most:,} more (see cleanclaim lookup)")
    return [f"{heading}:", *shown]


def _notes(entry: Page, most: int) -> Iterator[list[str]]:
    for kind, heading in HEADINGS.items():
        own = [note for note in entry.notes if note["kind"] == kind]
        yield _section(heading, [_note(note, entry.code) for note in own], most)


def _note(note: dict[str, str | None], code: str) -> str:
    at = "" if note["at"] == code else f"  [at {note['at']}]"
    heading = f"{note['heading']} " if note["heading"] else ""
    return f"{heading}{note['text']}{at}"


def _procedure(known: dict[str, Any], most: int) -> Iterator[list[str]]:
    if not known:
        return
    yield _section("Fee schedule", [line for row in known["fee_schedule"] for line in _fees(row)], most)  # fmt: skip
    yield _section("Units", [_limit(row) for row in known["unit_limits"]], most)
    yield _section("Add-on", list(_add_on(known["add_on"], most)), most)
    for pairs in known["pairs"]:
        yield _pairs(pairs, most)
    yield _section("Modifiers that may apply", list(_modifiers(known["modifiers"])), most)  # fmt: skip
    yield _section("Coverage policies", [_policy(row) for row in known["coverage"]], most)
    yield _section("Other rules", [row["text"] for row in known["rules"]], most)
    yield _section("Not checked", [f"{row['table']}: {row['reason']} ({row['supply']})" for row in known["not_loaded"]], most)  # fmt: skip


def _fees(row: dict[str, Any]) -> Iterator[str]:
    name = f"with modifier {row['modifier']}: " if row["modifier"] else ""
    status = f"status {row['status']} ({row['status_means'] or 'meaning unknown'})"
    days = f", global {row['global_days']} ({row['global_means']})" if row["global_days"] else ""
    yield f"{name}{status}{days}  [{row['release']}]"
    if row["nonfacility_total"] is not None:
        yield (
            f"  RVUs: work {row['work_rvu']:.2f}, total {row['nonfacility_total']:.2f} in an office,"
            f" {row['facility_total']:.2f} in a facility"
        )
    prices = (("office", row["nonfacility_price"]), ("facility", row["facility_price"]))
    known = ", ".join(f"{setting} ${price:,.2f}" for setting, price in prices if price is not None)
    if known:
        place = (
            f"locality {row['locality']}"
            if row["locality"]
            else "national, not adjusted for locality"
        )
        yield f"  price ({place}): {known}"


def _limit(row: dict[str, Any]) -> str:
    means = row["adjudication_means"]
    return f"{row['setting']}: at most {row['max_units']} {means or ''}".rstrip() + f"  [{row['release']}]"  # fmt: skip


def _add_on(row: dict[str, Any], most: int) -> Iterator[str]:
    if row["is_add_on"]:
        yield f"{row['means']}  [{row['release']}]"
    some = "some of its " if row["partial"] else ""
    if row["primaries"]:
        yield f"{some}primary codes: {_few(row['primaries'], most)}"
    if row["add_ons"]:
        yield f"{some}add-on codes: {_few(row['add_ons'], most)}"
    if some and (row["primaries"] or row["add_ons"]):
        yield "(the table of add-on codes isn't loaded: there may be others)"


def _few(codes: Sequence[str], most: int) -> str:
    shown = ", ".join(codes[: most * 2])
    return shown if len(codes) <= most * 2 else f"{shown} … {len(codes) - most * 2:,} more"


def _pairs(pairs: dict[str, Any], most: int) -> list[str]:
    counts = pairs["by_indicator"]
    summary = (
        f"{counts.get('0', 0):,} never paid together, {counts.get('1', 0):,} paid with a modifier"
    )
    rows = [
        f"{row['not_paid']} is included in {row['paid']}: {row['indicator_means']}" for row in pairs["rows"]
    ]  # fmt: skip
    if pairs["partial"]:
        summary = (
            f"{pairs['total']} of its pairs, from the starter set; the whole table isn't loaded"
        )
    heading = f"NCCI pairs, {pairs['setting']}: {summary}; page {pairs['page']} of {pairs['pages']}"
    return _section(heading, rows, min(most, max(len(rows), 1)) if most == WHOLE else _FEW_PAIRS) or [f"{heading}."]  # fmt: skip


def _modifiers(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for row in rows:
        by_reason.setdefault(row["why"], []).append(row["modifier"])
    for why, modifiers in by_reason.items():
        yield f"{', '.join(modifiers)}: {why}"


def _policy(row: dict[str, Any]) -> str:
    where = f", {', '.join(row['states'])}" if row["states"] else ""
    counts = row["diagnoses"]
    supporting = f"{counts['supporting']:,} diagnoses support it" if counts["supporting"] else ""
    refused = f"{counts['refused']:,} do not" if counts["refused"] else ""
    diagnoses = ", ".join(part for part in (supporting, refused) if part)
    more = f": {diagnoses} (cleanclaim crosswalk lists them)" if diagnoses else ""
    return f"{row['policy']}  {row['title'] or ''} ({row['kind']}{where}){more}  [{row['release']}]"


def answered(found: Answer) -> str:
    """Write a search's answer: the codes that fit, then the others, then what wasn't understood or searched."""
    fits = [one for one in found.results if one.fits]
    others = [one for one in found.results if not one.fits]
    lines = results(fits)
    if not fits:
        lines += textwrap.wrap(_nothing_fits(found), _WIDTH)
    if others:
        lines += [
            "Less likely, without some of your words:" if fits else "Closest, by the other words:"
        ]
        lines += results(others)
    if not all(one.billable for one in found.results):
        lines.append("- not billable: a category, or a code that isn't in force")
    if found.not_searched:
        lines.append("Not searched, because no complete list is loaded:")
        lines += (f"  {name}" for name in found.not_searched)
    return "\n".join(lines) + "\n"


def _nothing_fits(found: Answer) -> str:
    if found.code_format:
        return f"No loaded list has {found.query.strip().upper()}. It has the format of {found.code_format}."
    if not found.results:
        return f"No codes match '{found.query}'."
    if found.unmatched:
        return f"Nothing fits '{found.query}': no code that was found has {' or '.join(found.unmatched)}."
    return f"Nothing fits '{found.query}' as a whole."


def results(found: Sequence[Result]) -> list[str]:
    """Write search results, one per line, with the words that matched."""
    width = max((len(one.code) for one in found), default=0)
    lines = []
    for one in found:
        mark = " " if one.billable else "-"
        role = f"  [{one.role}]" if one.role else ""
        lacks = f"  [without: {', '.join(one.missed)}]" if one.missed else ""
        lines.append(f"{mark} {one.code:<{width}}  {_title(one)}{_found_by(one)}{role}{lacks}")
        if one.divides_into:
            lines.append(f"  {'':<{width}}  {_divisions(one)}")
    return lines


def _title(one: Result) -> str:
    return one.title or (titled(None, one.made_title) if one.made_title else _untitled(one))


def _untitled(one: Result) -> str:
    return f"(no title loaded; listed under: {one.term})" if one.term else "(no title loaded)"


def _found_by(one: Result) -> str:
    as_of = f"  [list of {one.as_of}]" if one.as_of else ""
    if one.source in {"title", "code"} or not one.term or one.title is None:
        return as_of
    return f"  ({one.source}: {one.term}){as_of}"


def _divisions(one: Result) -> str:
    verb = "choices" if one.billable else "divides into"
    shown = ", ".join(one.divides_into[:8])
    more = len(one.divides_into) - 8
    return f"{verb}: {shown}" + (f" and {more} more" if more > 0 else "")
