"""Tools for agents over the Model Context Protocol: they read what they are given, answer with sources, and write nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any, Final, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from cleanclaim import api, explain_page
from cleanclaim.errors import CleanclaimError
from cleanclaim.notes.level.leveler import Leveler
from cleanclaim.notes.level.leveler import Options as LevelOptions
from cleanclaim.notes.suggest import Options
from cleanclaim.notes.support.supporter import Options as SupportOptions
from cleanclaim.read.dates import parse
from cleanclaim.server.checking import Asked, report_of
from cleanclaim.server.choices import Choices
from cleanclaim.server.engine import Engine, Held
from cleanclaim.server.problems import Problem
from cleanclaim.server.settings import ServerSettings
from cleanclaim.version import VERSION

INSTRUCTIONS: Final = (
    "cleanclaim checks US medical claims and looks up medical codes, offline. Every finding names its source and release. What is listed under not_checked was "
    "not judged: never call a claim clean that has entries there. Suggestions for notes are for a coder to decide on. Dates are YYYY-MM-DD."
)
_READS: Final = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
_MOST_TEXT: Final = 5_000_000
_LONGEST_NOTE: Final = 50_000
Found = TypeVar("Found")


def make_server(settings: ServerSettings) -> MCPServer:
    """The tools and resources as an MCP server.

    Args:
        settings: the reference store, its lock and the custom edits.

    Raises:
        ReferenceProblem: the reference store can't be read.
    """
    held = Engine(settings).held
    server = MCPServer("cleanclaim", instructions=INSTRUCTIONS, version=VERSION)
    _add_claims(server, held)
    _add_codes(server, held)
    _add_notes(server, held)
    _add_resources(server, held)
    return server


def _add_claims(server: MCPServer, held: Held) -> None:
    @server.tool(annotations=_READS, structured_output=True)
    def check_claim(
        claims: list[dict[str, Any]] | None = None,
        x12: str | None = None,
        payer_class: str | None = None,
        as_of: str | None = None,
        select: str = "",
        ignore: str = "",
    ) -> dict[str, Any]:
        """Check claims: what is wrong, where, why (with source and release) and what would fix it; and what could not be checked.

        Args:
            claims: claims as objects, such as {"claim_id": "A1", "patient_birth_date": "1950-02-14", "patient_sex": "F", "claim_filing_code": "MB",
                "diagnoses": ["M54.50"], "lines": [{"procedure_code": "97110", "from_date": "2026-05-12", "units": 2, "diagnosis_pointers": [1]}]}.
            x12: instead, the text of an X12 837 file.
            payer_class: treat every claim as this payer class, such as medicare.
            as_of: the day as of which claims are judged.
            select: codes, families or names of the edits to run, separated by commas.
            ignore: those not to run.
        """
        choices = Choices(payer_class=payer_class, as_of=as_of, select=select, ignore=ignore)
        asked = Asked(_claims(claims, x12), choices, "json", held)
        return _sourced(held, _tried(lambda: report_of(asked).to_dict()))

    @server.tool(annotations=_READS, structured_output=True)
    def price(
        claims: list[dict[str, Any]] | None = None, x12: str | None = None, as_of: str | None = None
    ) -> dict[str, Any]:
        """Say what Medicare would allow for each line, or why there is no price.

        Args:
            claims: claims as objects, as for check_claim.
            x12: instead, the text of an X12 837 file.
            as_of: the day as of which claims are judged.
        """
        given = _claims(claims, x12)
        content = io.BytesIO(given) if isinstance(given, bytes) else given
        lines = _tried(lambda: api.price(content, as_of=as_of, reference=held.reference))
        return _sourced(held, {"lines": [_plain(row) for row in lines.iter_rows(named=True)]})


def _add_codes(server: MCPServer, held: Held) -> None:
    @server.tool(annotations=_READS, structured_output=True)
    def lookup(code: str, on: str | None = None, pairs: int = 20) -> dict[str, Any]:
        """Everything about a code: titles, dates, successors, notes; for procedures also units, NCCI pairs, prices and policies.

        Args:
            code: an ICD-10-CM, ICD-9-CM, CPT, HCPCS, modifier, place of service, CARC, RARC or revenue code.
            on: the date of service; by default today.
            pairs: how many NCCI pairs to list.
        """
        pages = _tried(lambda: held.encoder.lookup(code, on=_day(on), pairs=max(min(pairs, 500), 0)))  # fmt: skip
        near = [] if pages else held.encoder.near(code)
        return _sourced(held, {"codes": [page.as_dict() for page in pages], "near": near})

    @server.tool(annotations=_READS, structured_output=True)
    def search(
        text: str, system: str | None = None, on: str | None = None, limit: int = 10
    ) -> dict[str, Any]:
        """Find codes by words. `unmatched` names the words that weren't understood, and `not_searched` the lists that aren't loaded.

        Args:
            text: words, such as "broken wrist".
            system: only this code system: icd10cm, icd9cm, hcpcs or cpt.
            on: the day on which the codes must be in force; by default today.
            limit: how many results.
        """
        found = _tried(
            lambda: held.encoder.answer(text[:1000], system=system, on=_day(on), limit=max(min(limit, 100), 1))
        )  # fmt: skip
        return _sourced(held, found.as_dict())

    @server.tool(annotations=_READS, structured_output=True)
    def crosswalk(code: str, to: str | None = None, on: str | None = None) -> dict[str, Any]:
        """Map a code to others: ICD-9 and ICD-10, successors of ended codes, diagnoses that support a procedure.

        Args:
            code: the code.
            to: map to this code system only.
            on: the day on which the target codes are in force; by default today.
        """
        found = _tried(lambda: held.encoder.crosswalk(code, to=to, on=_day(on)))
        return _sourced(held, {"mappings": [one.as_dict() for one in found.mappings], "not_checked": list(found.not_loaded)})  # fmt: skip

    @server.tool(annotations=_READS, structured_output=True)
    def explain(word: str, on: str | None = None) -> dict[str, Any]:
        """Explain an edit (DX102), a code, a value (CARC 146) or words of the trade (icd cpt) as plain text.

        Args:
            word: what to explain.
            on: the date of service, for a code.
        """
        text = _tried(lambda: explain_page.explain([word], held.edits, held.reference, _day(on)))
        return _sourced(held, {"text": text})


def _add_notes(server: MCPServer, held: Held) -> None:
    @server.tool(annotations=_READS, structured_output=True)
    def suggest(
        note: str, on: str | None = None, setting: str = "outpatient", mode: str = "billing"
    ) -> dict[str, Any]:
        """Suggest diagnosis codes for a clinical note, each with the words that it is based on; and what isn't coded, with the reason.

        Args:
            note: the note's text.
            on: the date of service; by default today.
            setting: outpatient or inpatient.
            mode: billing, or index for every finding that the note names.
        """
        day = _day(on) or date.today()  # noqa: DTZ011 - the user's own day
        found = _tried(lambda: held.suggester.suggest(_note(note), Options(day, setting, mode)))
        return _sourced(held, {"suggestions": [one.as_dict() for one in found]})

    @server.tool(annotations=_READS, structured_output=True)
    def level(
        note: str,
        on: str | None = None,
        patient: str | None = None,
        place: str | None = None,
        payer: str | None = None,
        billed: str | None = None,
    ) -> dict[str, Any]:
        """Say which visit code a note supports, with problems, data, risk and time in the note's words.

        Args:
            note: the note's text.
            on: the date of service; by default today.
            patient: new or established; by default what the note says.
            place: office, hospital, emergency, consultation, nursing-facility, home, or a place-of-service code.
            payer: medicare or commercial.
            billed: the billed visit code, to be judged.
        """
        day = _day(on) or date.today()  # noqa: DTZ011
        options = _tried(lambda: LevelOptions(day, patient, place, payer, billed and billed.upper()))  # fmt: skip
        return _sourced(held, _tried(lambda: Leveler(held.suggester).level(_note(note), options).as_dict()))  # fmt: skip

    @server.tool(annotations=_READS, structured_output=True)
    def support(
        note: str, codes: list[str], on: str | None = None, setting: str = "outpatient"
    ) -> dict[str, Any]:
        """Say whether a note supports billed codes: supported, partly, unsupported or contradicted, with the words and a better code.

        Args:
            note: the note's text.
            codes: diagnosis and procedure codes; units and modifiers can follow: 97110x2-GP.
            on: the date of service; by default today.
            setting: outpatient or inpatient.
        """
        day = _day(on) or date.today()  # noqa: DTZ011
        options = _tried(lambda: SupportOptions(day, setting))
        found = _tried(lambda: held.supporter.support(_note(note), codes, options))
        return _sourced(held, {"codes": [one.as_dict() for one in found]})


def _add_resources(server: MCPServer, held: Held) -> None:
    @server.resource("cleanclaim://edits", mime_type="text/plain")
    def edits() -> str:
        """Every edit: its code, name and disposition."""
        return "\n".join(f"{one.code}  {one.disposition.value}  {one.name}" for one in held.edits)

    @server.resource("cleanclaim://edits/{code}", mime_type="text/plain")
    def edit(code: str) -> str:
        """One edit: what it flags, why it matters, what to do, its source."""
        return _tried(lambda: explain_page.explain([code], held.edits, held.reference, None))

    @server.resource("cleanclaim://codes/{code}", mime_type="text/plain")
    def code(code: str) -> str:
        """A code's page as of today."""
        return _tried(lambda: explain_page.explain([code], held.edits, held.reference, None))


