"""The tools for agents, with the official client."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

import cleanclaim
from cleanclaim.server.agents import make_server
from cleanclaim.server.settings import ServerSettings
from served import CLAIM

Ask = Callable[[Client], Coroutine[Any, Any, Any]]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Ask], Any]:
    """Runs something with a client of a server in this process."""
    server = make_server(ServerSettings(folder=tmp_path_factory.mktemp("agents")))

    def run(ask: Ask) -> Any:
        async def work() -> Any:
            async with Client(server) as client:
                return await ask(client)

        return asyncio.run(work())

    return run


def called(asked: Callable[[Ask], Any], tool: str, **given: Any) -> Any:
    return asked(lambda client: client.call_tool(tool, given))


def test_tools_are_described(asked: Callable[[Ask], Any]) -> None:
    listed = asked(lambda client: client.list_tools()).tools
    assert {"check_claim", "lookup", "search", "crosswalk", "explain", "suggest", "price"} <= {tool.name for tool in listed}  # fmt: skip
    assert all(tool.description and tool.annotations.read_only_hint for tool in listed)


def test_a_claim_is_checked_as_by_the_library(asked: Callable[[Ask], Any]) -> None:
    answer = called(asked, "check_claim", claims=[CLAIM])
    found = dict(answer.structured_content)
    based_on = found.pop("based_on")
    assert found == cleanclaim.check(CLAIM).to_dict()
    assert based_on["version"] == cleanclaim.__version__
    assert len(based_on["lock"]) == 64


def test_other_tools_answer(asked: Callable[[Ask], Any]) -> None:
    assert called(asked, "lookup", code="M54.5", on="2026-05-12").structured_content["codes"]
    assert called(asked, "search", text="broken wrist").structured_content["results"]
    assert called(asked, "crosswalk", code="M54.5").structured_content["mappings"]
    assert "DX102" in called(asked, "explain", word="DX102").structured_content["text"]
    assert called(asked, "price", claims=[CLAIM]).structured_content["lines"]
    note = "Assessment: Type 2 diabetes."
    assert called(asked, "suggest", note=note).structured_content["suggestions"][0]["code"] == "E11.9"  # fmt: skip


@pytest.mark.parametrize(
    ("tool", "given", "words"),
    [
        ("check_claim", {}, "give claims or x12"),
        ("check_claim", {"claims": []}, "at least one"),
        ("check_claim", {"claims": [{**CLAIM, "patient_birth_date": "SECRET"}]}, "expects a date"),
        ("check_claim", {"x12": "no claims"}, "expected an X12 interchange"),
        ("check_claim", {"claims": [CLAIM], "select": "NOSUCH"}, "no edit"),
        ("lookup", {"code": "M54.5", "on": "soon"}, "expected a date"),
        ("search", {"text": "x", "system": "latin"}, "system"),
        ("explain", {"word": "DX999"}, "DX999"),
        ("suggest", {"note": "x", "setting": "moon"}, "setting"),
    ],
)
def test_what_can_not_be_answered_is_a_clear_error(
    asked: Callable[[Ask], Any], tool: str, given: dict[str, Any], words: str
) -> None:
    answer = called(asked, tool, **given)
    assert answer.is_error
    text = answer.content[0].text
    assert words in text
    assert "SECRET" not in text


def test_resources_are_pages(asked: Callable[[Ask], Any]) -> None:
    every = asked(lambda client: client.read_resource("cleanclaim://edits")).contents[0].text
    assert "DX102  reject  diagnosis-not-in-force" in every
    one = asked(lambda client: client.read_resource("cleanclaim://edits/DX102")).contents[0].text
    assert one.startswith("DX102")


def test_the_command_speaks_the_protocol(tmp_path: Path) -> None:
    command = StdioServerParameters(command=sys.executable, args=["-m", "cleanclaim", "mcp", "--store", str(tmp_path)], env=dict(os.environ))  # fmt: skip

    async def work() -> Any:
        async with Client(command) as client:
            return await client.call_tool("explain", {"word": "icd"})

    assert asyncio.run(work()).structured_content["text"]
