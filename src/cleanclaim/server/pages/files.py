"""The files that pages load: styles, scripts and the icon. The styles of the report are those of the pages."""

from __future__ import annotations

from importlib import resources
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from cleanclaim.server.access.permissions import OPEN
from cleanclaim.server.problems import Problem

router = APIRouter(include_in_schema=False)
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_OWN: Final = {
    "service.css": "cleanclaim.server.pages",
    "service.js": "cleanclaim.server.pages",
    "icon.svg": "cleanclaim.server.pages",
    "htmx-2.0.11.min.js": "cleanclaim.server.pages",
    "htmx-LICENSE.txt": "cleanclaim.server.pages",
    "page.css": "cleanclaim.report",
}


@router.get("/static/{name}", dependencies=[OPEN])
async def static(name: str) -> Response:
    """One of the files."""
    package = _OWN.get(name)
    if package is None:
        raise Problem(404, "request", "there is nothing at this path")
    folder = resources.files(package)
    file = folder / name if package.endswith("report") else folder / "static" / name
    return Response(file.read_bytes(), media_type=_TYPES["." + name.rpartition(".")[2]])
