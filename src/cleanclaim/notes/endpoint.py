"""A language model of the user's own, behind an OpenAI-compatible address.

Only loopback and private addresses are used, unless a host is explicitly allowed. The address that
was checked is the one connected to; redirects and proxies aren't followed; time and size are
limited. No message says what a note or a reply says.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import os
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from cleanclaim.errors import ConfigError

KEY: Final = "CLEANCLAIM_LLM_KEY"
"""The environment variable with a key, if the endpoint wants one."""
MOST_BYTES: Final = 1_000_000
"""The largest reply that is read."""
_TOO_FAR: Final = (
    "llm: {host} isn't on this computer or a private network. Notes have patient data: to send them there anyway, "
    "allow the host {host} (--allow-remote-host {host}; in Python allow_remote_hosts), and have a business associate agreement with whoever runs it"
)
_PATH: Final = "/chat/completions"
_CHUNK: Final = 65_536
_PORTS: Final = {"http": 80, "https": 443}


class NoAnswerError(Exception):
    """The endpoint gave no usable answer; the message says why, without its words."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the model answers.

    Attributes:
        scheme, host, port, path: the address.
        address: the IP address that was checked.
        model: the model's name.
        seconds: the most time for an answer.
        seed: the seed that is sent, so that answers can be repeated.
    """

    scheme: str
    host: str
    port: int
    path: str
    address: str
    model: str
    seconds: float = 60.0
    seed: int = 7

    @property
    def is_remote(self) -> bool:
        """True if the address isn't on this computer or a private network."""
        return not _is_near(self.address)

    @property
    def warning(self) -> str | None:
        """What to know before notes are sent to a host outside this computer and private networks; None for one within."""
        if not self.is_remote:
            return None
        return (
            f"{self.host} is outside your computer and private network. Notes have patient data: "
            "you need a business associate agreement with whoever runs it"
        )

    @property
    def place(self) -> str:
        """The address as people write it."""
        return f"{self.scheme}://{self.host}:{self.port}"

    def ask(self, messages: list[dict[str, str]]) -> str:
        """Return the model's answer.

        Raises:
            NoAnswerError: it didn't answer in time, or with something else than an answer.
        """
        asked = {
            "model": self.model,
            "messages": messages,
            "temperature": 0,
            "seed": self.seed,
            "stream": False,
            "response_format": {"type": "json_object"},
        }
        deadline = time.monotonic() + self.seconds
        try:
            return _content(self._sent(json.dumps(asked).encode(), deadline))
        except TimeoutError:
            raise NoAnswerError(f"no answer within {self.seconds:g} seconds") from None
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswerError(f"no connection ({type(error).__name__})") from None

    def _sent(self, body: bytes, deadline: float) -> bytes:
        """Send a request, and return the body of the reply."""
        connection = _Connection(self, deadline)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key := os.environ.get(KEY):
            headers["Authorization"] = f"Bearer {key}"
        try:
            connection.request("POST", self.path, body, headers)
            connection.limit()
            reply = connection.getresponse()
            if 300 <= reply.status < 400:
                raise NoAnswerError("it redirects to another address, which isn't followed")
            if reply.status != 200:
                raise NoAnswerError(f"it answered with status {reply.status}")
            return _read(reply, connection)
        finally:
            connection.close()


def endpoint(url: str, model: str | None, *, allowed: tuple[str, ...] = (), seconds: float = 60.0) -> Endpoint:  # fmt: skip
    """Return the endpoint at an address.

    Args:
        url: such as http://localhost:11434/v1.
        model: the model's name.
        allowed: hosts outside this computer and private networks that may be used.
        seconds: the most time for an answer.

    Raises:
        ConfigError: the address isn't one, can't be found, or isn't allowed; or there is no model.
    """
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        port = 0
    if parts.scheme not in _PORTS or not parts.hostname or not port:
        raise ConfigError(["llm: expected an address such as http://localhost:11434/v1"])
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigError([f"llm: the address may have no user, password or parameters; put a key into {KEY}"])  # fmt: skip
    if not model:
        raise ConfigError(["model: the name of the model is missing"])
    address = _address(parts.hostname, port)
    if not _is_near(address) and parts.hostname not in allowed:
        raise ConfigError([_TOO_FAR.format(host=parts.hostname)])
    path = parts.path.rstrip("/")
    path = path if path.endswith(_PATH) else path + _PATH
    return Endpoint(parts.scheme, parts.hostname, port, path, address, model, seconds)


def _address(host: str, port: int) -> str:
    """Return a host's address: of several, one that isn't near, so that all are judged."""
    try:
        found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise ConfigError([f"llm: the host {host} can't be found"]) from None
    return next((one for one in found if not _is_near(one)), found[0])


def _is_near(address: str) -> bool:
    """Return true if an address is on this computer or a private network."""
    one = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(one, ipaddress.IPv6Address) and one.ipv4_mapped is not None:
        one = one.ipv4_mapped
    return one.is_loopback or (one.is_private and not one.is_unspecified and not one.is_link_local)


class _Connection(http.client.HTTPConnection):
    """A connection to the address that was checked, with a deadline for everything."""

    def __init__(self, to: Endpoint, deadline: float) -> None:
        super().__init__(to.host, to.port)
        self._to = to
        self._open: socket.socket | None = None
        self._deadline = deadline

    def connect(self) -> None:
        """Connect to the address that was checked."""
        self.sock = socket.create_connection((self._to.address, self._to.port), self._left())
        if self._to.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self._to.host)
        self._open = self.sock

    def limit(self) -> None:
        """Let the next step take only the time that is left."""
        left = self._left()
        if self._open is not None:
            self._open.settimeout(left)

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _read(reply: http.client.HTTPResponse, connection: _Connection) -> bytes:
    """Return a reply's body, if it is small enough and comes in time."""
    found = bytearray()
    while chunk := reply.read1(_CHUNK):
        found += chunk
        if len(found) > MOST_BYTES:
            raise NoAnswerError(f"its answer is larger than {MOST_BYTES:,} bytes")
        connection.limit()
    return bytes(found)


def _content(body: bytes) -> str:
    """Return the words of an answer in OpenAI's format."""
    try:
        found: Any = json.loads(body)
        words = found["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise NoAnswerError("its answer isn't in OpenAI's format") from None
    if not isinstance(words, str):
        raise NoAnswerError("its answer isn't in OpenAI's format")
    return words
