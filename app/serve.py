"""Serves the portal: `python -m app.serve`. One process, one port: pages, /healthz, /webhooks/stripe.

All of Streamlit's options are set here, so that the portal is the same wherever it is started from.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import secrets
import socket
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import streamlit
import uvicorn
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import Route
from streamlit import config
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

from app.access import Viewer
from app.clock import wall
from app.document import DocumentMiddleware, document
from app.documents import documents_route
from app.errors import PlumblineError, PortTaken
from app.export.desk import Exports
from app.export.route import export_route
from app.files.catalogue import FILES
from app.files.check import MOST_BYTES
from app.gallery import dashboards
from app.gate import LIGHT, Gate, GateMiddleware
from app.health import health_route
from app.home import keep_private
from app.light import LightPages
from app.login import auth_secrets, bracketed, email_of, is_configured, portal_port, public_url, session_key
from app.one_warehouse import warehouse
from app.packed import PackedStaticMiddleware
from app.settings import Settings, get_settings
from app.subscriptions.stop import stop_route
from app.tour_route import tour_route
from app.ui.look import ground, streamlit_theme, stylesheet
from app.ui.states import broken
from app.ui.theme_kept import keep_theme
from app.watch import HOLD_SECONDS, SESSION, VISIT
from app.webhooks import stripe_route

log = logging.getLogger("plumbline.portal")
STATIC = Path(streamlit.__file__).resolve().parent / "static"
SCRIPT = Path(__file__).resolve().with_name("portal.py")
PING_SECONDS = 30.0


def options(settings: Settings) -> dict[str, Any]:
    """Streamlit's options, dotted."""
    return {
        "browser.gatherUsageStats": False,
        "client.showErrorDetails": "none",
        "client.toolbarMode": "minimal",
        "client.showSidebarNavigation": False,
        "global.developmentMode": False,
        "global.minCachedMessageSize": 1_000,  # what a browser has it is not sent, nor packed, with the next click
        # In clicks and looks of Live. A message that is let go of while a page that names it is under way ends the tab.
        "global.maxCachedMessageAge": 60,
        "logger.level": "warning",
        "runner.magicEnabled": False,
        "runner.postScriptGC": False,
        "server.address": settings.host,
        "server.port": portal_port(settings),
        "server.enableStaticServing": True,
        "server.enableXsrfProtection": True,
        "server.fileWatcherType": "none",
        "server.headless": True,
        "server.maxUploadSize": MOST_BYTES // 1024 // 1024,
        "server.trustedUserHeaders": {VISIT.decode(): "visit"},  # the gate sets it, whatever a visitor sends
        **streamlit_theme(),
    }


def configure(settings: Settings) -> None:
    """Sets the options for this process; nothing of the surroundings (files, environment) changes them."""
    config.get_config_options(force_reparse=True)
    for name, value in options(settings).items():
        config.set_option(name, value)
    keep_theme()


def open_session(settings: Settings, cookies: dict[str, str]) -> str | None:
    """Opens a session for the person whom Streamlit's login has just signed in.

    Args:
        settings: how long a session lasts.
        cookies: those the answer to the login sets.

    Returns:
        The token of the session, for its own cookie; None when nobody was signed in or the warehouse is away.
    """
    payload = _get_signed_cookie_with_chunks(cookies, USER_COOKIE_NAME)
    claims = json.loads(payload) if payload else {}
    email = email_of(claims)
    if email is None:
        return None
    token, now = secrets.token_urlsafe(32), wall()
    try:
        end = now + timedelta(hours=settings.session_hours)
        warehouse().open_session(session_key(token, email), email, now, end, str(claims.get("name") or ""))
        warehouse().record(Viewer(email, ()), "sign in")
    except PlumblineError as error:
        log.error("no session for %s: %s", email, error)
        return None
    return token


def close_session(token: str, cookies: dict[str, str]) -> None:
    """Ends the session a visitor leaves, so that a copy of their cookies opens nothing."""
    payload = _get_signed_cookie_with_chunks(cookies, USER_COOKIE_NAME)
    email = email_of(json.loads(payload)) if payload else None
    if email is None:
        return
    try:
        warehouse().people.close_session(session_key(token, email), wall())
        warehouse().record(Viewer(email, ()), "sign out")
    except PlumblineError as error:
        log.error("session of %s not ended: %s", email, error)


