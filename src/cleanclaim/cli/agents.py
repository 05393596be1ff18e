"""`cleanclaim mcp`: tools for agents."""

from __future__ import annotations

from typing import Annotated

import typer

from cleanclaim.cli.options import EditFolders, Lock, Store
from cleanclaim.errors import ConfigError

_HOST = "127.0.0.1"
_PORT = 8009


def mcp(
    *,
    http: Annotated[bool, typer.Option("--http", help="Listen for streamable HTTP on this machine, instead of standard input and output.")] = False,
    port: Annotated[int, typer.Option("--port", help="The port for --http.", min=1, max=65535)] = _PORT,
    store: Store = None,
    lock: Lock = None,
    edits: EditFolders = None,
) -> None:  # fmt: skip
    """Offer cleanclaim's functions to agents.

    They speak the Model Context Protocol. The tools check and price claims, look up, search, map and explain codes, and read notes. They read what they are
    given and write nothing.
    """
    try:
        from cleanclaim.server.agents import make_server  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ConfigError([f'{error}. For agents, run: python -m pip install "cleanclaim[mcp]"']) from None  # fmt: skip
    from cleanclaim.server.settings import ServerSettings  # noqa: PLC0415

    server = make_server(ServerSettings(store=store, lock=lock, edits=tuple(edits or ())))
    if http:
        server.run("streamable-http", host=_HOST, port=port)
    else:
        server.run()
