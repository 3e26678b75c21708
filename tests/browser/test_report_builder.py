"""A manager builds a report by drag and drop and by keyboard, keeps it and opens it again; on a phone from lists."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from pipelines.sandbox.people import PEOPLE
from tests.portal.servers import Portal

from .test_every_page import CHROMIUM, PATIENCE_MS, Watch, chromium, keep, new_page, settle, signed_in

__all__ = ["chromium"]
EMAIL = PEOPLE[1].email  # finance
expect.set_options(timeout=PATIENCE_MS)  # the machine may be busy with other tests
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium (Debian's package)")


@pytest.fixture(scope="module")
def login(chromium: Browser, portal: Portal) -> object:
    return signed_in(chromium, portal, EMAIL)[EMAIL]


def built(page: Page) -> dict[str, object]:
    """The report that stands in the address."""
    found: dict[str, object] = json.loads(parse_qs(urlsplit(page.url).query)["report"][0])
    return found


def placed(page: Page, shelf: str) -> list[str]:
    return [chip.inner_text() for chip in page.locator(f"[data-shelf={shelf}] .placed").all()]


def focused(page: Page) -> str:
    """The chip that has the focus, inside the component's own tree."""
    found: str = page.locator(".builder").evaluate("root => root.getRootNode().activeElement?.dataset.id ?? ''")
    return found


def test_a_report_is_built_by_drag_and_drop_and_by_keyboard_kept_and_opened_again(
    chromium: Browser, portal: Portal, login: object, tmp_path: Path
) -> None:
    page = new_page(chromium, viewport={"width": 1440, "height": 900}, storage_state=login)
    watch = Watch(page, portal)
    page.goto(f"{portal.url}/reports")
    settle(page)
    page.get_by_role("button", name="New report").click()
    search = page.get_by_label("Search figures and fields")
    search.fill("recurring revenue month close")
    page.locator('[data-id="fields/net_mrr"]').drag_to(page.locator("[data-shelf=values]"))
    expect(page.locator("[data-shelf=values] .placed")).to_have_text("MRR")
    expect(page.get_by_role("heading", name="MRR stands at $1.06M")).to_be_visible()
    # By keyboard: focus a field, Enter, choose a shelf; what cannot be is there with its reason, and does nothing.
    search.fill("product")
    page.locator('[data-id="fields/product"]').focus()
    page.keyboard.press("Enter")
    across = page.get_by_role("menuitem", name="Columns")
    expect(across).to_have_attribute("aria-disabled", "true")
    expect(across).to_contain_text("A table has its figures in columns")
    page.keyboard.press("Enter")
    expect(page.locator("[data-shelf=rows] .placed")).to_have_text("Product")
    expect(page.get_by_role("heading", name="Core leads with $530.0K of MRR")).to_be_visible()
    search.fill("time")
    page.locator('[data-id="fields/time"]').focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("[data-shelf=rows] .placed")).to_have_count(2)
    page.locator('[data-id="rows/time"]').focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(lambda url: '["time","product"]' in json.dumps(parse_qs(urlsplit(url).query)).replace('\\"', '"'))
    expect(page.locator("[data-shelf=rows] .placed").first).to_have_text("Time")
    assert focused(page) == "rows/time", "The focus stays on what was moved."
    page.keyboard.press("Delete")
    expect(page.locator("[data-shelf=rows] .placed")).to_have_count(1)
    expect(page.locator("[data-shelf=rows] .placed")).to_have_text("Product")
    # What would mean nothing is struck out, and taking it says why instead of failing.
    search.fill("cash balance")
    cash = page.locator('[data-id="fields/cash_balance"]')
    expect(cash).to_have_attribute("aria-disabled", "true")
    cash.hover()
    expect(page.locator(".told")).to_have_text("“Cash” is not known by product.")
    assert placed(page, "values") == ["MRR"] and built(page)["rows"] == ["product"]
    keep(page, "builder-desk", tmp_path)

    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Name").fill("MRR of each product")
    page.get_by_label("Name").press("Enter")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("status").filter(has_text="is saved")).to_be_visible()
    page.goto(f"{portal.url}/reports")
    settle(page)
    page.locator("[data-testid=stRadioOption]", has_text="MRR of each product").click()
    expect(page.get_by_role("heading", name="Core leads with $530.0K of MRR")).to_be_visible()
    expect(page.get_by_text("Yours, version 1")).to_be_visible()
    assert watch.complaints == [] and watch.foreign == []
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_it_is_built_from_lists_and_nothing_scrolls_sideways(
    chromium: Browser, portal: Portal, login: object, tmp_path: Path, scheme: str
) -> None:
    page = new_page(chromium, viewport={"width": 390, "height": 844}, storage_state=login, color_scheme=scheme)
    watch = Watch(page, portal)
    report = {"values": ["net_mrr", "recognized_revenue"], "rows": ["product"], "compare": "year_before"}
    page.goto(f"{portal.url}/reports?report={quote(json.dumps(report))}")
    settle(page)
    expect(page.locator(".builder")).to_be_hidden()
    expect(page.get_by_role("combobox", name="Rows")).to_be_visible()
    wide = "document.querySelector('[data-testid=stMain]').scrollWidth > innerWidth"
    assert not page.evaluate(wide)
    keep(page, f"builder-phone-{scheme}", tmp_path)
    assert watch.complaints == [] and watch.foreign == []
    page.context.close()
