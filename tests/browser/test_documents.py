"""The documents under /docs/ in Chromium, as dbt and we write them: found from the page, searched, silent, at home.

Screenshots land as those of test_every_page.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.documents import folder_of
from pipelines.dictionary.entries import Dictionary
from pipelines.dictionary.publish import write_without_warehouse
from pipelines.sandbox.people import PEOPLE
from tests.portal.invented import AS_OF
from tests.portal.servers import Portal

from .test_every_page import CHROMIUM, PATIENCE_MS, SCREENS, Watch, chromium, keep, new_page, signed_in

__all__ = ["chromium"]
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium")]
expect.set_options(timeout=PATIENCE_MS)
EMAIL = {person.roles[0]: person.email for person in PEOPLE}


@pytest.fixture(scope="module")
def written(portal: Portal) -> Iterator[Dictionary]:
    """The dictionary of the models as they are, in the portal's home while these tests run."""
    folder = folder_of(portal.settings)
    yield write_without_warehouse(portal.settings, folder, as_of=AS_OF)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def logins(chromium: Browser, portal: Portal) -> dict[str, object]:
    return signed_in(chromium, portal, *(EMAIL[role] for role in ("executive", "analyst")))


def opened(chromium: Browser, portal: Portal, state: object, place: str, screen: str = "desk") -> tuple[Page, Watch]:
    width, height = SCREENS[screen]
    page = new_page(chromium, viewport={"width": width, "height": height}, storage_state=state)
    watch = Watch(page, portal)
    page.goto(portal.url + place)
    return page, watch


def close_silent(page: Page, watch: Watch) -> None:
    """Nothing was complained of, nobody else asked, and nothing is wider than the screen."""
    assert watch.complaints == []
    assert watch.foreign == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.context.close()


def test_the_page_leads_to_the_dictionary_whose_search_finds(
    chromium: Browser, portal: Portal, written: Dictionary, logins: dict[str, object], tmp_path: Path
) -> None:
    page, watch = opened(chromium, portal, logins[EMAIL["executive"]], "/dictionary")
    page.locator(".pl-ways a", has_text="The whole dictionary").click()
    page.wait_for_url("**/docs/dictionary.html")
    entries = len(written.metrics) + len(written.datasets) + len(written.sources)
    expect(page.locator("article:visible")).to_have_count(entries)
    page.locator("#search").fill("net_mrr CHURNED")
    found = page.locator("article:visible")
    assert 0 < found.count() < entries
    expect(page.locator("#found")).to_have_text(f"{found.count()} of {entries} entries")
    page.locator("#search").fill("nothing says this")
    expect(page.locator("#found")).to_have_text(f"0 of {entries} entries")
    assert page.locator("section:visible").count() == 0
    keep(page, "docs-dictionary-desk", tmp_path)
    close_silent(page, watch)


@pytest.mark.parametrize("screen", SCREENS)
def test_a_link_to_a_metric_opens_it_and_from_there_its_marts(
    chromium: Browser, portal: Portal, written: Dictionary, logins: dict[str, object], tmp_path: Path, screen: str
) -> None:
    page, watch = opened(chromium, portal, logins[EMAIL["executive"]], "/docs/dictionary.html#net_mrr", screen)
    metric = page.locator("article#net_mrr")
    expect(metric.locator("dt", has_text="Question")).to_be_in_viewport()
    keep(page, f"docs-metric-{screen}", tmp_path)
    metric.get_by_role("link", name="mart_finance.mrr_monthly").click()
    expect(page.locator("[id='mart_finance.mrr_monthly'] table")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.goto(f"{portal.url}/docs/dictionary.html#%")  # what no name can be
    page.reload()
    expect(page.locator("article").first).to_be_visible()
    close_silent(page, watch)


def test_dbt_s_own_documentation_runs_under_our_policy(
    chromium: Browser, portal: Portal, written: Dictionary, logins: dict[str, object], tmp_path: Path
) -> None:
    """Its page asks for two icons before it knows their names, `{{ getIcon(…) }}`; we have none of that name."""
    page, watch = opened(chromium, portal, logins[EMAIL["analyst"]], "/dictionary")
    page.locator(".pl-ways a", has_text="by dbt").click()
    page.wait_for_url("**/docs/dbt.html*")
    page.goto(f"{portal.url}/docs/dbt.html#!/model/model.plumbline.fct_opportunity")
    page.get_by_role("heading", name="fct_opportunity").wait_for()
    keep(page, "docs-dbt-desk", tmp_path)
    watch.complaints = [said for said in watch.complaints if "/docs/%7B%7B%20getIcon" not in said]
    close_silent(page, watch)


def test_who_may_not_read_dbt_s_documentation_finds_no_way_to_it(
    chromium: Browser, portal: Portal, written: Dictionary, logins: dict[str, object]
) -> None:
    page, _ = opened(chromium, portal, logins[EMAIL["executive"]], "/dictionary")
    page.locator(".pl-ways a").first.wait_for()
    assert page.locator(".pl-ways a").count() == 1
    page.goto(f"{portal.url}/docs/dbt.html")
    assert page.inner_text("body") == "Not found"
    page.context.close()
