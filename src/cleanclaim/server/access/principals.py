"""Who asks, and what each role may do. Only this file says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from cleanclaim.errors import ConfigError

SCOPES: Final = ("check", "codes", "notes", "results", "jobs", "worklist", "audit", "admin")
"""What one may do: check claims and remittances (nothing is kept), look up codes and edits, have notes read, see the results of an
organization's jobs, add and delete jobs, work on findings, read the audit trail; admin may do everything in the organization."""
_INCLUDED: Final[Mapping[str, tuple[str, ...]]] = {"jobs": ("results",), "worklist": ("results",), "admin": SCOPES}  # fmt: skip
ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "viewer": ("codes", "results"),
    "biller": ("codes", "check", "jobs", "worklist"),
    "coder": ("codes", "check", "notes", "jobs", "worklist"),
    "auditor": ("codes", "check", "notes", "results", "audit"),
    "admin": ("admin",),
}
"""What each role may do, as scopes."""
ORGANIZATION: Final = "main"
"""The organization of those for whom no other is named."""
LONGEST_NAME: Final = 80
Kind = Literal["key", "user", "local", "operator", "service"]


@dataclass(frozen=True)
class Principal:
    """Who asks: a program with a key, a person who signed in, or a program of this machine.

    Attributes:
        id: the id of the key or the user; `local` for a request without either.
        name: what people call it: the user's name, or what the key is for.
        organization: whose data it sees.
        kind: what it is.
        scopes: what it may do, with all that a scope includes.
        role: a user's role.
    """

    id: str
    name: str
    organization: str
    kind: Kind
    scopes: frozenset[str]
    role: str | None = None

    def may(self, scope: str) -> bool:
        """Whether the principal may do something."""
        return scope in self.scopes

    @property
    def sees_all_jobs(self) -> bool:
        """Whether it sees all jobs of its organization; a key without the scope admin sees only its own."""
        return self.kind != "key" or self.may("admin")


def expanded(scopes: Iterable[str]) -> frozenset[str]:
    """Scopes with those that they include.

    >>> sorted(expanded(["jobs"]))
    ['jobs', 'results']
    """
    given = tuple(scopes)
    return frozenset(given).union(*(_INCLUDED.get(scope, ()) for scope in given))


LOCAL: Final = Principal("local", "this machine", ORGANIZATION, "local", expanded(["admin"]))
"""A request of this machine to a service that asks for no key."""


def operator(organization: str = ORGANIZATION) -> Principal:
    """The person at the command line, who acts for an organization."""
    return Principal("operator", "operator", organization, "operator", expanded(["admin"]))


def service(organization: str) -> Principal:
    """The service itself, such as when it deletes what is over."""
    return Principal("service", "service", organization, "service", expanded(["admin"]))


def faults_of_name(what: str, name: str) -> list[str]:
    """Why a name can't be kept; empty if it can."""
    if 0 < len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip():
        return []
    return [f"{what}: expected 1 to {LONGEST_NAME} characters on one line"]


def role_of(name: str) -> str:
    """A role.

    Raises:
        ConfigError: there is no such role.
    """
    if name not in ROLES:
        raise ConfigError([f"role: expected {', '.join(ROLES)}, found another word"])
    return name