def visitor(token: str, cookies: dict[str, str]) -> Viewer | None:
    """Whose cookies these are, with their roles; None where nobody is signed in by them.

    Raises:
        WarehouseDown: it cannot be found out just now.
    """
    payload = _get_signed_cookie_with_chunks(cookies, USER_COOKIE_NAME)
    email = email_of(json.loads(payload)) if payload else None
    if email is None or not token:
        return None
    roles = warehouse().standing(session_key(token, email), email, wall())
    return None if roles is None else Viewer(email, roles)


def may_upload(token: str, cookies: dict[str, str]) -> bool:
    """Whether these cookies are of somebody signed in who may put some file in place."""
    viewer = visitor(token, cookies)
    return viewer is not None and any(schema.may_write(viewer.roles) for schema in FILES)


def asking(request: Request) -> Viewer | None:
    """Who asks for a page beside Streamlit, and from where; None where they are not signed in."""
    found = visitor(request.cookies.get(SESSION, ""), dict(request.cookies))
    return replace(found, address=request.client.host) if found and request.client else found


def documents(settings: Settings) -> Route:
    """The data dictionary's pages."""
    return documents_route(
        settings,
        asking,
        lambda viewer, name, outcome: warehouse().record(viewer, "open page", outcome, page=f"docs/{name}"),
    )


def on_script_error(error: Exception) -> bool:
    """An error nobody foresaw: logged with a number, which is all the page shows."""
    number = uuid.uuid4().hex[:8]
    log.error("error %s", number, exc_info=error)
    broken("Something went wrong on our side. Try again; if it stays, tell the person who runs Plumbline.", number)
    return True


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[dict[str, Any]]:
    """Warms what the first page would wait for, then puts it out of the garbage collector's reach."""
    await asyncio.to_thread(warm)
    gc.collect()
    gc.freeze()
    yield {}
    warehouse().close()


def warm() -> None:
    """Imports and parses what every page needs."""
    import app.ui.page  # noqa: F401
    from app.metrics import catalogue

    dashboards()
    catalogue()


def create_app(settings: Settings) -> streamlit.App:
    """The portal's ASGI application."""
    configure(settings)
    page = document((STATIC / "index.html").read_text(encoding="utf-8"), ground(), stylesheet())
    gate = Gate(
        public_url=public_url(settings),
        pages=frozenset((*(f"/{slug}" for slug in dashboards()), LIGHT)),
        document=page,
        session_seconds=settings.session_hours * 3600,
        open_session=lambda cookies: open_session(settings, cookies),
        close_session=close_session,
        may_upload=may_upload,
        visitor=visitor,
    )
    routes = [
        health_route(settings, warehouse()), stripe_route(settings, warehouse()), documents(settings),
        *LightPages(settings, warehouse, asking).routes(), export_route(Exports(warehouse()), asking),
        stop_route(warehouse()), tour_route(warehouse(), asking),
    ]  # fmt: skip
    return streamlit.App(
        SCRIPT,
        secrets=auth_secrets(settings) if is_configured(settings) else None,
        lifespan=lifespan,
        routes=routes,
        middleware=[
            Middleware(GateMiddleware, gate=gate),
            Middleware(PackedStaticMiddleware, folder=STATIC / "static"),
            Middleware(DocumentMiddleware, text=page),
        ],
        on_script_error=on_script_error,
    )


def bind(host: str, port: int) -> socket.socket:
    """The listening socket.

    Raises:
        PortTaken: somebody else listens there, or the address is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if host == "::":  # all addresses of this machine, those of IPv4 too, whatever the system's default
        listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise PortTaken(
            f"The portal cannot listen on {bracketed(host)}:{port} ({error.strerror}). Expected a free port. Set "
            "PLUMBLINE_PORT to another one (0 takes any), or stop what listens there."
        ) from None
    return listening


def main() -> int:
    """Serves until SIGTERM."""
    keep_private()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    os.environ["DO_NOT_TRACK"] = "1"
    try:
        settings = get_settings()
        listening = bind(settings.host, portal_port(settings))
        application = create_app(settings)
    except PlumblineError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    log.info("portal ready on %s", public_url(settings))
    uvicorn.Server(how_served(application)).run(sockets=[listening])
    return 0


def how_served(application: Any) -> uvicorn.Config:
    """How the server runs.

    While it cannot be found out who clicks, a second message waits unread, and behind it a browser's answer to a ping:
    a connection that counted as lost by then would take with it what the first one waits for.
    """
    return uvicorn.Config(application, log_level="warning", access_log=False, ws_ping_interval=PING_SECONDS,
                          ws_ping_timeout=HOLD_SECONDS + PING_SECONDS, timeout_graceful_shutdown=3,
                          server_header=False)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