def _claims(claims: list[dict[str, Any]] | None, x12: str | None) -> list[Any] | bytes:
    if (claims is None) == (x12 is None):
        raise ToolError("give claims or x12, and not both")
    if x12 is not None:
        if len(x12) > _MOST_TEXT:
            raise ToolError(f"x12: expected up to {_MOST_TEXT:,} characters; check larger files with `cleanclaim check`")  # fmt: skip
        return x12.encode("utf-8", "surrogateescape")
    if not claims:
        raise ToolError("claims: expected at least one")
    return list(claims)


def _note(given: str) -> str:
    if not given.strip() or len(given) > _LONGEST_NOTE:
        raise ToolError(f"note: expected 1 to {_LONGEST_NOTE:,} characters")
    return given


def _tried(work: Callable[[], Found]) -> Found:
    """Do something; what the library refuses becomes one clear error."""
    try:
        return work()
    except Problem as problem:
        raise ToolError("; ".join([problem.detail, *problem.faults])) from None
    except CleanclaimError as error:
        raise ToolError(str(error)) from None


def _day(given: str | None) -> date | None:
    if not given:
        return None
    day = parse(given)
    if day is None:
        raise ToolError("on: expected a date (YYYY-MM-DD)")
    return day.date


def _sourced(held: Held, content: dict[str, Any]) -> dict[str, Any]:
    """An answer with what it is based on."""
    return {**content, "based_on": {"version": VERSION, "lock": held.digest}}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value if value is None or isinstance(value, (int, str)) else str(value) for name, value in row.items()}  # fmt: skip
