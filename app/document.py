"""The one HTML document: Streamlit's page with our name, our icon and scripts of ours that run first.

`first.js` names the server's address, so that the client need not guess it, and holds the reader's choice of theme, so
that no page flashes in the wrong one; `connection.js` goes on where the connection was lost; `tour.js` draws a page's
tour; `age.js` counts ages on; `choices.js` takes what is chosen at a page's head to the address and back; `links.js`
follows links within the portal without loading it anew.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import DependencyMissing
from app.script_policy import POLICY

SCRIPTS = tuple(
    Path(__file__).resolve().with_name(f"{name}.js")
    for name in ("age", "first", "connection", "tour", "choices", "links")
)
CHANGES = (
    (r"<title>.*?</title>", "<title>Plumbline</title>"),
    (r'href="\./favicon\.png"', 'href="./app/static/icon.png"'),
    (r'<link\s+rel="preload"[^>]*SourceSans[^>]*>', ""),  # a font that no page of ours uses
    (r'<link rel="service-desc"[^>]*>', ""),  # leads to a path that the gate closes
    (r"<noscript>.*?</noscript>", "<noscript><p>Plumbline needs JavaScript. Switch it on.</p></noscript>"),
)


def document(streamlits: str, ground: tuple[str, str], stylesheet: str) -> str:
    """Our document, made of Streamlit's.

    Args:
        streamlits: the index.html that Streamlit comes with.
        ground: the page's colour in the light and in the dark theme, shown until Streamlit has drawn.
        stylesheet: our `<style>` element. It stands last, after what Streamlit writes into the head; sent with each run
            of a page it would be a third of what a click costs.

    Raises:
        DependencyMissing: this release of Streamlit has another document than the one we know.
    """
    made = streamlits
    for pattern, ours in CHANGES:
        made, count = re.subn(pattern, ours, made, count=1, flags=re.DOTALL)
        if not count:
            raise DependencyMissing(
                f"Streamlit's page has changed: nothing in it reads {pattern!r}. Expected the page of the locked "
                "release. Install that one, or mend app/document.py."
            )
    light, dark = ground
    style = f"<style>html{{background:light-dark({light},{dark})}}</style>"
    script = "".join(f"<script>\n{each.read_text(encoding='utf-8')}</script>" for each in SCRIPTS)
    made = made.replace("</title>", f"</title>\n    {style}\n    {script}", 1)
    before, body, after = made.rpartition("</body>")
    return f"{before}{stylesheet}\n  {body}{after}"


class DocumentMiddleware:
    """Sends our document wherever Streamlit would send its own page, whatever the address.

    Streamlit's page has no policy of its own; a page that brings one is another and stays as it is.
    """

    def __init__(self, app: ASGIApp, text: str) -> None:
        self.app = app
        self.plain = text.encode()
        self.packed = gzip.compress(self.plain, 9, mtime=0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        accepts = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        body = self.packed if accepts else self.plain
        is_page = False

        async def send_ours(message: Message) -> None:
            nonlocal is_page
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_html = message["status"] == 200 and headers.get("content-type", "").startswith("text/html")
                is_page = is_html and POLICY not in headers
                if is_page:
                    self._describe(headers, len(body), accepts)
                await send(message)
            elif not is_page:
                await send(message)
            elif not message.get("more_body"):
                await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, send_ours)

    @staticmethod
    def _describe(headers: MutableHeaders, length: int, is_packed: bool) -> None:
        """The headers of our document in the place of those of Streamlit's file."""
        for name in ("etag", "last-modified", "accept-ranges"):
            if name in headers:
                del headers[name]
        headers["content-length"] = str(length)
        headers["vary"] = "Accept-Encoding"
        if is_packed:
            headers["content-encoding"] = "gzip"
