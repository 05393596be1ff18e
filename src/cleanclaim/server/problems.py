"""Errors as RFC 9457 problems: what went wrong, where, what was found (its kind) and what was expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import JSONResponse

from cleanclaim.errors import CleanclaimError, ConfigError, InputError, TableError, UnknownEdit

MEDIA: Final = "application/problem+json"
FHIR: Final = "application/fhir+json"
_ISSUES: Final = {
    400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 406: "not-supported", 408: "timeout", 413: "too-costly",
    415: "not-supported", 422: "invalid", 429: "throttled", 500: "exception", 503: "transient", 507: "no-store",
}  # fmt: skip
"""FHIR's issue type for each status."""
_BASE: Final = "urn:cleanclaim:problem:"


class Problem(Exception):  # noqa: N818 - RFC 9457's word
    """A request that can't be answered.

    Attributes:
        status: the HTTP status.
        kind: a short name, which `type` ends with.
        detail: a sentence for people; it holds no value from the request.
        faults: every fault, one sentence each.
        headers: more headers of the answer.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        faults: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.kind = kind
        self.detail = detail
        self.faults = tuple(faults)
        self.headers = dict(headers or {})
        super().__init__(detail)

    def __reduce__(self) -> tuple[type[Problem], tuple[Any, ...]]:
        """As another process gets it."""
        return Problem, (self.status, self.kind, self.detail, self.faults, self.headers)

    def body(self, request_id: str | None = None) -> dict[str, Any]:
        """The problem as a JSON object."""
        content: dict[str, Any] = {
            "type": _BASE + self.kind,
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.faults:
            content["errors"] = [{"detail": fault} for fault in self.faults]
        if request_id:
            content["instance"] = f"urn:cleanclaim:request:{request_id}"
        return content

    def without(self, text: str) -> Problem:
        """The same without some text, such as the path of a temporary folder."""
        faults = [fault.replace(text, "") for fault in self.faults]
        return Problem(self.status, self.kind, self.detail.replace(text, ""), faults, self.headers)

    def outcome(self, request_id: str | None = None) -> JSONResponse:
        """The problem as FHIR says it."""
        words = [self.detail, *self.faults]
        issues = [{"severity": "error", "code": _ISSUES.get(self.status, "processing"), "diagnostics": one} for one in words]  # fmt: skip
        content: dict[str, Any] = {"resourceType": "OperationOutcome", **({"id": request_id} if request_id else {}), "issue": issues}  # fmt: skip
        return JSONResponse(content, self.status, headers=self.headers, media_type=FHIR)

    def response(self, request_id: str | None = None) -> JSONResponse:
        """The problem as an answer."""
        return JSONResponse(
            self.body(request_id), self.status, headers=self.headers, media_type=MEDIA
        )


def problem_of(error: CleanclaimError) -> Problem:
    """An error of the library as a problem: the caller's options are 400, and claims that can't be read are 422."""
    if isinstance(error, (ConfigError, UnknownEdit)):
        faults = error.faults if isinstance(error, ConfigError) else ()
        return Problem(400, "option", str(error), faults)
    if isinstance(error, TableError):
        return Problem(422, "claims", "the claims don't fit the model", error.faults)
    if isinstance(error, InputError):
        return Problem(422, "claims", str(error))
    return internal()


def no_database() -> Problem:
    """The problem of a database that doesn't answer."""
    return Problem(503, "database", "the database doesn't answer; try again", headers={"Retry-After": "5"})  # fmt: skip


def disk_full() -> Problem:
    """The problem of a disk without room."""
    return Problem(507, "disk", "there is no room on the service's disk; nothing was stored")


def busy(seconds: int = 1) -> Problem:
    """The problem of a service that has too much to do."""
    return Problem(503, "busy", "too many requests are being worked on; try again", headers={"Retry-After": str(seconds)})  # fmt: skip


def internal() -> Problem:
    """The problem of a fault of the service."""
    return Problem(500, "internal", "the service couldn't answer; its log has the request's id")
