"""/light and /alert: small pages beside Streamlit, for a phone with a poor network, installable, true about their age.

`/light` has the figures of the visitor's roles at a look; its worker keeps the last one on the device, its manifest
makes it an app. `/alert/{id}` is one alert, and takes note of it when it is sent back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app.access import Viewer
from app.clock import as_of, wall
from app.errors import PlumblineError
from app.gallery import dashboards
from app.gate import LIGHT
from app.script_policy import POLICY, content_security_policy
from app.settings import Settings
from app.ui import light
from app.ui.look import ground
from app.ui.page import body
from app.ui.panels.alerts import is_open
from app.ui.reading import Reading, read_at, records
from app.warehouse import Warehouse

WORKER = Path(__file__).resolve().with_name("light_worker.js")
KEPT_SECONDS = 60
SIGN_IN = ("/", "Sign in")
HOME = (LIGHT, "Glance")


@dataclass(frozen=True)
class LightPages:
    """Answers the routes.

    Attributes:
        settings: whose portal.
        warehouse: gives the one of the process.
        visitor: who asks, where they are signed in.
    """

    settings: Settings
    warehouse: Callable[[], Warehouse]
    visitor: Callable[[Request], Viewer | None]

    def routes(self) -> list[Route]:
        """For `st.App(routes=…)`."""
        packed = [Middleware(GZipMiddleware)]
        return [
            Route(LIGHT, self._in_thread(self.glance), methods=["GET"], middleware=packed),
            Route(LIGHT + "/worker.js", worker, methods=["GET"]),
            Route(LIGHT + "/manifest.webmanifest", manifest, methods=["GET"]),
            Route("/alert/{alert}", self._in_thread(self.alert), methods=["GET", "POST"], middleware=packed),
        ]

    def glance(self, request: Request) -> Response:
        """The figures at a look; 304 where the device has them already."""
        viewer = self.visitor(request)
        if viewer is None:
            return page(light.told("Glance", "You are not signed in.", SIGN_IN), 401)
        warehouse = self.warehouse()
        build = warehouse.progress.build_id() or ""
        warehouse.record(viewer, "open page", page="light", build=build)
        if not build:
            return page(light.told("Glance", "Nothing has been built yet. Look again in a minute.", HOME), 503)
        now = wall()
        made = made_page(self, Asked(viewer.roles, build, int(now.timestamp()) // KEPT_SECONDS, viewer, now))
        if made.at != now:  # another had it made within the minute: no read of it has told the audit of this one
            warehouse.record(viewer, "replay page", page="light", build=build, shown=made.shown)
        if request.headers.get("if-none-match") == made.tag:
            return Response(status_code=304, headers={"ETag": made.tag, **headers()})
        return page(made.text, tag=made.tag)

    def alert(self, request: Request) -> Response:
        """One alert, or that it was taken note of."""
        viewer = self.visitor(request)
        if viewer is None:
            return page(light.told("Alert", "You are not signed in.", SIGN_IN), 401)
        back = back_to(request, viewer)
        reading = self._reading(viewer)
        row = found(reading, request.path_params["alert"])
        if row is None:
            self.warehouse().record(viewer, "open alert", "refused", alert=request.path_params["alert"])
            return page(light.told("Alert", "There is no such alert, or your role does not include it.", back), 404)
        if request.method == "POST":
            if not is_ours(request):
                return page(light.told("Alert", "This was sent from another site: nothing was changed.", back), 403)
            self.warehouse().alerts.acknowledge(viewer, str(row["alert_id"]))
            body.clear()  # pages that are replayed would show it for a minute more
            made_page.cache_clear()
            return RedirectResponse(request.url.path + (f"?{request.url.query}" if request.url.query else ""), 303)
        return page(light.alert_page(reading, row, back, may_note=is_open(row)))

    def _reading(self, viewer: Viewer, now: datetime | None = None) -> Reading:
        warehouse, settings = self.warehouse(), self.settings
        clock = as_of(settings)
        instant = read_at(clock, warehouse.progress.data_until())
        return Reading(warehouse, viewer, instant, now or wall(), settings.timezone, clock=clock)

    def _in_thread(self, answer: Callable[[Request], Response]) -> Callable[[Request], Any]:
        async def respond(request: Request) -> Response:
            try:
                return await run_in_threadpool(answer, request)
            except PlumblineError as error:
                return page(light.told("Glance", str(error), HOME), 503)

        return respond


@dataclass(frozen=True)
class Asked:
    """What a page depends on; for whom and when it was made is not among it."""

    roles: tuple[str, ...]
    build: str
    minute: int
    viewer: Viewer = field(compare=False)
    now: datetime = field(compare=False)


@dataclass(frozen=True)
class Made:
    """A page, its digest, when it was made, and the figures and marts that were read for it."""

    text: str
    tag: str
    at: datetime
    shown: tuple[str, ...]


@lru_cache(maxsize=64)
def made_page(pages: LightPages, asked: Asked) -> Made:
    """The page of these roles, made once a minute at most."""
    reading = pages._reading(asked.viewer, asked.now)
    text = light.glance(reading, dashboards().values(), reading.now)
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    return Made(text, tag, asked.now, tuple(sorted(reading.noted)))


def page(text: str, status: int = 200, tag: str = "") -> HTMLResponse:
    """A light page with the policy that lets its own script run and no other."""
    return HTMLResponse(text, status, {**headers(), **({"ETag": tag} if tag else {})})


def headers() -> dict[str, str]:
    """What every light page says of itself; a 304 as well, since its headers take the place of those a device keeps."""
    return {POLICY: policy(), "Cache-Control": "private, no-cache"}


@lru_cache(maxsize=1)
def policy() -> str:
    return content_security_policy(light.whole(""))


def found(reading: Reading, alert: str) -> dict[str, Any] | None:
    """The alert of that id, as far as its reader may see it."""
    rows = reading.table("mart_executive.alerts")
    return next((row for row in records(rows) if str(row["alert_id"]) == alert), None) if rows is not None else None


def back_to(request: Request, viewer: Viewer) -> tuple[str, str]:
    """The page that the visitor came from, where it is one of theirs; else the light one."""
    came = dashboards().get(urlsplit(request.headers.get("referer", "")).path.removeprefix("/"))
    return (f"/{came.slug}", came.title) if came is not None and came.may_open(viewer.roles) else HOME


def is_ours(request: Request) -> bool:
    """Whether a form was sent from a page of ours; a browser says so, and nobody else can speak for it."""
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


async def worker(_: Request) -> Response:
    """The script that keeps the page; it may serve /light itself, which lies above its own address."""
    return FileResponse(WORKER, media_type="text/javascript",
                        headers={"Service-Worker-Allowed": LIGHT, "Cache-Control": "no-cache"})  # fmt: skip


async def manifest(_: Request) -> Response:
    """Name, icons and colours for a home screen."""
    paper, _dark = ground()
    icons = [
        {"src": f"/app/static/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    return JSONResponse(
        {
            "name": "Plumbline", "short_name": "Plumbline", "id": LIGHT, "start_url": LIGHT, "scope": "/",
            "display": "standalone", "background_color": paper, "theme_color": paper, "icons": icons,
        },
        media_type="application/manifest+json",
    )  # fmt: skip
