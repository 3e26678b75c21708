"""What every request passes before Streamlit sees it: one address, closed paths, security headers, wanted pages.

Who clicks on an open page is asked for in app/watch.py.

A plain ASGI middleware. It knows paths and cookies and draws nothing.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access import Viewer
from app.errors import WarehouseDown
from app.login import CALLBACK
from app.script_policy import POLICY, content_security_policy
from app.watch import SESSION, Watch

CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")
UPLOAD = "/_stcore/upload_file"
MEDIA = "/media"
"""What pages draw or hand out as files: Streamlit gives it to whoever knows the address."""
LOGOUT = "/auth/logout"
LIGHT = "/light"
OWN_FILES = "/app/static/"
WANTED = "plumbline_wanted"
AUTH_COOKIES = ("_streamlit_user", "_streamlit_session", "_streamlit_xsrf")
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1", "0.0.0.0")
AWAY = "The warehouse does not answer. Expected it to. Try again in a minute."
QUERY = re.compile(r"[A-Za-z0-9_=&%.,:+*~-]{0,2000}")
"""What browsers and `urlencode` leave in a query; the way back to a page with its filters is in it escaped twice."""
log = logging.getLogger("plumbline.portal")


@dataclass(frozen=True)
class Gate:
    """What the gate needs to know and may do.

    Attributes:
        public_url: the portal's one address.
        pages: the paths of its pages.
        document: the page that is served, whose inline scripts are let in by their digest.
        session_seconds: how long a login lasts.
        open_session: takes the cookies an answer sets; where they sign somebody in, gives the token of a new session.
        close_session: takes a token and the cookies it came with.
        may_upload: takes a token and the cookies it came with; whether whoever holds them may send a file at all.
        visitor: takes a token and the cookies it came with; whose they are now, with their roles, or None. Raises
            WarehouseDown where it cannot be found out.
    """

    public_url: str
    pages: frozenset[str]
    document: str
    session_seconds: int
    open_session: Callable[[dict[str, str]], str | None]
    close_session: Callable[[str, dict[str, str]], None]
    may_upload: Callable[[str, dict[str, str]], bool]
    visitor: Callable[[str, dict[str, str]], Viewer | None]

    @property
    def is_secure(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def host(self) -> str:
        return urlsplit(self.public_url).netloc

    def wanted(self, path: str, query: str) -> str | None:
        """The address to come back to after signing in, or None: only pages that exist, with a harmless query."""
        if path not in self.pages:
            return None
        return f"{path}?{query}" if query and QUERY.fullmatch(query) else path


def is_under(path: str, places: tuple[str, ...]) -> bool:
    """Whether the path is one of these places or lies below one."""
    return any(path == place or path.startswith(place + "/") for place in places)


def host_name(netloc: str) -> str | None:
    """The name in `name:port`, without an IPv6 address's brackets; None for what is no name."""
    try:
        return urlsplit(f"//{netloc}").hostname
    except ValueError:
        return None


