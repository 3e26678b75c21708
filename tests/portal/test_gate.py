"""What the gate does to every request, tried on a tiny application behind it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import threading
import time
from collections.abc import Callable
from contextlib import closing

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send
from websockets.sync.client import connect

from app import serve, watch
from app.access import Viewer
from app.errors import WarehouseDown
from app.gate import WANTED, Gate, GateMiddleware
from app.script_policy import content_security_policy
from app.watch import SESSION, VISIT

from .in_process import Browser

EVA = "eva@northwind-sandbox.example"
URL = "http://127.0.0.1:8501"
HTML = {"accept": "text/html,*/*"}


class Sessions:
    """Notes what the gate asks for."""

    def __init__(self) -> None:
        self.closed: list[str] = []
        self.away = 0
        """So many questions more are not answered."""
        self.known: dict[str, Viewer | None] = {"token-of-eva": Viewer(EVA, ("executive", "finance"))}

    def open(self, cookies: dict[str, str]) -> str | None:
        return "token-of-eva" if cookies.get("_streamlit_user") == "eva" else None

    def close(self, token: str, cookies: dict[str, str]) -> None:
        self.closed.append(token)

    def visitor(self, token: str, cookies: dict[str, str]) -> Viewer | None:
        if self.away > 0:
            self.away -= 1
            raise WarehouseDown("The warehouse does not answer.")
        return self.known.get(token)

    def may_upload(self, token: str, cookies: dict[str, str]) -> bool:
        return token == "token-of-femi"


async def answer(request: Request) -> Response:
    """Streamlit, as far as the gate can tell."""
    if request.url.path == "/oauth2callback":
        back = RedirectResponse("/", 302)
        if request.query_params.get("code") == "good":
            back.set_cookie("_streamlit_user", "eva", max_age=2_592_000, httponly=True)
        return back
    if request.url.path.startswith("/_stcore"):
        return PlainTextResponse("open")
    return HTMLResponse("<html></html>")


def gate_of(kept: Sessions, url: str = URL) -> Gate:
    return Gate(url, frozenset({"/revenue", "/executive"}), "<script>\n  a()\n</script>", 3600, kept.open, kept.close,
                kept.may_upload, kept.visitor)  # fmt: skip


def client(url: str = URL, sessions: Sessions | None = None) -> Browser:
    gate = gate_of(sessions or Sessions(), url)
    every = Route("/{path:path}", answer, methods=["GET", "POST"])
    inside = Starlette(routes=[every], middleware=[Middleware(GateMiddleware, gate=gate)])
    return Browser(inside, url)


def cookies(response: httpx.Response) -> dict[str, str]:
    return {line.split("=", 1)[0]: line for line in response.headers.get_list("set-cookie")}


@pytest.mark.parametrize("path", ["/", "/revenue", "/_stcore/health", "/oauth2callback", "/_stcore/metrics"])
def test_every_answer_forbids_frames_and_foreign_hosts(path: str) -> None:
    headers = client().get(path).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


def test_an_inline_script_is_let_in_by_its_digest_only() -> None:
    digest = base64.b64encode(hashlib.sha256(b"\n  a()\n").digest()).decode()
    policy = content_security_policy("<script>\n  a()\n</script><script src='x.js'></script>")
    assert f"'sha256-{digest}'" in policy
    assert "script-src 'self' 'unsafe-eval' 'sha256-" in policy and policy.count("sha256-") == 1


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/mcp", "/_stcore/upload_file/s/f"])
def test_closed_paths_look_as_if_they_did_not_exist(path: str) -> None:
    assert client().get(path).status_code == 404
    assert client().post(path).status_code == 404


@pytest.mark.parametrize(
    ("token", "status"), [("", 404), ("token-of-eva", 404), ("token-of-femi", 200)],
    ids=["somebody unknown", "somebody without the right", "somebody with it"],
)  # fmt: skip
def test_files_are_taken_only_from_people_who_may_put_one_in_place(token: str, status: int) -> None:
    browser = client()
    if token:
        browser.cookies.set("plumbline_session", token)
    assert browser.post("/_stcore/upload_file/session/file").status_code == status


def test_a_path_that_only_begins_like_a_closed_one_is_open() -> None:
    assert client().get("/_stcore/metricsandmore").status_code == 200


LONG = "&".join(f"country=Country+{number}" for number in range(60))


@pytest.mark.parametrize(
    ("wanted", "landed"),
    [
        pytest.param("/revenue", "/revenue", id="a page"),
        pytest.param("/revenue?month=2026-10", "/revenue?month=2026-10", id="a page with a query"),
        pytest.param("/revenue?plan=A*B~", "/revenue?plan=A*B~", id="signs that a browser does not escape"),
        pytest.param(f"/revenue?{LONG}", f"/revenue?{LONG}", id="many filters"),
        pytest.param("/", "/", id="the root"),
        pytest.param("/admin", "/", id="an address that is no page"),
    ],
)
def test_after_signing_in_one_is_where_one_wanted_to_be(wanted: str, landed: str) -> None:
    browser = client()
    browser.get(wanted, headers=HTML)
    assert browser.get("/oauth2callback?code=good").headers["location"] == landed


@pytest.mark.parametrize(
    "planted", ["https://evil.example/", "//evil.example/revenue", "/\\evil", "/admin", "/revenue?<x>"]
)
def test_a_planted_cookie_leads_nowhere_else(planted: str) -> None:
    browser = client()
    browser.cookies.set(WANTED, planted)
    assert browser.get("/oauth2callback?code=good").headers["location"] in ("/", "/revenue")


def test_signing_in_opens_a_session_and_shortens_streamlits_cookie() -> None:
    given = cookies(client().get("/oauth2callback?code=good"))
    assert f'{SESSION}="token-of-eva"' in given[SESSION]
    assert "HttpOnly" in given[SESSION] and "SameSite=Lax" in given[SESSION] and "Max-Age=3600" in given[SESSION]
    assert "Max-Age=3600" in given["_streamlit_user"]


def test_a_failed_sign_in_opens_no_session() -> None:
    assert SESSION not in cookies(client().get("/oauth2callback?code=bad"))


def test_signing_out_ends_the_session() -> None:
    sessions = Sessions()
    browser = client(sessions=sessions)
    browser.cookies.set(SESSION, "token-of-eva")
    answered = browser.get("/auth/logout")
    assert "Max-Age=0" in cookies(answered)[SESSION]
    assert sessions.closed == ["token-of-eva"]


def test_over_https_cookies_are_secure() -> None:
    answered = client("https://plumbline.example").get("/oauth2callback?code=good")
    assert all("secure" in line.lower() for line in cookies(answered).values())
    assert answered.headers["strict-transport-security"].startswith("max-age=")
    assert "strict-transport-security" not in client().get("/").headers


@pytest.mark.parametrize(
    ("host", "elsewhere"),
    [
        pytest.param("localhost:8501", f"{URL}/revenue?a=1", id="another name of this machine"),
        pytest.param("127.0.0.1:8501", None, id="the one address"),
        pytest.param("evil.example:8501", None, id="a stranger's name is not sent anywhere"),
    ],
)
def test_pages_live_at_one_address(host: str, elsewhere: str | None) -> None:
    answered = client().get("/revenue?a=1", headers={**HTML, "host": host})
    assert answered.headers.get("location") == elsewhere


CONNECT = {"type": "websocket.connect"}
CLICK = {"type": "websocket.receive", "bytes": b"a click"}
LEAVES = {"type": "websocket.disconnect", "code": 1001}


def two_clicks(sessions: Sessions, between: Callable[[], object]) -> tuple[list[bytes], list[str], list[str]]:
    """A page on which somebody clicks twice while something happens: names of its visit, what it hears and is sent."""
    named: list[bytes] = []
    heard: list[str] = []
    sent: list[str] = []

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        named.extend(value for name, value in scope["headers"] if name == VISIT)
        assert await receive() == CONNECT
        while (await receive())["type"] == "websocket.receive":
            heard.append("click")
            await send({"type": "websocket.send", "bytes": b"drawn"})
        heard.append("left")
        await send({"type": "websocket.send", "bytes": b"too late"})

    told: list[Message] = [CONNECT]

    async def receive() -> Message:
        if told:
            return told.pop()
        if len(heard) == 1:
            between()
        return CLICK if len(heard) < 2 else LEAVES

    async def send(message: Message) -> None:
        sent.append(str(message["type"]).removeprefix("websocket."))

    headers = [(b"cookie", f"{SESSION}=token-of-eva".encode()), (VISIT, b"what a visitor says")]
    asyncio.run(GateMiddleware(page, gate_of(sessions))({"type": "websocket", "headers": headers}, receive, send))
    return named, heard, sent


def test_who_is_still_who_opened_the_page_may_click() -> None:
    named, heard, sent = two_clicks(Sessions(), lambda: None)
    assert (heard, sent[:2]) == (["click", "click", "left"], ["send", "send"])
    assert len(named) == 1 and named != [b"what a visitor says"]


@pytest.mark.parametrize("now", [None, Viewer(EVA, ("executive",)), Viewer(EVA, ("executive", "finance", "analyst"))],
                         ids=["signed out or shut out", "a role was taken", "a role was given"])  # fmt: skip
def test_who_is_no_more_who_opened_the_page_is_cut_off_before_the_click_is_heard(now: Viewer | None) -> None:
    sessions = Sessions()
    _, heard, sent = two_clicks(sessions, lambda: sessions.known.update({"token-of-eva": now}))
    assert (heard, sent) == (["click", "left"], ["send", "close"])


def test_a_page_of_before_goes_on_for_the_same_visit_alone() -> None:
    first, again, less, out = Sessions(), Sessions(), Sessions(), Sessions()
    less.known["token-of-eva"] = Viewer(EVA, ("executive",))
    out.known["token-of-eva"] = None
    names = [two_clicks(each, lambda: None)[0] for each in (first, again, less, out)]
    assert names[0] == names[1] != names[2] and names[3] == []


def test_while_it_cannot_be_found_out_who_clicks_the_click_waits_and_nobody_is_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch, "ASK_AGAIN_SECONDS", 0.01)
    sessions = Sessions()
    _, heard, sent = two_clicks(sessions, lambda: setattr(sessions, "away", 3))
    assert (heard, sent[:2], sessions.away) == (["click", "click", "left"], ["send", "send"], 0)


def test_a_second_click_meanwhile_ends_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits unread behind the first one, and the browser's answers to pings behind it."""
    monkeypatch.setattr(serve, "PING_SECONDS", 0.1)
    monkeypatch.setattr(serve, "HOLD_SECONDS", 10.0)

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "websocket" and await receive()
        await send({"type": "websocket.accept"})
        await receive()
        await asyncio.sleep(1)  # it cannot be found out who clicks
        await receive()
        await send({"type": "websocket.send", "bytes": b"both were heard"})

    config = serve.how_served(page)
    config.lifespan = "off"
    server = uvicorn.Server(config)
    with closing(serve.bind("127.0.0.1", 0)) as listening:
        running = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        running.start()
        while not server.started and running.is_alive():
            time.sleep(0.01)
        try:
            with connect(f"ws://127.0.0.1:{listening.getsockname()[1]}") as browser:
                browser.send(b"one")
                browser.send(b"two")
                assert browser.recv(timeout=20) == b"both were heard"
        finally:
            server.should_exit = True
            running.join()


