"""/docs/…: the data dictionary and dbt's documentation, as the job writes them into the home, behind the login."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from app.access import ROLES, Viewer
from app.script_policy import POLICY, content_security_policy
from app.settings import Settings

PLACE = "/docs"
DICTIONARY, DBT = f"{PLACE}/dictionary.html", f"{PLACE}/dbt.html"
READERS = {"dictionary.html": ROLES, "dictionary.js": ROLES, "dbt.html": ("analyst", "engineer")}
"""Who may read each: what a metric means is everybody's, how it is written in SQL the analysts' and engineers'."""


def folder_of(settings: Settings) -> Path:
    """Where the documents lie."""
    return settings.home / "docs"


def documents_route(
    settings: Settings, visitor: Callable[[Request], Viewer | None], note: Callable[[Viewer, str, str], None]
) -> Route:
    """The route, for `st.App(routes=…)`.

    Args:
        settings: whose home.
        visitor: who asks, where they are signed in.
        note: takes who reads, what, and the outcome, for the audit: what is read, and what is there and refused.
    """
    folder = folder_of(settings)

    def answer(request: Request) -> Response:
        name = request.path_params["name"]
        viewer = visitor(request)
        if viewer is None:
            return RedirectResponse("/", 303)
        path = folder / name
        if name not in READERS or not path.is_file():
            return PlainTextResponse("Not found", 404)
        if not set(READERS[name]) & set(viewer.roles):
            note(viewer, name, "refused")
            return PlainTextResponse("Not found", 404)
        if not name.endswith(".html"):
            return FileResponse(path)
        note(viewer, name, "ok")
        return FileResponse(path, headers={POLICY: policy(path, path.stat().st_mtime_ns)})

    async def respond(request: Request) -> Response:
        return await run_in_threadpool(answer, request)

    return Route(PLACE + "/{name}", respond, methods=["GET"], middleware=[Middleware(GZipMiddleware)])


@lru_cache(maxsize=4)
def policy(path: Path, written_at: int) -> str:
    """What the page may run, by its own scripts; it is read once per writing."""
    return content_security_policy(path.read_text(encoding="utf-8"))
