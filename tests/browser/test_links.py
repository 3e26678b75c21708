"""Links within the portal: followed without loading it anew, at the right place, and by the way back again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.portal.servers import Portal

from .axe import violations
from .test_every_page import SCREENS, chromium, kept_logins, settle
from .visits import somebody_s

__all__ = ["chromium", "kept_logins"]
MARK = "window.plumblineMark = true"


def is_same_document(page: Page) -> bool:
    """Whether the portal was not loaded since it was marked."""
    return bool(page.evaluate("window.plumblineMark === true"))


def test_a_figure_leads_to_its_records_and_back_without_loading_the_portal_anew(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    with somebody_s(chromium, portal, kept_logins, "/executive?product=Core") as page:
        page.evaluate(MARK)
        page.locator("[data-pl-metric=arr] .pl-opens").click()
        page.locator(".pl-opened:popover-open .pl-way[href^='/records']").first.click()
        page.wait_for_url("**/records?**")
        expect(page.locator("h1.pl-page")).to_be_focused()
        assert page.locator("h1.pl-page").inner_text() == "Records"
        page.get_by_role("link", name="Back to Executive").click()
        expect(page.locator(".pl-lead")).to_contain_text("Only Core.")
        page.go_back()
        expect(page.locator("h1.pl-page")).to_have_text("Records")
        assert is_same_document(page)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_browser_s_way_back_leads_to_where_one_stood(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object], screen: str
) -> None:
    stands = "Math.round(document.querySelector('[data-testid=stMain]').scrollTop)"
    with somebody_s(chromium, portal, kept_logins, "/revenue", screen) as page:
        link = page.locator("[data-testid=stMain] a[href^='/records']:visible").last
        link.scroll_into_view_if_needed()
        stood = link.evaluate(f"link => {{ const stood = {stands}; link.click(); return stood }}")
        assert stood > 200
        expect(page.locator("h1.pl-page")).to_have_text("Records")
        assert page.evaluate(stands) == 0
        page.go_back()
        expect(page.locator("h1.pl-page")).to_have_text("Revenue")
        page.wait_for_function(f"Math.abs({stands} - {stood}) < 2")
        expect(page.locator("h1.pl-page")).to_be_focused()
        page.wait_for_timeout(1500)
        page.mouse.move(SCREENS[screen][0] / 2, SCREENS[screen][1] / 2)
        page.mouse.wheel(0, -100)
        page.wait_for_function(f"{stands} < {stood - 20}")  # it does not hold on to whoever goes on
        page.go_forward()
        expect(page.locator("h1.pl-page")).to_have_text("Records")
        page.wait_for_function(f"{stands} === 0")


def test_pages_on_which_something_is_made_are_loaded_whole(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    with somebody_s(chromium, portal, kept_logins, "/executive") as page:
        page.evaluate(MARK)
        page.locator("[data-pl-metric=arr] .pl-opens").click()
        page.get_by_role("link", name="Write a comment").click()
        page.get_by_label("Write about this figure").wait_for()
        assert not is_same_document(page)


def test_questions_open_and_shut_where_they_are_and_keep_the_keyboard_s_place(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    with somebody_s(chromium, portal, kept_logins, "/questions", "phone") as page:
        page.evaluate(MARK)
        question, meanings = page.locator("[data-pl-stay=F1]"), page.get_by_text("It means")
        question.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/questions?open=F1")
        meanings.wait_for()
        expect(question).to_be_focused()
        settle(page)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= SCREENS["phone"][0]
        page.locator("[data-pl-stay=F2]").click()
        expect(meanings).to_have_count(2)
        page.keyboard.press("Enter")  # the focus is at what was opened last
        expect(meanings).to_have_count(1)
        page.go_back()
        expect(meanings).to_have_count(2)
        assert is_same_document(page)


def test_questions_clicked_right_after_each_other_and_while_searching_are_all_heard(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    with somebody_s(chromium, portal, kept_logins, "/questions") as page:
        page.evaluate("for (const key of ['F1', 'F2']) document.querySelector(`[data-pl-stay=${key}]`).click()")
        page.wait_for_url("**/questions?open=F1&open=F2")
        expect(page.get_by_text("It means")).to_have_count(2)
        page.locator("[data-pl-stay=F2]").dblclick()  # shuts it, once
        page.wait_for_url("**/questions?open=F1")
        search = page.get_by_label("Search the questions")
        search.fill("churn")
        page.locator("[data-pl-stay=C2]").click()  # which also ends the search's typing
        page.wait_for_url("**/questions?q=churn&open=F1&open=C2")
        expect(page.get_by_text("It means")).to_have_count(1)
        expect(search).to_have_value("churn")


def test_the_way_past_the_menu_leads_past_the_menu(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    with somebody_s(chromium, portal, kept_logins, "/executive") as page:
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("h1.pl-page")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_label("Month", exact=True)).to_be_focused()
