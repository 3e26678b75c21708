"""/export/…: what a browser gets there, and the running portal's own guard before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from starlette.applications import Starlette

from app.access import Viewer
from app.export.desk import Exports
from app.export.route import export_route
from app.settings import Settings
from app.warehouse import Warehouse

from .in_process import Browser
from .servers import PATIENCE_SECONDS, Portal
from .streamlit_client import sign_in
from .test_refusal import EMAIL

REASON = {"reason": "For the auditors of 2026 & <b>others</b>"}


@pytest.fixture(scope="module")
def finance(filled: Settings) -> Iterator[Browser]:
    """A browser in which somebody of Finance is signed in."""
    warehouse = Warehouse(filled)
    viewer = Viewer("door@export.example", ("finance",))
    yield Browser(Starlette(routes=[export_route(Exports(warehouse), lambda _: viewer)]), "http://portal")
    warehouse.close()


def test_a_file_is_an_attachment_that_nobody_keeps(finance: Browser) -> None:
    answer = finance.get("/export/revenue.csv?panel=1&product=Core")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.headers["content-disposition"] == 'attachment; filename="plumbline-revenue-key-figures-2026-10.csv"'
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/export/executive.pdf", 404, "Not one of your pages"),
        ("/export/nothing.pdf", 404, "There is no page &#x27;nothing&#x27; to make a file of."),
        ("/export/revenue", 404, "There is no page &#x27;revenue&#x27;"),
        ("/export/<b>.pdf", 404, "There is no page &#x27;&lt;b&gt;&#x27;"),
        ("/export/revenue.doc", 400, "No file is made as &#x27;doc&#x27;."),
        ("/export/revenue.csv", 400, "A CSV file holds one panel of Revenue."),
        ("/export/revenue.csv?panel=99", 400, "&#x27;99&#x27; is none of the panels of Revenue."),
        ("/export/revenue.csv?panel=1&month=May", 400, "The link asks for the month “May”"),
        ("/export/files.pdf", 400, "Nothing on Files leaves as a file."),
        ("/export/sales.pdf", 404, "Not one of your pages"),
    ],
)
def test_what_is_in_the_way_is_said_on_a_page(finance: Browser, path: str, status: int, said: str) -> None:
    answer = finance.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert said in answer.text and "{{" not in answer.text and answer.headers["cache-control"] == "no-store"


def test_the_form_asks_why_and_its_answer_brings_the_file_that_was_asked_for(finance: Browser) -> None:
    path = "/export/revenue.xlsx?product=Core&product=Vault"
    asked = finance.get(path)
    assert asked.status_code == 428 and 'name="reason"' in asked.text and 'href="/revenue?product=Core' in asked.text
    action = re.search(r'action="([^"]*)"', asked.text)
    assert action is not None and action[1].replace("&amp;", "&") == path
    assert finance.post(path, data={"reason": "because"}).status_code == 428
    assert finance.post(path, data={"reason": "x" * 5000}).status_code == 200, "cut, and kept"
    given = finance.post(path, data=REASON)
    assert given.status_code == 200 and given.content.startswith(b"PK")


def test_the_running_portal_lets_a_stranger_have_nothing_and_its_people_their_own(portal: Portal) -> None:
    path = f"{portal.url}/export/revenue.csv?panel=1"
    answer = httpx.get(path, timeout=PATIENCE_SECONDS)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    for role, status in (("finance", 200), ("sales", 404)):
        with closing(sign_in(portal, EMAIL[role])) as client:
            found = client.get(path, timeout=PATIENCE_SECONDS)
            assert found.status_code == status and ("12720000" in found.text or "MRR" in found.text) == (status == 200)
            assert found.headers["x-content-type-options"] == "nosniff"
            client.get(f"{portal.url}/auth/logout")
