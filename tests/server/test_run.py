"""The server's protocol: a request head must end, and soon."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import uvicorn

from cleanclaim.server import run


async def _echo(scope: Any, receive: Any, send: Any) -> None:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    headers = [(b"content-length", str(len(str(len(body)))).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": str(len(body)).encode()})


async def _sent(*parts: bytes) -> bytes:
    """What a server answers to parts of bytes on one connection, until it closes the connection or pauses."""
    config = uvicorn.Config(_echo, port=0, http=run._Protocol, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            answer += await asyncio.wait_for(reader.read(4096), 5)
    except (ConnectionError, TimeoutError) as error:
        answer += type(error).__name__.encode()
    finally:
        writer.close()
        server.should_exit = True
        await serving
    return answer


def _post(size: int) -> bytes:
    return b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size + b"a" * size


def test_bodies_may_be_long_and_connections_are_kept() -> None:
    answer = asyncio.run(_sent(_post(200_000), _post(3)))
    assert answer.count(b"HTTP/1.1 200") == 2
    assert answer.endswith(b"\r\n\r\n3")


@pytest.mark.parametrize("before", [(), (_post(200_000),)])
def test_a_head_without_end_closes_the_connection(before: tuple[bytes, ...]) -> None:
    endless = b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 20_000
    answer = asyncio.run(_sent(*before, endless))
    assert answer.count(b"HTTP/1.1 200") == len(before)
    assert b"TimeoutError" not in answer  # it was closed


def test_a_silent_connection_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_HEAD_SECONDS", 0.05)
    assert asyncio.run(_sent(b"GET / HTTP/1.1\r\n")) == b""
