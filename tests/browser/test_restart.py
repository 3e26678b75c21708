"""What an open page goes through when the portal or its warehouse goes and comes again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.login import issuer_url, public_url
from app.settings import Settings
from pipelines.ports import port_of
from pipelines.postgres import Cluster
from pipelines.sandbox.people import PEOPLE
from tests.portal.servers import Portal, home_with_marts, process

from .test_every_page import CHROMIUM, PATIENCE_MS, chromium, keep, new_page, settle, sign_in, signed_in

__all__ = ["chromium"]
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium (Debian's package)")
EVA = PEOPLE[0].email
TITLE = "Typed before the portal was started anew"
PORTAL = "app.serve"


@pytest.fixture(scope="module")
def home(make_settings: Callable[..., Settings]) -> Iterator[Portal]:
    """A filled home with its identity provider, of which the tests start and stop the rest."""
    with home_with_marts(make_settings(session_hours=1)) as settings:
        port_of(settings, "portal")
        with process(settings, "pipelines.sandbox.identity_provider", issuer_url(settings) + "/jwks"):
            yield Portal(public_url(settings), settings)


def test_what_is_typed_outlives_a_portal_that_is_started_anew(
    chromium: Browser, home: Portal, tmp_path: Path
) -> None:
    """The first click after it is heard, with what had been typed and was never handed over: the second event here."""
    page = new_page(chromium)
    with process(home.settings, PORTAL, home.url + "/healthz"):
        sign_in(page, home, EVA, "/timeline")
        settle(page)
        page.evaluate("window.plMark = 'the same document'")
        page.get_by_text("Enter, change or hide an event").click()
        page.get_by_label("Title").fill("What came before")
        page.get_by_role("button", name="Enter it").click()
        expect(page.locator(".pl-said[role=status]")).to_contain_text("It stands on the timeline", timeout=PATIENCE_MS)
        expect(page.get_by_label("Title")).to_have_value("")
        page.wait_for_timeout(1000)  # nobody types within the milliseconds in which Streamlit empties a field
        page.get_by_label("Title").fill(TITLE)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("No connection to Plumbline", timeout=PATIENCE_MS)
    expect(dialog).to_contain_text("The page goes on by itself")
    assert "Streamlit" not in dialog.inner_text()
    keep(page, "no-connection", tmp_path)
    with process(home.settings, PORTAL, home.url + "/healthz"):
        page.wait_for_selector(".stApp[data-test-connection-state=CONNECTED]", timeout=PATIENCE_MS)
        page.wait_for_timeout(3000)  # what is typed is handed over a moment after the page was asked for
        settle(page)
        assert page.evaluate("window.plMark") == "the same document"
        page.get_by_role("button", name="Enter it").click()
        expect(page.locator(".pl-said[role=status]")).to_contain_text("It stands on the timeline", timeout=PATIENCE_MS)
        expect(page.get_by_text(TITLE)).to_be_visible()
    page.context.close()


def test_who_signs_in_while_the_portal_is_away_does_not_find_the_words_of_another(
    chromium: Browser, home: Portal
) -> None:
    page, other = new_page(chromium), PEOPLE[1].email
    with process(home.settings, PORTAL, home.url + "/healthz"):
        cookies = signed_in(chromium, home, other)[other]["cookies"]  # type: ignore[index]
        sign_in(page, home, EVA, "/timeline")
        settle(page)
        page.evaluate("window.plMark = 'the same document'")
        page.get_by_text("Enter, change or hide an event").click()
        page.get_by_label("Title").fill(TITLE)
    expect(page.get_by_role("dialog")).to_contain_text("No connection to Plumbline", timeout=PATIENCE_MS)
    page.context.clear_cookies()
    page.context.add_cookies(cookies)  # as from another tab
    with process(home.settings, PORTAL, home.url + "/healthz"):
        page.wait_for_function("!window.plMark", timeout=PATIENCE_MS)
        settle(page)
        expect(page.locator(".pl-who")).to_contain_text(other)
        page.get_by_text("Enter, change or hide an event").click()
        page.wait_for_timeout(3000)  # in which words would be handed over
        expect(page.get_by_label("Title")).to_have_value("")
    page.context.close()


def test_a_page_that_is_opened_while_the_warehouse_is_away_says_so_and_comes_by_itself(
    chromium: Browser, home: Portal, tmp_path: Path
) -> None:
    server = Cluster(home.settings, "warehouse")
    with process(home.settings, PORTAL, home.url + "/healthz"):
        page = new_page(chromium)
        sign_in(page, home, EVA, "/executive")
        settle(page)
        server.stop()
        try:
            page.goto(home.url + "/revenue")
            statement = page.get_by_role("heading", name="The warehouse does not answer")
            expect(statement).to_be_visible(timeout=PATIENCE_MS)
            keep(page, "warehouse-away", tmp_path)
        finally:
            server.start()
        expect(page.locator("h1.pl-page")).to_have_text("Revenue", timeout=PATIENCE_MS)
        expect(statement).to_have_count(0)
        settle(page)
        page.context.close()