def test_who_was_signed_out_meanwhile_is_cut_off_once_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "ASK_AGAIN_SECONDS", 0.01)
    sessions = Sessions()

    def away_and_out() -> None:
        sessions.away, sessions.known["token-of-eva"] = 3, None

    _, heard, sent = two_clicks(sessions, away_and_out)
    assert (heard, sent) == (["click", "left"], ["send", "close"])


def opened_while_away(sessions: Sessions, protocols: bytes, *messages: Message) -> list[list[bytes]]:
    """A page that is opened while it cannot be found out by whom: the names of its visit, if it is let through."""
    let_in: list[list[bytes]] = []
    left = list(messages)

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        let_in.append([value for name, value in scope["headers"] if name == VISIT])

    async def receive() -> Message:
        return left.pop(0) if left else await asyncio.Event().wait()  # type: ignore[return-value]

    async def send(message: Message) -> None:
        raise AssertionError(message)

    headers = [(b"cookie", f"{SESSION}=token-of-eva".encode()), (b"sec-websocket-protocol", protocols)]
    asyncio.run(GateMiddleware(page, gate_of(sessions))({"type": "websocket", "headers": headers}, receive, send))
    return let_in


def test_a_page_that_is_opened_while_the_warehouse_is_away_is_let_in_under_a_name_of_its_own_to_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A page of before waits instead, with what is typed in it."""
    monkeypatch.setattr(watch, "ASK_AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(watch, "NEW_SECONDS", 0.05)
    away = Sessions()
    away.away = 10_000
    names = [opened_while_away(away, b"streamlit, guard", CONNECT) for _ in range(2)]
    assert names[0] != names[1] and [len(each) for [each] in names] == [1, 1], "nobody goes on with it"
    short = Sessions()
    short.away = 20
    (name,) = opened_while_away(short, b"streamlit, guard, a-session", CONNECT)
    assert len(name) == 1


@pytest.mark.parametrize("now", [None, Viewer(EVA, ("executive", "finance"))], ids=["shut out since", "signed in"])
def test_of_a_page_that_was_opened_while_the_warehouse_was_away_one_message_is_heard(
    monkeypatch: pytest.MonkeyPatch, now: Viewer | None
) -> None:
    """The page's own guard may have known its reader a moment later, and have drawn figures."""
    monkeypatch.setattr(watch, "ASK_AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(watch, "NEW_SECONDS", 0.05)
    sessions = Sessions()
    sessions.away = 10_000

    def is_back() -> None:
        sessions.away = 0
        sessions.known["token-of-eva"] = now

    _, heard, sent = two_clicks(sessions, is_back)
    assert (heard, sent) == (["click", "left"], ["send", "close"])


def test_an_attempt_that_the_browser_gave_up_is_not_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "ASK_AGAIN_SECONDS", 0.01)
    away = Sessions()
    away.away = 10_000
    assert opened_while_away(away, b"streamlit, guard, a-session", CONNECT, LEAVES) == []


def test_what_is_never_found_out_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "ASK_AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(watch, "HOLD_SECONDS", 0.05)
    sessions = Sessions()
    _, heard, sent = two_clicks(sessions, lambda: setattr(sessions, "away", 10_000))
    assert (heard, sent) == (["click", "left"], ["send", "close"])


@pytest.mark.parametrize(
    ("token", "away", "status"),
    [("", 0, 404), ("token-of-nobody", 0, 404), ("token-of-eva", 0, 200), ("token-of-eva", 1, 503)],
    ids=["a stranger", "signed out", "signed in", "not to be found out just now"],
)
def test_what_a_page_hands_out_as_a_file_is_for_people_who_are_signed_in(token: str, away: int, status: int) -> None:
    sessions = Sessions()
    sessions.away = away
    browser = client(sessions=sessions)
    if token:
        browser.cookies.set(SESSION, token)
    assert browser.get("/media/0123456789.csv").status_code == status
