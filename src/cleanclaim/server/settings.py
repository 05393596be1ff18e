"""What an operator decides about the service."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from cleanclaim.server.access.sign_on_settings import SignOnSettings
from cleanclaim.storage.home import home

PORT: Final = 8008
LOOPBACK: Final = "127.0.0.1"
_LOCAL_NAMES: Final = ("localhost", "localhost.localdomain", "ip6-localhost")


@lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Whether only programs of this machine can reach an address.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() in _LOCAL_NAMES


@dataclass(frozen=True)
class Limits:
    """What one client may ask for.

    Attributes:
        body: the most bytes of a request that is answered at once.
        upload: the most bytes of a job's input.
        receive_seconds: within this time a request must have arrived; a job's input has ten times as long.
        pause_seconds: the longest pause while it arrives.
        at_once: how many requests are worked on at the same time; more are refused as busy.
        per_minute: how many requests a client may make a minute; 0 for any number.
        waiting_jobs: how many jobs may wait.
    """

    body: int = 8 << 20
    upload: int = 2 << 30
    receive_seconds: float = 30.0
    pause_seconds: float = 10.0
    at_once: int = 512
    per_minute: int = 0
    waiting_jobs: int = 100


@dataclass(frozen=True)
class SessionTimes:
    """How long someone stays signed in.

    Attributes:
        idle: without a request for this long, one has to sign in again.
        longest: after this time, one has to sign in again in any case.
        rotation: how often the browser is given a new token.
    """

    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)
    rotation: timedelta = timedelta(minutes=15)


@dataclass(frozen=True)
class ServerSettings:
    """What an operator decides.

    Attributes:
        folder: where jobs, results and the database are kept; only its owner can read it.
        host: the address to listen on.
        port: the port.
        database: the database as a URL; None for a file in `folder`.
        store: the reference store; None for the user's own.
        lock: a lock file that pins reference releases.
        edits: folders of custom edits.
        needs_keys: whether every request needs an API key or a sign-in; always if the address isn't loopback, or if there are users.
        public_url: the address that browsers use, if a proxy is in front, such as https://claims.example.org.
        proxies: the addresses of proxies whose word about the client is taken.
        sign_on: single sign-on at a provider; None for passwords only.
        session_times: how long someone stays signed in.
        keep_hours: how long a finished job's results are kept.
        keep_days: how long a batch is kept, with its claims and what people did about its findings.
        limits: what one client may ask for.
        checkers: how many processes check small requests; 0 to check them in the service's own.
    """

    folder: Path = field(default_factory=lambda: home() / "service")
    host: str = LOOPBACK
    port: int = PORT
    database: str | None = None
    store: Path | None = None
    lock: Path | None = None
    edits: tuple[str, ...] = ()
    needs_keys: bool = False
    public_url: str = ""
    proxies: tuple[str, ...] = (LOOPBACK,)
    sign_on: SignOnSettings | None = None
    session_times: SessionTimes = field(default_factory=SessionTimes)
    keep_hours: float = 7 * 24.0
    keep_days: float = 90.0
    limits: Limits = field(default_factory=Limits)
    checkers: int = 0

    @property
    def may_be_open(self) -> bool:
        """Whether requests without a key or sign-in may be answered, which is possible on this machine only."""
        return is_loopback(self.host) and not self.needs_keys and self.sign_on is None

    @property
    def database_url(self) -> str:
        """The database as SQLAlchemy names it."""
        given = self.database or f"sqlite:///{self.folder / 'service.db'}"
        for short in ("postgresql://", "postgres://"):
            if given.startswith(short):
                return "postgresql+psycopg://" + given.removeprefix(short)
        return given

    @property
    def jobs(self) -> Path:
        """The folder of the jobs."""
        return self.folder / "jobs"
