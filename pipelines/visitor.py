"""A visitor without a browser: signs in over HTTP as a browser would, and talks to the portal over its websocket."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from app.errors import FellShort
from app.secrets import get_secret
from app.settings import Settings

PATIENCE_SECONDS = 180  # the machine may be busy with others


def sign_in(settings: Settings, url: str, email: str) -> httpx.Client:
    """A client that holds the cookies of somebody of the sandbox company who has just signed in.

    Args:
        settings: of the home whose portal it is; its cookie secret signs what the sign-in button's address carries.
        url: the portal's address, without a slash at the end.
        email: who; the sandbox's identity provider asks for no password.

    Raises:
        FellShort: the portal or its identity provider answered otherwise than to somebody who signs in.
    """
    key = OctKey.import_key(get_secret(settings, "cookie"))
    claims = {"provider": "default", "exp": int(time.time()) + PATIENCE_SECONDS}
    client = httpx.Client(follow_redirects=True, timeout=PATIENCE_SECONDS)
    form = client.get(f"{url}/auth/login", params={"provider": str(jwt.encode({"alg": "HS256"}, claims, key))})
    if "Who are you today?" not in form.text:
        raise FellShort(f"Nobody can sign in at {url}: {form.status_code}. Expected the sandbox's sign-in form.")
    client.post(str(form.url), data={"email": email})
    if "plumbline_session" not in client.cookies:
        raise FellShort(f"{email} was not let in at {url}. Expected somebody of the sandbox company.")
    client.get(f"{url}/_stcore/health")  # gives the cookie that guards the websocket against other sites
    return client


def cookie_header(client: httpx.Client) -> str:
    """The client's cookies as a Cookie header."""
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)


class Tab:
    """An open page of the portal."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._kept: dict[str, tuple[Any, int]] = {}
        self._runs = 0
        self._most_runs = 0

    def run(self, page: str, query: str = "") -> list[ForwardMsg]:
        """One run of a page, as by opening it or by a click on it: all messages until it is drawn.

        Args:
            page: its address without the slash; "" for the root. Who is sent on from it is waited for, too.
            query: what is chosen on it, as it stands in the address.

        Raises:
            FellShort: it was not drawn within three minutes.
        """
        asked: Any = BackMsg()
        asked.rerun_script.page_name = page
        asked.rerun_script.query_string = query
        asked.rerun_script.cached_message_hashes.extend(self._kept)
        self._socket.send(asked.SerializeToString())
        said: list[ForwardMsg] = []
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            message: Any = ForwardMsg()
            message.ParseFromString(self._socket.recv(timeout=PATIENCE_SECONDS))
            said.append(self._whole(message))
            if message.HasField("script_finished") and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                self._forget()
                return said
        raise FellShort(f"The page {page or '/'} was not drawn within {PATIENCE_SECONDS} seconds. Expected it to be.")

    def _whole(self, message: Any) -> Any:
        """The message, or the one kept that it refers to: a browser has large ones sent to it once."""
        if message.HasField("ref_hash"):
            known, _ = self._kept[message.ref_hash]
            whole: Any = ForwardMsg()
            whole.CopyFrom(known)
            whole.metadata.CopyFrom(message.metadata)
            self._kept[message.ref_hash] = known, self._runs
            return whole
        if message.HasField("new_session"):
            self._most_runs = message.new_session.config.max_cached_message_age
        if message.metadata.cacheable:
            self._kept[message.hash] = message, self._runs
        return message

    def _forget(self) -> None:
        """What was not met again within a few runs goes, as in Streamlit's own client."""
        self._runs += 1
        self._kept = {name: kept for name, kept in self._kept.items() if self._runs - kept[1] <= self._most_runs}


@contextmanager
def tab(url: str, cookies: str = "") -> Iterator[Tab]:
    """A page of the portal at `url` until the block ends; without cookies it is a stranger's."""
    headers = {"Origin": url, **({"Cookie": cookies} if cookies else {})}
    guard = re.search(r"_streamlit_xsrf=([^;]+)", cookies)
    offered = [Subprotocol("streamlit"), *([Subprotocol(guard[1])] if guard else [])]
    with connect(
        url.replace("http://", "ws://") + "/_stcore/stream", additional_headers=headers, subprotocols=offered,
        max_size=None, open_timeout=PATIENCE_SECONDS,
    ) as socket:  # fmt: skip
        yield Tab(socket)
