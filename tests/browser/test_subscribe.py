"""A manager has a page sent by e-mail, on a phone: the form, what it says, the list of what is sent, and its end."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from pipelines.sandbox.people import PEOPLE
from tests.portal.servers import Portal

from .axe import violations
from .test_every_page import CHROMIUM, Watch, chromium, keep, kept_logins, new_page, settle
from .visits import every_week

__all__ = ["chromium", "kept_logins"]
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium (Debian's package)")
MARCO = next(person.email for person in PEOPLE if "marketing" in person.roles)


@pytest.mark.campaign  # the manager's day has a report sent
def test_a_page_is_sent_every_week_until_it_is_stopped(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object], tmp_path: Path
) -> None:
    page = new_page(chromium, viewport={"width": 390, "height": 844}, storage_state=kept_logins[MARCO])
    watch = Watch(page, portal)
    page.goto(f"{portal.url}/marketing")
    settle(page)
    form = every_week(page)
    keep(page, "subscribe-phone", tmp_path)
    assert violations(page) == []
    form.get_by_role("button", name="Subscribe").click()
    said = form.get_by_role("status")
    said.wait_for()
    assert "Subscribed:" in said.inner_text() and "Monday" in said.inner_text()
    page.goto(f"{portal.url}/mail")
    page.get_by_role("button", name="Stop").wait_for()
    assert "Marketing" in page.locator("[class*=st-key-subscribed_]").first.inner_text()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Stop").wait_for(state="detached")
    assert watch.complaints == [] and watch.foreign == []
    page.context.close()
