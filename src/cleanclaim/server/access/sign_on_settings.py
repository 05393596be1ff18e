"""What an operator decides about single sign-on, in a TOML file."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cleanclaim.errors import ConfigError
from cleanclaim.server.access.principals import ORGANIZATION, ROLES

SECRET: Final = "CLEANCLAIM_OIDC_SECRET"  # noqa: S105 - the variable's name
_TEXTS: Final = ("issuer", "client-id", "label", "scope", "name-claim", "role-claim", "organization")  # fmt: skip


@dataclass(frozen=True)
class SignOnSettings:
    """How users sign in at a provider of OpenID Connect.

    Attributes:
        issuer: the provider's address, exactly as its tokens name it.
        client_id: how the provider calls this service.
        client_secret: the secret that the provider gave it; empty if it needs none.
        label: what the link on the sign-in page calls the provider.
        scope: what is asked for.
        name_claim: the claim that holds the user's name.
        role_claim: the claim that holds the user's groups.
        roles: which role a group has; the first group that a user is in counts. Empty: only users who were added may sign in, with the role that they have.
        organization: the organization of these users.
    """

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    label: str = "single sign-on"
    scope: str = "openid profile email"
    name_claim: str = "email"
    role_claim: str = "groups"
    roles: Mapping[str, str] = field(default_factory=dict)
    organization: str = ORGANIZATION


def read(path: Path) -> SignOnSettings:
    """The settings in a file; the secret is in the environment, since files are copied.

    Raises:
        ConfigError: the file can't be read, or it isn't such settings (lists all faults).
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: {getattr(error, 'strerror', None) or 'expected UTF-8'}"]) from None  # fmt: skip
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{path}: {error}"]) from None
    if faults := _faults(content):
        raise ConfigError([f"{path}: {fault}" for fault in faults])
    given = {name.replace("-", "_"): value for name, value in content.items()}
    return SignOnSettings(client_secret=os.environ.get(SECRET, ""), **given)


def _faults(content: Mapping[str, Any]) -> list[str]:
    expected = (*_TEXTS, "roles")
    faults = ["an unknown name; expected " + ", ".join(expected)] if set(content) - set(expected) else []  # fmt: skip
    faults += [f"{name} is missing" for name in ("issuer", "client-id") if name not in content]
    faults += [f"{name}: expected text" for name in _TEXTS if not _is_text(content.get(name, "x"))]
    roles = content.get("roles", {})
    if not isinstance(roles, Mapping) or any(role not in ROLES for role in roles.values()):
        faults.append(f"roles: expected groups with one of {', '.join(ROLES)}")
    return faults


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
