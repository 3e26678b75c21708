"""The light page on a phone: kept by its worker, true without a network, left by signing out; an alert; the menu."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from pipelines.sandbox.people import PEOPLE
from tests.portal.servers import Portal

from .axe import violations
from .test_every_page import CHROMIUM, Watch, chromium, keep, kept_logins, new_page, settle

__all__ = ["chromium", "kept_logins"]
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium (Debian's package)")
PHONE = {"width": 390, "height": 844}
EVA = PEOPLE[0].email


def test_without_a_network_it_shows_what_it_knew_and_says_how_old_it_is(
    chromium: Browser, portal: Portal, tmp_path: Path
) -> None:
    page = new_page(chromium, viewport=PHONE)
    page.goto(f"{portal.url}/light")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="Sign in").click()
    page.locator(f'button[value="{EVA}"]').click()
    page.wait_for_selector(".pl-tiles")
    watch = Watch(page, portal)
    assert page.url == f"{portal.url}/light", "what was wanted is there after signing in"
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    figures = page.locator(".pl-value").all_inner_texts()
    assert len(figures) == 6 and violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.context.set_offline(True)
    page.reload()
    page.get_by_text("No connection. These are the figures as they were kept on this device").wait_for()
    assert page.locator(".pl-value").all_inner_texts() == figures
    keep(page, "light-offline", tmp_path)
    page.context.set_offline(False)
    page.reload()
    page.wait_for_selector("#offline[hidden]", state="attached")
    assert watch.complaints == [] and watch.foreign == []
    page.goto(f"{portal.url}/auth/logout")
    page.wait_for_function("caches.keys().then(names => names.length === 0)")
    page.context.close()


def test_an_alert_leads_to_its_page_and_back(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object], tmp_path: Path
) -> None:
    page = new_page(chromium, viewport=PHONE, storage_state=kept_logins[EVA])
    watch = Watch(page, portal)
    page.goto(f"{portal.url}/executive")
    settle(page)
    page.get_by_role("link", name="Acknowledge").first.click()
    page.get_by_role("button", name="Acknowledge").wait_for()
    assert "Card payments in Germany" in page.locator("main").inner_text() and violations(page) == []
    keep(page, "alert-phone", tmp_path)
    page.locator(".pl-links").get_by_role("link", name="Executive").click()
    settle(page)
    assert page.url == f"{portal.url}/executive"
    assert watch.complaints == [] and watch.foreign == []
    page.context.close()


@pytest.mark.parametrize("width", [1024, 390])
def test_the_menu_folds_into_its_parts_and_closes_behind_whoever_chose(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object], tmp_path: Path, width: int
) -> None:
    page = new_page(chromium, viewport={"width": width, "height": 800}, storage_state=kept_logins[EVA])
    page.goto(f"{portal.url}/executive")
    settle(page)
    page.get_by_role("button", name="Dashboards").click()
    listed = page.locator("#pl-part-dashboards a")
    listed.first.wait_for()
    assert listed.all_inner_texts()[:3] == ["Executive", "Glance", "Finance"]
    keep(page, f"menu-{width}", tmp_path)
    listed.filter(has_text="Revenue").click()
    page.wait_for_url("**/revenue")
    settle(page)
    assert page.locator("[popover]:popover-open").count() == 0
    page.context.close()
