"""Open pages: before each click it is asked whether who clicks is still who opened the page.

Streamlit asks that of a whole run alone: a click's own function comes before it, and a fragment without it.
"""

from __future__ import annotations

from asyncio import FIRST_COMPLETED, Future, create_task, ensure_future, get_running_loop, sleep, wait
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from time import monotonic

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access import Viewer
from app.errors import WarehouseDown

SESSION = "plumbline_session"
VISIT = b"x-plumbline-visit"
CUT_OFF = 4401
"""The websocket's close code by which `app/first.js` knows that the page is to be opened anew."""
ASKERS = 8
"""Threads of its own, so that routes do not wait for clicks while the warehouse is away."""
HOLD_SECONDS = 300.0
"""For so long a click waits while it cannot be found out who clicks."""
NEW_SECONDS = 3.0
"""The same for a page that is opened: it has nothing to lose, and may say that the warehouse is away."""
ASK_AGAIN_SECONDS = 1.0
OFFERED = "sec-websocket-protocol"


def visit_of(token: str, viewer: Viewer) -> bytes:
    """Names a visit: the same session with the same roles, and nothing else."""
    said = "\n".join((token, viewer.email, *sorted(viewer.roles)))
    return sha256(said.encode()).hexdigest().encode()


def is_old(connection: HTTPConnection) -> bool:
    """Whether it goes on with a page of before, which Streamlit's client names behind its guard among the protocols."""
    return len(connection.headers.get(OFFERED, "").split(",")) > 2


class Watch:
    """The websockets of one process.

    Args:
        app: what is behind.
        visitor: takes a token and the cookies it came with; whose they are now, with their roles, or None. Raises
            WarehouseDown where it cannot be found out.
    """

    def __init__(self, app: ASGIApp, visitor: Callable[[str, dict[str, str]], Viewer | None]) -> None:
        self._app, self._visitor = app, visitor
        self._askers = ThreadPoolExecutor(ASKERS, "watch")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Who is signed out, shut out or has other roles is cut off, and the browser opens the page anew; Streamlit
        goes on with a page of before only for the same visit, which this names in a header of ours.
        """
        connection = HTTPConnection(scope)
        cookies = dict(connection.cookies)
        token = cookies.get(SESSION, "")
        connect = await receive()
        coming = ensure_future(receive())
        asking = create_task(self._known(token, cookies, HOLD_SECONDS if is_old(connection) else NEW_SECONDS))
        await wait((asking, coming), return_when=FIRST_COMPLETED)
        if coming.done() and coming.result()["type"] == "websocket.disconnect":
            asking.cancel()  # the browser has given it up; behind this, nobody may be let in any more
            return
        opened, is_first = None, False
        try:
            opened = await asking
        except WarehouseDown:
            is_first = True  # what asks for the page passes, and the page says so: its own guard asks again
        named = [(VISIT, visit_of(token, opened))] if opened else []
        given = [(name, value) for name, value in scope["headers"] if name.lower() != VISIT]
        is_cut = False
        came: list[Future[Message]] = [coming]
        is_new = True

        async def receive_watched() -> Message:
            nonlocal is_cut, is_new, is_first
            if is_new:
                is_new = False
                return connect
            message = await (came.pop() if came else receive())
            if message["type"] != "websocket.receive" or not token:
                return message
            if is_first or await self._is_still(opened, token, cookies):
                is_first = False
                return message
            is_cut = True
            await send({"type": "websocket.close", "code": CUT_OFF, "reason": "not who opened this page"})
            return {"type": "websocket.disconnect", "code": CUT_OFF}

        async def send_watched(message: Message) -> None:
            if not is_cut:
                await send(message)

        try:
            await self._app({**scope, "headers": [*given, *named]}, receive_watched, send_watched)
        finally:
            coming.cancel()

    async def _is_still(self, opened: Viewer | None, token: str, cookies: dict[str, str]) -> bool:
        """Whether it is who opened the page. While that cannot be found out it waits: a click is neither heard nor a
        reason to cut off, since with the page all that somebody has typed would be lost.
        """
        try:
            return await self._known(token, cookies, HOLD_SECONDS) == opened
        except WarehouseDown:
            return False

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
