"""Links within the portal: followed without loading it anew, at the right place, and by the way back again."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from pipelines.sandbox.people import PEOPLE
from tests.portal.servers import Portal

from .axe import violations
from .test_every_page import PATIENCE_MS, SCREENS, Watch, chromium, kept_logins, new_page, settle

__all__ = ["chromium", "kept_logins"]
MARK = "window.plumblineMark = true"


def is_same_document(page: Page) -> bool:
    """Whether the portal was not loaded since it was marked."""
    return bool(page.evaluate("window.plumblineMark === true"))


def test_a_figure_leads_to_its_records_and_back_without_loading_the_portal_anew(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    page = new_page(chromium, viewport={"width": 1440, "height": 900}, storage_state=kept_logins[PEOPLE[0].email])
    watch = Watch(page, portal)
    page.goto(f"{portal.url}/executive?product=Core")
    settle(page)
    page.evaluate(MARK)
    page.locator("[data-pl-metric=arr] .pl-opens").click()
    page.locator(".pl-opened:popover-open .pl-way[href^='/records']").first.click()
    page.wait_for_url("**/records?**")
    expect(page.locator("h1.pl-page")).to_be_focused(timeout=PATIENCE_MS)
    assert page.locator("h1.pl-page").inner_text() == "Records"
    back = page.get_by_role("link", name="Back to Executive")
    expect(back).to_be_visible(timeout=PATIENCE_MS)
    back.click()
    expect(page.locator(".pl-lead")).to_contain_text("Only Core.", timeout=PATIENCE_MS)
    page.go_back()
    expect(page.locator("h1.pl-page")).to_have_text("Records", timeout=PATIENCE_MS)
    assert is_same_document(page) and watch.complaints == [] and watch.foreign == []
    page.context.close()


def test_pages_on_which_something_is_made_are_loaded_whole(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    page = new_page(chromium, viewport={"width": 1440, "height": 900}, storage_state=kept_logins[PEOPLE[0].email])
    page.goto(f"{portal.url}/executive")
    settle(page)
    page.evaluate(MARK)
    page.locator("[data-pl-metric=arr] .pl-opens").click()
    page.get_by_role("link", name="Write a comment").click()
    page.get_by_label("Write about this figure").wait_for(timeout=PATIENCE_MS)
    assert not is_same_document(page)
    page.context.close()


def test_questions_open_and_shut_where_they_are_and_keep_the_keyboard_s_place(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    width, height = SCREENS["phone"]
    page = new_page(chromium, viewport={"width": width, "height": height}, storage_state=kept_logins[PEOPLE[0].email])
    watch = Watch(page, portal)
    page.goto(f"{portal.url}/questions")
    settle(page)
    page.evaluate(MARK)
    question = page.locator("[data-pl-stay=F1]")
    question.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/questions?open=F1")
    page.get_by_text("It means").wait_for(timeout=PATIENCE_MS)
    expect(question).to_be_focused()
    settle(page)
    assert violations(page) == [] and page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("[data-pl-stay=E1], [data-pl-stay=F2]").first.click()
    expect(page.get_by_text("It means")).to_have_count(2, timeout=PATIENCE_MS)
    page.keyboard.press("Enter")  # the focus is at what was opened last
    expect(page.get_by_text("It means")).to_have_count(1, timeout=PATIENCE_MS)
    page.go_back()
    expect(page.get_by_text("It means")).to_have_count(2, timeout=PATIENCE_MS)
    assert is_same_document(page) and watch.complaints == [] and watch.foreign == []
    page.context.close()
