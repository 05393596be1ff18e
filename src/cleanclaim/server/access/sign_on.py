"""Single sign-on with OpenID Connect: the code flow with PKCE, and what an ID token must be like.

The provider is asked for its endpoints and keys. A token counts only if the provider signed it with a key of its own, for this service,
in answer to this browser's request, and if its time isn't over.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import jwt

from cleanclaim.server.access.sign_on_settings import SignOnSettings
from cleanclaim.server.settings import is_loopback

_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")  # fmt: skip
"""With a public key only: a token that is signed with the client's secret, or not at all, is refused."""
_SECONDS: Final = 10.0
_LARGEST: Final = 1 << 20
_LEEWAY: Final = 60
_KEPT_SECONDS: Final = 300.0
_AGAIN_SECONDS: Final = 10.0


class SignOnError(Exception):
    """A sign-in at the provider that doesn't count; its text is for the log, and names nobody."""


@dataclass(frozen=True)
class Asking:
    """What a browser keeps while its user is at the provider.

    Attributes:
        state: what the provider gives back with the answer.
        nonce: what the ID token must hold.
        verifier: what the code is redeemed with.
        place: where to go on afterwards.
    """

    state: str
    nonce: str
    verifier: str
    place: str

    @classmethod
    def new(cls, place: str) -> Asking:
        """What a new request to the provider holds."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state, nonce, verifier, place)

    @classmethod
    def of(cls, text: str) -> Asking:
        """What a cookie holds.

        Raises:
            SignOnError: it doesn't hold it.
        """
        try:
            content = json.loads(base64.urlsafe_b64decode(text.encode()))
            found = cls(**content)
        except (ValueError, TypeError):
            raise SignOnError("the browser didn't keep the request") from None
        if not all(isinstance(one, str) and one for one in asdict(found).values()):
            raise SignOnError("the browser didn't keep the request")
        return found

    def text(self) -> str:
        """The same as a cookie's value."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()


class Provider:
    """The organization's provider of single sign-on.

    Args:
        settings: what the operator decided.
    """

    def __init__(self, settings: SignOnSettings) -> None:
        self.settings = settings
        self._lock = Lock()
        self._metadata: dict[str, Any] = {}
        self._keys: jwt.PyJWKSet | None = None
        self._until = self._asked = 0.0

    def address(self, asking: Asking, back: str) -> str:
        """Where a browser asks the provider to sign its user in.

        Args:
            asking: what the browser keeps meanwhile.
            back: where the provider sends it back to.

        Raises:
            SignOnError: the provider doesn't answer as it should.
        """
        digest = hashlib.sha256(asking.verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        query = {
            "response_type": "code", "client_id": self.settings.client_id, "redirect_uri": back, "scope": self.settings.scope,
            "state": asking.state, "nonce": asking.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        endpoint = self._endpoint("authorization_endpoint")
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    def claims(self, code: str, asking: Asking, back: str) -> Mapping[str, Any]:
        """What the provider says about the user, for the code that the browser brought.

        Raises:
            SignOnError: the code or the ID token doesn't count.
        """
        given = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": asking.verifier}  # fmt: skip
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}  # fmt: skip
        client, secret = self.settings.client_id, self.settings.client_secret
        methods = self._known().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]  # fmt: skip
        if secret and "client_secret_basic" in methods:
            pair = urlencode({"": client})[1:] + ":" + urlencode({"": secret})[1:]
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            given |= {"client_id": client} | ({"client_secret": secret} if secret else {})
        answer = _fetched(urllib.request.Request(self._endpoint("token_endpoint"), urlencode(given).encode(), headers))  # noqa: S310 - its scheme is checked  # fmt: skip
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise SignOnError("the provider gave no ID token")
        return self._verified(token, asking.nonce)

    def _verified(self, token: str, nonce: str) -> Mapping[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            algorithm = header.get("alg")
            if algorithm not in _ALGORITHMS:
                raise SignOnError("the ID token is signed in a way that isn't taken")
            found: dict[str, Any] = jwt.decode(
                token, self._key(header.get("kid")), algorithms=[algorithm], audience=self.settings.client_id, issuer=self.settings.issuer,
                leeway=_LEEWAY, options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )  # fmt: skip
        except jwt.PyJWTError as error:
            raise SignOnError(f"the ID token isn't valid: {type(error).__name__}") from None
        audience, party = found["aud"], found.get("azp")
        if (isinstance(audience, list) and len(audience) > 1 and party is None) or party not in {None, self.settings.client_id}:  # fmt: skip
            raise SignOnError("the ID token is for another service")
        if not secrets.compare_digest(str(found.get("nonce", "")).encode(), nonce.encode()):
            raise SignOnError("the ID token answers another request")
        return found

    def _key(self, kid: Any) -> jwt.PyJWK:
        """The provider's key of an ID; asked for again if it isn't known, since providers change their keys."""
        for is_again in (False, True):
            keys = [key for key in self._key_set(again=is_again).keys if key.public_key_use in {None, "sig"}]  # fmt: skip
            if kid is None and len(keys) == 1:
                return keys[0]
            for key in keys:
                if kid is not None and key.key_id == kid:
                    return key
        raise SignOnError("the ID token isn't signed with a key of the provider")

    def _key_set(self, *, again: bool) -> jwt.PyJWKSet:
        with self._lock:
            now = time.monotonic()
            is_due = now >= self._until or (again and now - self._asked >= _AGAIN_SECONDS)
            if self._keys is None or is_due:
                self._asked = now
                content = _fetched(_get(self._endpoint("jwks_uri")))
                self._keys = jwt.PyJWKSet.from_dict(content)
                self._until = now + _KEPT_SECONDS
            return self._keys

    def _endpoint(self, name: str) -> str:
        return _checked(str(self._known().get(name) or ""))

    def _known(self) -> dict[str, Any]:
        """What the provider says about itself."""
        if not self._metadata:
            place = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
            found = _fetched(_get(_checked(place)))
            if found.get("issuer") != self.settings.issuer:
                raise SignOnError("the provider calls itself by another name than the settings do")
            self._metadata = found
        return self._metadata


def _get(address: str) -> urllib.request.Request:
    return urllib.request.Request(address, headers={"Accept": "application/json"})  # noqa: S310 - its scheme is checked


def _checked(address: str) -> str:
    """An address of the provider: https, or on this machine.

    Raises:
        SignOnError: it is neither.
    """
    parts = urlsplit(address)
    is_near = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if not parts.hostname or not (parts.scheme == "https" or is_near):
        raise SignOnError("an address of the provider isn't https")
    return address


def _fetched(request: urllib.request.Request) -> dict[str, Any]:
    """The JSON object that the provider answers.

    Raises:
        SignOnError: it answers something else.
    """
    try:
        with _OPENER.open(request, timeout=_SECONDS) as answer:
            content = json.loads(answer.read(_LARGEST))
    except (OSError, ValueError) as error:
        raise SignOnError(f"the provider doesn't answer as it should: {type(error).__name__}") from None  # fmt: skip
    if not isinstance(content, dict):
        raise SignOnError("the provider doesn't answer as it should: expected an object")
    return content


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Keeps codes and secrets from going where the provider's own description doesn't say."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        """Follow no redirect."""
        return


_OPENER: Final = urllib.request.build_opener(_NoRedirects)
