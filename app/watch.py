"""Open pages: before each click it is asked whether who clicks is still who opened the page.

Streamlit asks that of a whole run alone: a click's own function comes before it, and a fragment without it.
"""

from __future__ import annotations

from asyncio import FIRST_COMPLETED, Future, create_task, ensure_future, get_running_loop, sleep, wait
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from secrets import token_hex
from time import monotonic
from typing import Any

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access import Viewer
from app.errors import WarehouseDown

SESSION = "plumbline_session"
VISIT = b"x-plumbline-visit"
CUT_OFF = 4401
"""The websocket's close code by which `app/connection.js` knows that the page is to be opened anew."""
ASKERS = 8
"""Threads of its own, so that routes do not wait for clicks while the warehouse is away."""
HOLD_SECONDS = 300.0
"""For so long a click waits while it cannot be found out who clicks."""
NEW_SECONDS = 3.0
"""The same for a page that is opened: it has nothing to lose, and may say that the warehouse is away."""
ASK_AGAIN_SECONDS = 1.0
OFFERED = "sec-websocket-protocol"

Known = Callable[[str, dict[str, str], float], Coroutine[Any, Any, Viewer | None]]


def visit_of(token: str, viewer: Viewer) -> bytes:
    """Names a visit: the same session with the same roles, and nothing else."""
    said = "\n".join((token, viewer.email, *sorted(viewer.roles)))
    return sha256(said.encode()).hexdigest().encode()


def is_old(connection: HTTPConnection) -> bool:
    """Whether it goes on with a page of before, which Streamlit's client names behind its guard among the protocols."""
    return len(connection.headers.get(OFFERED, "").split(",")) > 2


class Watch:
    """The websockets of one process. Who is signed out, shut out or has other roles is cut off, and the browser opens
    the page anew; Streamlit goes on with a page of before only for the same visit, which a header of ours names.

    Args:
        app: what is behind.
        visitor: takes a token and the cookies it came with; whose they are now, with their roles, or None. Raises
            WarehouseDown where it cannot be found out.
    """

    def __init__(self, app: ASGIApp, visitor: Callable[[str, dict[str, str]], Viewer | None]) -> None:
        self._app, self._visitor = app, visitor
        self._askers = ThreadPoolExecutor(ASKERS, "watch")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = OpenPage(HTTPConnection(scope), receive, send, self._known)
        try:
            if await page.is_let_in():
                given = [(name, value) for name, value in scope["headers"] if name.lower() != VISIT]
                await self._app({**scope, "headers": [*given, *page.named]}, page.receive, page.send)
        finally:
            page.end()

    async def _known(self, token: str, cookies: dict[str, str], seconds: float) -> Viewer | None:
        """Who it is now.

        Raises:
            WarehouseDown: for so many seconds it could not be found out.
        """
        until = monotonic() + seconds
        while True:
            try:
                return await get_running_loop().run_in_executor(self._askers, self._visitor, token, cookies)
            except WarehouseDown:
                if monotonic() > until:
                    raise
                await sleep(ASK_AGAIN_SECONDS)


class OpenPage:
    """One websocket, from the moment that a browser asks for it.

    Args:
        connection: what the browser sent with it.
        receive, send: of the websocket.
        known: takes a token, the cookies it came with and seconds; whose they are. Raises WarehouseDown where that
            cannot be found out for so long.
    """

    def __init__(self, connection: HTTPConnection, receive: Receive, send: Send, known: Known) -> None:
        self._receive, self._send, self._ask = receive, send, known
        self._cookies = dict(connection.cookies)
        self._token = self._cookies.get(SESSION, "")
        self._patience = HOLD_SECONDS if is_old(connection) else NEW_SECONDS
        self._opened: Viewer | None = None
        self._is_found_out = True
        self._coming: list[Future[Message]] = []
        self._passes = 1
        self._is_cut = False

    @property
    def named(self) -> list[tuple[bytes, bytes]]:
        """The header that names the visit, of somebody who is known. Where it could not be found out, it has a name of
        its own, so that nobody ever goes on with that page: its own guard may have found out, and have drawn it.
        """
        if not self._is_found_out:
            return [(VISIT, token_hex(32).encode())]
        return [(VISIT, visit_of(self._token, self._opened))] if self._opened else []

    async def is_let_in(self) -> bool:
        """Finds out who opens it. False: the browser has given it up meanwhile, and nothing may be said to it."""
        connect = get_running_loop().create_future()
        connect.set_result(await self._receive())
        following = ensure_future(self._receive())
        self._coming = [connect, following]
        asking = create_task(self._ask(self._token, self._cookies, self._patience))
        await wait((asking, following), return_when=FIRST_COMPLETED)
        if following.done() and following.result()["type"] == "websocket.disconnect":
            asking.cancel()
            return False
        try:
            self._opened = await asking
        except WarehouseDown:
            # What asks for the page passes, too, and the page says so: its own guard asks again. Nothing else does.
            self._passes, self._is_found_out = 2, False
        return True

    async def receive(self) -> Message:
        """What comes, as far as it is from whoever opened the page."""
        message = await (self._coming.pop(0) if self._coming else self._receive())
        self._passes -= 1
        if self._passes >= 0 or message["type"] != "websocket.receive" or not self._token:
            return message
        if await self._is_still():
            return message
        self._is_cut = True
        await self._send({"type": "websocket.close", "code": CUT_OFF, "reason": "not who opened this page"})
        return {"type": "websocket.disconnect", "code": CUT_OFF}

    async def send(self, message: Message) -> None:
        if not self._is_cut:
            await self._send(message)

    def end(self) -> None:
        """Lets go of what was waited for."""
        for each in self._coming:
            each.cancel()

    async def _is_still(self) -> bool:
        """Whether it is who opened the page. While that cannot be found out it waits: a click is neither heard nor a
        reason to cut off, since with the page all that somebody has typed would be lost. A page of which it was never
        found out who opened it is cut off once it can be, whoever it is: nobody signed in now is not nobody then.
        """
        try:
            return await self._ask(self._token, self._cookies, HOLD_SECONDS) == self._opened and self._is_found_out
        except WarehouseDown:
            return False
