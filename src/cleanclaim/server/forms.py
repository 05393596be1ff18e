"""Forms of the pages, read within one set of limits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request

from cleanclaim.server.guards import is_upload

CSRF: Final = "csrf"
"""The field that shows that a form is of our own page."""
_MOST_FILES: Final = 20
_MOST_FIELDS: Final = 20_000
"""The sheet of an audit has several for each line."""
_MOST_FIELDS_WITH_FILES: Final = 10


@asynccontextmanager
async def form_of(request: Request) -> AsyncIterator[FormData]:
    """A request's form, with its files until the end of the block.

    Raises:
        HTTPException: it isn't one, or has more parts than any page.
    """
    form = await _read(request)
    try:
        yield form
    finally:
        await form.close()


async def fields_of(request: Request) -> dict[str, str]:
    """The texts in a request's form.

    Raises:
        HTTPException: it isn't one, or has more parts than any page.
    """
    return {name: value for name, value in (await _read(request)).items() if isinstance(value, str)}


async def _read(request: Request) -> FormData:
    """The form; the same one if it was read before."""
    fields = _MOST_FIELDS_WITH_FILES if is_upload(request.url.path) else _MOST_FIELDS
    most = request.app.state.service.settings.limits.body
    return await request.form(max_files=_MOST_FILES, max_fields=fields, max_part_size=most)
