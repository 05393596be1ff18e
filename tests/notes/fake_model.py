"""A language model's endpoint that misbehaves in every way."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from cleanclaim.notes.endpoint import MOST_BYTES

Reply = dict[str, Any]


def chat(content: object) -> bytes:
    """Return an answer in OpenAI's format."""
    words = content if isinstance(content, str) else json.dumps(content)
    return json.dumps({"choices": [{"message": {"content": words}}]}).encode()


def conditions(*proposals: Mapping[str, object]) -> bytes:
    """Return an answer that proposes conditions."""
    return chat({"conditions": list(proposals)})


GARBAGE = [
    pytest.param(b"", "isn't in OpenAI's format", id="empty"),
    pytest.param(b"<html>", "isn't in OpenAI's format", id="html"),
    pytest.param(b"[" * 100_000, "isn't in OpenAI's format", id="deep"),
    pytest.param(b'{"choices": []}', "isn't in OpenAI's format", id="no choices"),
    pytest.param(
        b'{"choices": [{"message": {"content": 7}}]}', "isn't in OpenAI's format", id="number"
    ),
    pytest.param(chat("I'm sorry, I can't help."), "isn't JSON", id="prose"),
    pytest.param(chat("[" * 100_000), "isn't JSON", id="deep answer"),
    pytest.param(chat({"conditions": "none"}), "no list of conditions", id="text"),
    pytest.param(chat({"diagnoses": []}), "no list of conditions", id="other"),
    pytest.param(b"x" * (MOST_BYTES * 10), "larger than", id="10 MB"),
]
"""Unusable answers, and what is said of each."""


@contextmanager
def serving(
    body: bytes = b"",
    *,
    status: int = 200,
    wait: float = 0.0,
    drip: float = 0.0,
    location: str = "",
) -> Iterator[tuple[str, list[Reply]]]:
    """Serve one reply to every request, and yield the address and the requests that came.

    Args:
        body: what to answer.
        status: the status.
        wait: seconds before the answer.
        drip: seconds between its bytes.
        location: where to redirect to.
    """
    asked: list[Reply] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            asked.append({"path": self.path, "headers": dict(self.headers), "body": json.loads(self.rfile.read(length))})  # fmt: skip
            time.sleep(wait)
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self._write()

        def _write(self) -> None:
            try:
                for at in range(0, len(body), 1 if drip else max(1, len(body))):
                    self.wfile.write(body[at : at + (1 if drip else len(body))])
                    time.sleep(drip)
            except OSError:
                pass  # the client has gone

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        server.server_close()
