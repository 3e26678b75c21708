"""Ages on a page that was drawn a while ago, or on a device whose clock is wrong."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from pipelines.sandbox.people import PEOPLE
from tests.portal.servers import Portal

from .test_every_page import chromium, kept_logins, new_page, settle

__all__ = ["chromium", "kept_logins"]
AGES = ".pl-tile .pl-age time[data-pl-since]"
THREE_HOURS_AHEAD = "const real = Date.now.bind(Date); Date.now = () => real() + 3 * 3600 * 1000"


def test_an_age_goes_on_by_itself(chromium: Browser, portal: Portal, kept_logins: dict[str, object]) -> None:
    page = opened(chromium, portal, kept_logins)
    age = page.locator(AGES).first
    expect(age).to_have_text(re.compile("^(just now|[0-9]+\u2009min ago)$"))
    for back, words in ((8, "8\u2009min ago"), (190, "3\u2009h 10\u2009min ago"), (60 * 24 * 4, "4 days ago")):
        age.evaluate("(time, back) => time.dateTime = new Date(Date.now() - back * 60000).toISOString()", back)
        expect(age).to_have_text(words, timeout=40_000)  # nobody clicks: the page looks at its ages by itself
    page.context.close()


def test_a_device_whose_clock_is_wrong_tells_the_server_s_ages(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    page = opened(chromium, portal, kept_logins, THREE_HOURS_AHEAD)
    assert page.evaluate("Date.now() - new Date().getTime()") > 10_000_000
    page.evaluate("window.dispatchEvent(new Event('resize'))")
    page.wait_for_timeout(500)
    told = page.locator(AGES).all_inner_texts()
    assert told and not any("\u2009h" in each for each in told), told
    page.context.close()


def opened(browser: Browser, portal: Portal, kept: dict[str, object], script: str = "") -> Page:
    """Executive, as soon as its tiles stand."""
    page = new_page(browser, storage_state=kept[PEOPLE[0].email])
    if script:
        page.add_init_script(script)
    page.goto(f"{portal.url}/executive")
    settle(page)
    return page
