"""Run the service with uvicorn."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from cleanclaim.errors import ConfigError
from cleanclaim.server.access import keys, users
from cleanclaim.server.app import make_app
from cleanclaim.server.database import opened
from cleanclaim.server.guards import LOG
from cleanclaim.server.settings import ServerSettings

_HEAD_SECONDS: Final = 10.0
"""A connection that sends no whole request head in this time is closed."""
_HEAD_BYTES: Final = 64 * 1024
"""A connection whose request head is longer is closed."""
_MOST_CONNECTIONS: Final = 1024
_NOBODY: Final = (
    "every request needs an API key or a sign-in, since this address can be reached from elsewhere or --require-keys was given, and there is neither a "
    "user nor a key: run `cleanclaim serve users add NAME --role admin` or `cleanclaim serve keys add NAME` first"
)


class _Protocol(HttpToolsProtocol):
    """uvicorn's protocol, which also closes connections whose request head never ends."""

    _head = 0
    _in_head = True

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.loop.call_later(_HEAD_SECONDS, self._close_if_silent)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._head = self._head + len(data) if self._in_head else 0
        if self._head > _HEAD_BYTES and not self.transport.is_closing():
            self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._in_head = False

    def _close_if_silent(self) -> None:
        if self.cycle is None and not self.transport.is_closing():
            self.transport.close()


def serve(settings: ServerSettings, begun: Callable[[], None]) -> None:
    """Answer requests until the process is stopped.

    Args:
        settings: what the operator decided.
        begun: what is done as soon as nothing keeps it from starting.

    Raises:
        ConfigError: the address can be reached from elsewhere and neither a key nor a user exists, or the database can't be opened.
        ReferenceProblem: the reference store can't be read.
    """
    database = opened(settings)
    has_someone = settings.sign_on or users.any_active(database) or keys.any_valid(database)
    if not settings.may_be_open and not has_someone:
        raise ConfigError([_NOBODY])
    _log_to_stderr()
    config = uvicorn.Config(
        make_app(settings, database, with_example=settings.may_be_open and not has_someone),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=list(settings.proxies),
        http=_Protocol,
        ws="none",
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,
    )
    server = uvicorn.Server(config)
    begun()
    with asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(server.serve())
    if not server.started:
        raise ConfigError([f"the service can't listen on {settings.host}:{settings.port}"])


def _loop() -> asyncio.AbstractEventLoop:
    """An event loop: uvloop's, which Windows doesn't have."""
    try:
        import uvloop  # noqa: PLC0415
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _log_to_stderr() -> None:
    """One line of JSON for each request on standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False
