"""A visitor without a browser: signs in over HTTP as a browser would, and talks to the portal over its websocket."""

from __future__ import annotations

import re
import time
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from app.secrets import get_secret

from .servers import PATIENCE_SECONDS, Portal

FIGURE = re.compile(r"\$\d[\d,.]*|\d{1,3}(?:,\d{3})+|[\d.]+\s?%|\d+ min ago")


def provider_token(portal: Portal) -> str:
    """What the sign-in button's address carries: names the provider, signed with the portal's cookie secret."""
    key = OctKey.import_key(get_secret(portal.settings, "cookie"))
    claims = {"provider": "default", "exp": int(time.time()) + PATIENCE_SECONDS}
    return str(jwt.encode({"alg": "HS256"}, claims, key))


def sign_in(portal: Portal, email: str) -> httpx.Client:
    """A client that holds the cookies of somebody who has just signed in."""
    client = httpx.Client(follow_redirects=True, timeout=PATIENCE_SECONDS)
    form = client.get(f"{portal.url}/auth/login", params={"provider": provider_token(portal)})
    assert "Who are you today?" in form.text
    landed = client.post(str(form.url), data={"email": email})
    assert landed.status_code == 200
    assert "plumbline_session" in client.cookies
    client.get(f"{portal.url}/_stcore/health")  # gives the cookie that guards the websocket against other sites
    return client


def cookie_header(client: httpx.Client) -> str:
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)


def visit(portal: Portal, page: str, cookies: str = "") -> str:
    """Everything the portal sends over the websocket for one page, as text.

    Args:
        portal: the running portal.
        page: its address without the slash; "" for the root.
        cookies: the Cookie header; none for a stranger.
    """
    headers = {"Origin": portal.url, **({"Cookie": cookies} if cookies else {})}
    address = portal.url.replace("http://", "ws://") + "/_stcore/stream"
    guard = re.search(r"_streamlit_xsrf=([^;]+)", cookies)
    offered = [Subprotocol("streamlit"), Subprotocol(guard[1])] if guard else [Subprotocol("streamlit")]
    with connect(
        address, additional_headers=headers, subprotocols=offered, max_size=None, open_timeout=PATIENCE_SECONDS
    ) as socket:
        asked: Any = BackMsg()
        asked.rerun_script.page_name = page
        socket.send(asked.SerializeToString())
        return "\n".join(until_finished(socket))


def until_finished(socket: Any) -> list[str]:
    """The messages of one run; a page that sends its reader on (`switch_page`) is waited for, too."""
    said: list[str] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        message: Any = ForwardMsg()
        message.ParseFromString(socket.recv(timeout=PATIENCE_SECONDS))
        said.append(str(message))
        if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY and message.HasField("script_finished"):
            return said
    raise AssertionError("the portal did not finish the page")


def figures(said: str) -> list[str]:
    """What looks like a figure in the texts a page sent: amounts, percentages, numbers with thousands, ages."""
    bodies = re.findall(r'(?:body|label|spec|value|code_text): "((?:[^"\\]|\\.)*)"', said)
    texts = [re.sub(r"<style>.*?</style>", "", body, flags=re.DOTALL) for body in bodies]
    return [match for text in texts for match in FIGURE.findall(text)]
