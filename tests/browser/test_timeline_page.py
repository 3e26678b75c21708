"""An event that somebody enters stands on the charts of others at once; a figure is written about from its passport."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import create_engine, text

from app.secrets import warehouse_url
from pipelines.sandbox.people import PEOPLE
from tests.portal.servers import Portal

from .axe import violations
from .test_every_page import CHROMIUM, Watch, chromium, keep, new_page, settle, signed_in

__all__ = ["chromium"]
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium (Debian's package)")
EVA = PEOPLE[0].email
TABLES = ("portal.comment_mention, portal.comment, portal.comment_thread, portal.timeline_event, "
          "portal.timeline_hidden")  # fmt: skip


def test_an_event_and_a_comment_from_a_desk_are_seen_on_a_phone(
    chromium: Browser, portal: Portal, tmp_path: Path
) -> None:
    state = signed_in(chromium, portal, EVA)[EVA]
    try:
        on_a_desk(chromium, portal, state, tmp_path)
        on_a_phone(chromium, portal, state, tmp_path)
    finally:
        engine = create_engine(warehouse_url(portal.settings))
        with engine.begin() as connection:
            connection.execute(text(f"truncate {TABLES}"))
        engine.dispose()


def on_a_desk(chromium: Browser, portal: Portal, state: object, tmp_path: Path) -> None:
    """Enters an event by the form, finds it on the trend, leaves events out, and writes about ARR."""
    page = new_page(chromium, viewport={"width": 1440, "height": 900}, storage_state=state)
    watch = Watch(page, portal)
    page.goto(f"{portal.url}/timeline")
    settle(page)
    page.get_by_text("Enter, change or hide an event").click()
    page.get_by_label("Title").fill("Pulse is for sale")
    page.get_by_role("button", name="Enter it").click()
    page.get_by_text("It stands on the timeline.").wait_for()
    keep(page, "timeline-desk", tmp_path)
    page.goto(f"{portal.url}/executive")
    settle(page)
    page.locator("details.pl-events summary").first.click()
    assert "Pulse is for sale" in page.locator("details.pl-events").first.inner_text()
    assert violations(page) == []
    page.get_by_role("switch", name="Events").uncheck()
    page.wait_for_url("**/executive?events=false")
    page.wait_for_function("document.querySelectorAll('details.pl-events').length === 0")
    page.locator("[data-pl-metric=arr] .pl-opens").click()
    page.get_by_role("link", name="Write a comment").click()
    page.get_by_label("Write about this figure").fill("Who can say why? @femi.finance")
    page.get_by_role("button", name="Write", exact=True).click()
    page.get_by_text("It is said.").wait_for()
    assert violations(page) == [] and watch.complaints == [] and watch.foreign == []
    keep(page, "comments-desk", tmp_path)
    page.context.close()


def on_a_phone(chromium: Browser, portal: Portal, state: object, tmp_path: Path) -> None:
    """Finds the thread on its page, the mark on the figure, and both words in its passport."""
    page = new_page(chromium, viewport={"width": 390, "height": 844}, storage_state=state)
    watch = Watch(page, portal)
    page.goto(f"{portal.url}/comments?metric=arr&month=2026-10")
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390 and violations(page) == []
    keep(page, "comments-phone", tmp_path)
    page.goto(f"{portal.url}/executive")
    settle(page)
    page.locator("[data-pl-metric=arr] .pl-commented").wait_for()
    page.locator("[data-pl-metric=arr] .pl-opens").click()
    passport = page.locator(".pl-opened:popover-open")
    passport.get_by_text("Who can say why?").wait_for()
    assert violations(page) == [] and watch.complaints == [] and watch.foreign == []
    page.context.close()