class GateMiddleware:
    """See the module. One instance per process."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self.app, self.gate = app, gate
        self.watch = Watch(app, gate.visitor)
        self.headers = {
            POLICY: content_security_policy(gate.document),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        if gate.is_secure:
            self.headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.watch(scope, receive, send)
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        path = request.url.path

        has_begun = False

        async def send_guarded(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                headers = MutableHeaders(scope=message)
                if path == CALLBACK:
                    await self._begin_session(headers)
                self._dress(request, headers)
            await send(message)

        try:
            await self._answer(scope, receive, send_guarded, request)
        except WarehouseDown as error:
            if has_begun:
                raise
            log.error("%s: %s", path, error)
            await PlainTextResponse(AWAY, 503)(scope, receive, send_guarded)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, request: Request) -> None:
        """Lets a request through, or answers it.

        Raises:
            WarehouseDown: who asks cannot be found out just now.
        """
        path = request.url.path
        if is_under(path, CLOSED) or not await self._may_pass(request, path):
            await PlainTextResponse("Not found", 404)(scope, receive, send)
            return
        if elsewhere := self._elsewhere(request):
            await RedirectResponse(elsewhere, 307)(scope, receive, send)
            return
        if path == LOGOUT and SESSION in request.cookies:
            await run_in_threadpool(self.gate.close_session, request.cookies[SESSION], dict(request.cookies))
        await self.app(scope, receive, send)

    async def _may_pass(self, request: Request, path: str) -> bool:
        """Whether one may send a file, or have one that a page made; anything else passes.

        What is sent is kept in this process's memory: only from people who may put some file in place.

        Raises:
            WarehouseDown: it cannot be found out.
        """
        ask = self.gate.may_upload if is_under(path, (UPLOAD,)) else self.gate.visitor
        if not is_under(path, (UPLOAD, MEDIA)):
            return True
        token = request.cookies.get(SESSION, "")
        return bool(token) and bool(await run_in_threadpool(ask, token, dict(request.cookies)))

    async def _begin_session(self, headers: MutableHeaders) -> None:
        """Streamlit has just accepted somebody: open a session of ours, known by a cookie only we can end."""
        given = SimpleCookie()
        for line in headers.getlist("set-cookie"):
            given.load(line)
        cookies = {name: morsel.value for name, morsel in given.items()}
        token = await run_in_threadpool(self.gate.open_session, cookies)
        if token:
            headers.append("Set-Cookie", self._cookie(SESSION, token, self.gate.session_seconds))

    def _elsewhere(self, request: Request) -> str | None:
        """Another name of this machine would lose the login (its cookie holds the origin): go to the one address."""
        host = request.headers.get("host", "")
        is_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
        if not is_page or host == self.gate.host:
            return None
        if host_name(host) not in LOOPBACK_NAMES or host_name(self.gate.host) not in LOOPBACK_NAMES:
            return None
        query = f"?{request.url.query}" if request.url.query else ""
        return f"{self.gate.public_url}{request.url.path}{query}"

    def _dress(self, request: Request, headers: MutableHeaders) -> None:
        """Adds the security headers, tightens cookies, and keeps or restores the wanted page."""
        for name, value in self.headers.items():
            if name != POLICY or name not in headers:
                headers[name] = value
        self._tighten_cookies(headers)
        path = request.url.path
        is_page = request.method == "GET" and headers.get("content-type", "").startswith("text/html")
        wanted = self.gate.wanted(path, request.url.query)
        if is_page:
            if path != LIGHT:  # which the device keeps, and forgets with the session
                headers["Cache-Control"] = "no-store"
            if wanted:
                headers.append("Set-Cookie", self._cookie(WANTED, wanted, 600))
        if path.startswith(OWN_FILES) and request.method == "GET" and "set-cookie" not in headers:
            headers["Cache-Control"] = "public, max-age=86400"  # fonts and the icon: their names carry no digest
        if path == LOGOUT:
            headers.append("Set-Cookie", self._cookie(SESSION, "", 0))
            headers["Clear-Site-Data"] = '"storage"'  # the light page that this device keeps
        if path == CALLBACK and headers.get("location") == "/" and WANTED in request.cookies:
            headers["location"] = self._back(request.cookies[WANTED])
            headers.append("Set-Cookie", self._cookie(WANTED, "", 0))

    def _back(self, kept: str) -> str:
        """The page to return to; what the cookie says is a visitor's word and may be no address at all."""
        try:
            back = urlsplit(kept)
        except ValueError:
            return "/"
        return self.gate.wanted(back.path, back.query) or "/"

    def _cookie(self, name: str, value: str, seconds: int) -> str:
        secure = "; Secure" if self.gate.is_secure else ""
        return f'{name}="{value}"; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}'

    def _tighten_cookies(self, headers: MutableHeaders) -> None:
        """Streamlit's login cookie lives for 30 days and is never Secure; ours ends with the session."""
        cookies = headers.getlist("set-cookie")
        if not cookies:
            return
        del headers["set-cookie"]
        for cookie in cookies:
            if cookie.startswith(AUTH_COOKIES):
                lifetime = re.search(r"Max-Age=(\d+)", cookie)
                if lifetime and int(lifetime[1]) > self.gate.session_seconds:
                    cookie = cookie.replace(lifetime[0], f"Max-Age={self.gate.session_seconds}")
                if self.gate.is_secure and "secure" not in cookie.lower():
                    cookie += "; Secure"
            headers.append("set-cookie", cookie)
