"""The choices at a page's head by mouse and by keyboard, on a desk and on a phone: the address says them, and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.ui.choice_bar import MANY, filter_html
from tests.portal.servers import Portal

from .axe import violations
from .test_every_page import SCREENS, chromium, keep, kept_logins, settle
from .visits import somebody_s

__all__ = ["chromium", "kept_logins"]


def lead(page: Page, words: str) -> None:
    """The line under the title says it."""
    expect(page.locator(".pl-lead")).to_contain_text(words)


def opened(page: Page, dimension: str) -> None:
    """The filters are open, at this dimension."""
    page.get_by_role("button", name="Filters").click()
    page.locator("#pl-filters summary").filter(has_text=dimension).click()


@pytest.mark.parametrize("screen", SCREENS)
def test_filters_stay_open_while_the_page_follows_and_going_back_takes_one_choice_back(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object], tmp_path: Path, screen: str
) -> None:
    with somebody_s(chromium, portal, kept_logins, "/executive", screen) as page:
        opened(page, "Product")
        page.get_by_role("checkbox", name="Core").check()
        lead(page, "Only Core.")
        page.get_by_role("checkbox", name="Insights").check()  # it is still open
        lead(page, "Only Core or Insights.")
        said = page.locator("#pl-filters summary").filter(has_text="Product")
        expect(said).to_contain_text("Core, Insights")
        settle(page)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= SCREENS[screen][0]
        keep(page, f"filters-{screen}", tmp_path)
        page.go_back()
        lead(page, "Only Core.")
        expect(page.get_by_role("checkbox", name="Insights")).not_to_be_checked()
        page.get_by_role("button", name="Clear all filters").click()
        expect(page.locator(".pl-lead")).not_to_contain_text("Only")
        assert page.url == f"{portal.url}/executive"
        expect(page.get_by_role("button", name="Filters", exact=True)).to_be_focused()


def test_by_keyboard_a_month_a_comparison_and_a_value_that_was_searched_are_chosen(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    with somebody_s(chromium, portal, kept_logins, "/executive") as page:
        page.get_by_label("Month", exact=True).focus()
        page.keyboard.press("ArrowDown")
        lead(page, "September 2026, closed 30 Sep.")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowRight")
        page.wait_for_url("**/executive?month=September+2026&compare=Year+before")
        expect(page.locator("[data-pl-metric=arr]")).to_contain_text("September 2025")
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Filters")).to_be_focused()
        page.keyboard.press("Enter")
        page.locator("#pl-filters summary").filter(has_text="Country").focus()
        page.keyboard.press("Enter")
        boxes = page.locator("details[open] .pl-boxes label:visible")
        before = boxes.count()
        search = page.get_by_role("searchbox", name="Search countries")
        if search.count():
            search.fill("germ")
            assert before > 1
            expect(boxes).to_have_count(1)
        page.get_by_role("checkbox", name="Germany").focus()
        page.keyboard.press("Space")
        lead(page, "Only Germany.")


def test_choices_stay_with_their_page_when_another_one_is_looked_at_and_the_reader_goes_back(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    asked = "/executive?product=Core&compare=Year+before&events=false"
    with somebody_s(chromium, portal, kept_logins, asked) as page:
        page.locator(".pl-menu").get_by_role("link", name="Finance").click()
        page.wait_for_url(f"{portal.url}/finance")
        lead(page, "October 2026")
        expect(page.get_by_role("radio", name="Month before")).to_be_checked()
        expect(page.get_by_role("switch", name="Events")).to_be_checked()
        page.go_back()
        lead(page, "Only Core.")
        expect(page.get_by_role("radio", name="Year before")).to_be_checked()
        expect(page.get_by_role("switch", name="Events")).not_to_be_checked()
        expect(page.get_by_role("button", name="Filters (1)")).to_be_visible()


def test_a_value_that_reads_like_markup_is_chosen_and_marked_like_any_other(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    with somebody_s(chromium, portal, kept_logins, "/executive") as page:
        opened(page, "Plan")
        page.get_by_role("checkbox", name="Trial --> Relay").check()
        lead(page, "Only Trial --> Relay.")
        page.wait_for_url("**/executive?plan=Trial+--%3E+Relay")
        page.reload()
        settle(page)
        expect(page.locator("#pl-filters summary").filter(has_text="Plan")).to_contain_text("Trial --> Relay")


@pytest.mark.parametrize(
    ("asked", "month", "comparison", "has_events"),
    [
        ("month=August+2026&month=September+2026&compare=x&compare=Year+before", "August", "Year before", True),
        ("month=x&month=September+2026&compare=Month+before&compare=Year+before", "September", "Month before", True),
        ("month=October+2026&month=May+2026&events=false&events=true", "October", "Month before", False),
    ],
)
def test_what_a_link_asks_for_twice_is_marked_as_the_page_was_drawn(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object], asked: str, month: str, comparison: str,
    has_events: bool
) -> None:  # fmt: skip
    with somebody_s(chromium, portal, kept_logins, f"/executive?{asked}") as page:
        lead(page, f"{month} 2026, closed")
        shown = page.get_by_label("Month", exact=True).evaluate("list => list.selectedOptions[0].text")
        assert shown == f"{month} 2026"
        expect(page.get_by_role("radio", name=comparison)).to_be_checked()
        expect(page.get_by_role("switch", name="Events")).to_be_checked(checked=has_events)


def test_a_search_that_finds_nothing_says_so_and_what_it_finds_again_can_be_seen(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    """With a longer list than the invented marts have."""
    many = filter_html("country", [f"Country {number}" for number in range(MANY + 1)])
    with somebody_s(chromium, portal, kept_logins, "/glance") as page:
        page.locator("h1.pl-page").evaluate("(title, html) => title.insertAdjacentHTML('afterend', html)", many)
        page.get_by_text("All countries").click()
        search, boxes = page.get_by_role("searchbox", name="Search countries"), page.locator(".pl-boxes label:visible")
        none = page.get_by_role("status").filter(has_text="No country reads like that.")
        search.fill("zebra")
        expect(none).to_be_visible()
        expect(boxes).to_have_count(0)
        search.fill("country 1")
        expect(none).to_have_count(0)
        expect(boxes).to_have_count(2)  # 1 and 10
