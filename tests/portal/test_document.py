"""The one document: what of Streamlit's is changed, and that it is served at every address."""

from __future__ import annotations

import gzip

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.document import SCRIPTS, DocumentMiddleware, document
from app.errors import DependencyMissing
from app.script_policy import content_security_policy
from app.serve import STATIC

from .in_process import Browser
from .servers import Portal

STREAMLITS = (STATIC / "index.html").read_text(encoding="utf-8")
OURS = document(STREAMLITS, ("#FFF", "#000"), "<style>.pl-page{}</style>")


async def answer(request: Request) -> Response:
    if request.url.path == "/missing":
        return HTMLResponse("gone", 404)
    if request.url.path == "/text":
        return PlainTextResponse("text")
    return HTMLResponse("streamlits own", headers={"etag": "x"})


def client() -> Browser:
    every = Route("/{path:path}", answer)
    return Browser(Starlette(routes=[every], middleware=[Middleware(DocumentMiddleware, text=OURS)]), "http://x")


def test_it_has_our_name_our_icon_and_our_script_before_streamlits() -> None:
    assert "<title>Plumbline</title>" in OURS and "app/static/icon.png" in OURS
    assert OURS.index("__streamlit") < OURS.index('<script type="module"')
    assert "SourceSans" not in OURS and "service-desc" not in OURS and "_stcore/agent" not in OURS
    assert "html{background:light-dark(#FFF,#000)}" in OURS


def test_its_scripts_are_let_in_by_their_digests() -> None:
    theirs = content_security_policy(STREAMLITS).count("sha256-")
    assert content_security_policy(OURS).count("sha256-") == theirs + len(SCRIPTS)
    assert not any("</script" in each.read_text(encoding="utf-8") for each in SCRIPTS)


def test_another_streamlit_is_refused_in_words() -> None:
    with pytest.raises(DependencyMissing, match="Streamlit's page has changed"):
        document("<html></html>", ("a", "b"), "")


@pytest.mark.parametrize("path", ["/", "/revenue", "/no-such-page"])
def test_it_stands_wherever_streamlits_page_would(path: str) -> None:
    answered = client().get(path, headers={"accept-encoding": "gzip"})
    assert answered.text == OURS and "etag" not in answered.headers
    assert int(answered.headers["content-length"]) == len(gzip.compress(OURS.encode(), 9, mtime=0))
    assert client().get(path, headers={"accept-encoding": "identity"}).text == OURS


@pytest.mark.parametrize(("path", "words"), [("/missing", "gone"), ("/text", "text")])
def test_whatever_else_is_answered_stays(path: str, words: str) -> None:
    assert client().get(path).text == words


def test_the_running_portal_serves_it_and_lets_fonts_be_kept(portal: Portal) -> None:
    answered = httpx.get(f"{portal.url}/revenue")
    assert "<title>Plumbline</title>" in answered.text
    assert answered.headers["cache-control"] == "no-store"
    font = httpx.get(f"{portal.url}/app/static/ibm-plex-sans-latin-400-normal.woff2")
    assert font.headers["cache-control"] == "public, max-age=86400"
    script = answered.text.split('src="./')[1].split('"')[0]
    kept = httpx.get(f"{portal.url}/{script}").headers
    assert "immutable" in kept["cache-control"] and kept["content-encoding"] == "gzip"
