"""The light page on a phone: kept by its worker, true without a network, left by signing out; an alert; the menu."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

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


def test_a_look_that_brings_nothing_new_leaves_the_page_alone_and_its_age_goes_on(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    """What is fetched is served once more by hand: later, and in the end with another figure."""
    page = new_page(chromium, viewport=PHONE, storage_state=kept_logins[EVA], service_workers="block")
    page.goto(f"{portal.url}/light")
    body = page.context.request.get(f"{portal.url}/light").text()
    before, main = body.split("<main>")
    before = re.sub(r'(id="offline".*?<time datetime=")[^"]+', r"\g<1>2026-11-22T10:59:00+00:00", before)
    main = re.sub(r"(<time [^>]+>)[^<]*", r"\g<1>99 days ago", main)
    assert "99 days ago" in main
    said = {"text": f"{before}<main>{main}"}

    def serve(route: Route) -> None:
        route.fulfill(body=said["text"], content_type="text/html")

    page.route("**/light", serve)
    page.locator("summary").nth(2).focus()
    page.evaluate("document.querySelector('main').firstChild.plMark = 'is the first one'")
    for _ in range(2):
        with page.expect_response("**/light"):
            page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_function("document.querySelector('#offline time').dateTime === '2026-11-22T10:59:00+00:00'")
    assert page.evaluate("document.activeElement.localName") == "summary"
    assert page.evaluate("document.querySelector('main').firstChild.plMark") == "is the first one"
    said["text"] = said["text"].replace("<h1>Glance</h1>", "<h1>Another</h1>")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.get_by_role("heading", name="Another").wait_for()
    assert page.locator("#offline").is_hidden()
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
