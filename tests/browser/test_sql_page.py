"""The page SQL in Chromium: a statement is typed with what the editor offers, run, drawn, kept, opened by its link, put
on a dashboard, and one that takes too long is cancelled. The keyboard gets out of the editor; the console stays silent.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.ui.panels.own_put import NEW
from pipelines.sandbox.people import PEOPLE
from tests.portal.servers import Portal

from .axe import violations
from .test_every_page import CHROMIUM, PATIENCE_MS, Watch, chromium, keep, new_page, settle, signed_in

__all__ = ["chromium"]
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium")]
ANALYST = next(person.email for person in PEOPLE if person.roles == ("analyst",))
WRITTEN = "select product, value\nfrom metric('net_mrr', by => 'product', since => '2026-10') m\nwhere value > 0"
ENDLESS = "select count(*) from generate_series(1, 1000000) a cross join generate_series(1, 1000000) b"


def test_a_statement_is_written_run_drawn_kept_and_opened_again(
    chromium: Browser, portal: Portal, tmp_path: Path
) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    state = signed_in(chromium, portal, ANALYST)[ANALYST]
    page = new_page(chromium, viewport={"width": 1440, "height": 900}, storage_state=state)
    watch = Watch(page, portal)
    page.goto(f"{portal.url}/sql")
    settle(page)
    area = page.get_by_role("combobox", name="SQL of Query 1")
    offered = page.get_by_role("listbox", name="What could come next")
    area.click()
    page.keyboard.type("select product, value\nfrom metric('net_m")
    expect(offered.get_by_role("option").first).to_contain_text("net_mrr")
    page.keyboard.press("Tab")
    page.keyboard.type("', by => 'prod")
    page.keyboard.press("Tab")
    page.keyboard.type("', since => '2026-10') m\nwhere val")
    expect(offered.get_by_role("option").first).to_contain_text("value")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type(" > 0")
    expect(offered).to_be_hidden()
    assert area.input_value() == WRITTEN
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.shadowRoot?.activeElement?.dataset.act") == "run", "no trap"
    area.focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".pl-outcome")).to_contain_text("7 rows in")
    page.get_by_role("tab", name="Chart").click()
    expect(page.get_by_text("Core has the largest value, 530,000")).to_be_visible()  # half of 400,000 + 33 × 20,000
    page.locator("[data-testid=stVegaLiteChart] svg.marks").wait_for()
    page.get_by_label("Title").fill("MRR by product")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Keep", exact=True).click()
    link = page.locator("[data-testid=stCode]").filter(has_text="/sql?query=").inner_text().strip()
    keep(page, "sql-chart-desk", tmp_path)
    assert link.startswith(f"{portal.url}/sql?query=")
    page.goto(link)
    settle(page)
    expect(page.get_by_role("heading", name="MRR by product")).to_be_visible()
    expect(page.get_by_text("Core has the largest value, 530,000")).to_be_visible()
    put_on_a_dashboard(page)
    keep(page, "sql-on-a-dashboard", tmp_path)
    page.goto(link)
    settle(page)
    page.get_by_role("button", name="Open in the editor").click()
    again = page.get_by_role("combobox", name="SQL of MRR by product")
    expect(again).to_have_value(WRITTEN)
    again.fill(ENDLESS)
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("It was stopped.").first).to_be_visible(timeout=20_000)  # before the time that all have
    assert watch.complaints == [] and watch.foreign == []
    page.context.close()


def put_on_a_dashboard(page: Page) -> None:
    """From the kept query as a report onto a dashboard of one's own, which draws it."""
    page.get_by_role("link", name="Put it on a dashboard").click()
    page.wait_for_url("**/my-dashboards?put=*")
    settle(page)
    page.get_by_role("combobox", name="On").click()
    page.get_by_role("option", name=NEW).click()
    page.get_by_label("Its name").fill("What I watch")
    page.get_by_label("Its name").press("Enter")
    page.get_by_role("button", name="Put it on").click()
    expect(page.get_by_role("status").filter(has_text="It is on “What I watch”.")).to_be_visible()
    expect(page.locator("[class*=st-key-cards_]").first).to_contain_text("MRR by product")
    settle(page)
    assert violations(page) == []
