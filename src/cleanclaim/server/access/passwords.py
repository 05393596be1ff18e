"""Passwords: what one must be like, and how it is kept. Hashes are Argon2id's, with its authors' own settings."""

from __future__ import annotations

import unicodedata
from typing import Final

import argon2

from cleanclaim.errors import ConfigError

SHORTEST: Final = 15
"""What NIST SP 800-63B-4, section 3.1.1.2, asks of a password that is the only factor."""
LONGEST: Final = 200
_FEWEST_DIFFERENT: Final = 5
_HASHER: Final = argon2.PasswordHasher()


def hashed(password: str, name: str) -> str:
    """The hash of a new password.

    Raises:
        ConfigError: the password is too short, too long or too easy to guess.
    """
    plain = _plain(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise ConfigError([f"password: expected {SHORTEST} to {LONGEST} characters"])
    rest = plain.casefold().replace(name.casefold(), "").replace("cleanclaim", "")
    if len(set(rest)) < _FEWEST_DIFFERENT:
        raise ConfigError(["password: expected more than the name and a few characters"])
    return _HASHER.hash(plain)


def is_right(known: str | None, password: str) -> bool:
    """Whether a password is the one of a hash; a missing hash takes as long as a wrong password."""
    try:
        return _HASHER.verify(known or _NOBODY, _plain(password[: LONGEST + 1])) and known is not None  # fmt: skip
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def is_outdated(known: str) -> bool:
    """Whether a hash was made with weaker settings than those of today."""
    return _HASHER.check_needs_rehash(known)


def _plain(password: str) -> str:
    """A password in one form, however its letters were typed."""
    return unicodedata.normalize("NFKC", password)


_NOBODY: Final = _HASHER.hash("a password that nobody has")
"""What is compared for a name that nobody has, so that its answer takes as long."""
