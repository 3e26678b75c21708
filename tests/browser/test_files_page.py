"""The page Files in Chromium: a bad file shows all that is wrong and changes nothing, a good one is put in place and
the next load notes it, and who has no right has no way.

Screenshots land as those of test_every_page.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.dropped_files import note_found, note_loaded
from pipelines.sandbox.people import PEOPLE
from tests.files.workbooks import TARGETS, workbook
from tests.portal.servers import Portal

from .test_every_page import CHROMIUM, SCREENS, Watch, chromium, keep, new_page, settle, signed_in

__all__ = ["chromium"]
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium")]
EMAIL = {person.roles[0]: person.email for person in PEOPLE}
HEAD = "metric,month,target\n"
GOOD = HEAD + "net_mrr,2026-10-01,900000\nnet_mrr,2026-11-01,950000\n"
BAD = HEAD + "net_mrr,2026-10-15,900000\nnet_mrr,2026-11-01,\"950,5\"\n"


@pytest.fixture(scope="module")
def logins(chromium: Browser, portal: Portal) -> dict[str, object]:
    return signed_in(chromium, portal, *(EMAIL[role] for role in ("finance", "engineer", "sales")))


def opened(chromium: Browser, portal: Portal, state: object, screen: str = "desk") -> Page:
    width, height = SCREENS[screen]
    page = new_page(chromium, viewport={"width": width, "height": height}, storage_state=state)
    page.goto(f"{portal.url}/files")
    settle(page)
    return page


def bring(page: Page, name: str, content: bytes) -> None:
    page.set_input_files("[data-testid=stFileUploaderDropzoneInput]",
                         {"name": name, "mimeType": "text/csv", "buffer": content})  # fmt: skip
    page.locator(".pl-found").wait_for()


def choose(page: Page, name: str) -> None:
    page.locator("[class*=st-key-split_] [data-testid=stRadioOption]", has_text=name).first.click()
    page.locator("[class*=_chosen] .pl-title", has_text=name).wait_for()


def take_in(settings: Settings) -> None:
    """What a load notes that goes well; the load itself is tested with the taps."""
    engine = create_engine(warehouse_url(settings, "plumbline_worker"), poolclass=NullPool)
    note_loaded(settings, engine, note_found(settings, engine))


def test_a_file_goes_the_whole_way(
    chromium: Browser, portal: Portal, logins: dict[str, object], tmp_path: Path
) -> None:
    page = opened(chromium, portal, logins[EMAIL["finance"]])
    watch = Watch(page, portal)
    keep(page, "files-empty-desk", tmp_path)
    bring(page, "targets.csv", BAD.encode())
    assert "2 things are wrong; nothing has changed" in page.locator(".pl-found").inner_text()
    said = page.locator("[class*=st-key-found_] .pl-table").inner_text()
    assert "Line 2" in said and "Line 3" in said and "2026-10-15" in said and "950,5" in said
    assert page.get_by_role("button", name="Put in place").count() == 0
    keep(page, "files-bad-desk", tmp_path)
    assert not portal.settings.files.exists() or list(portal.settings.files.iterdir()) == []

    page.get_by_role("button", name="Remove").first.click()
    page.locator(".pl-found").wait_for(state="detached")
    bring(page, "Targets 2026.csv", GOOD.encode())
    assert "2 rows, the first of this file" in page.locator(".pl-found").inner_text()
    page.get_by_role("button", name="Put in place").click()
    page.locator(".pl-said").wait_for()
    assert "Targets is in place as version 1" in page.locator(".pl-said").inner_text()
    assert (portal.settings.files / "targets.csv").read_text() == GOOD
    choose(page, "Targets")
    page.locator("[class*=_chosen] .pl-table", has_text="waiting for a load").wait_for()
    take_in(portal.settings)
    page.locator("[class*=_chosen] .pl-title", has_text="2 rows, loaded").wait_for()

    bring(page, "targets.xlsx", workbook(TARGETS, ("net_mrr", "2026-10-01", 900000), ("net_mrr", "2026-11-01", 960000)))
    assert "2 rows: 1 changed" in page.locator(".pl-found").inner_text()
    assert "960000 (was 950000)" in page.locator("[class*=st-key-found_] .pl-table").first.inner_text()
    keep(page, "files-change-desk", tmp_path)
    page.get_by_role("button", name="Put in place").click()
    page.locator(".pl-said", has_text="version 2").wait_for()
    choose(page, "Targets")
    take_in(portal.settings)
    page.locator("[class*=_chosen] .pl-title", has_text="2 rows, loaded").wait_for()
    keep(page, "files-desk", tmp_path)
    assert [path.name for path in portal.settings.files.iterdir()] == ["targets.xlsx"]
    assert watch.complaints == [] and watch.foreign == []
    page.context.close()


def test_an_earlier_version_is_downloaded_and_brought_back(
    chromium: Browser, portal: Portal, logins: dict[str, object]
) -> None:
    page = opened(chromium, portal, logins[EMAIL["finance"]])
    choose(page, "Targets")
    page.locator("[class*=st-key-version_]").get_by_role("combobox").click()
    page.get_by_role("option", name="1", exact=True).click()
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download version 1").click()
    assert coming.value.suggested_filename == "targets-1.csv"
    assert Path(coming.value.path()).read_text() == GOOD
    page.get_by_role("button", name="Bring back version 1").click()
    page.locator(".pl-said", has_text="Targets is in place as version 1").wait_for()
    assert [path.name for path in portal.settings.files.iterdir()] == ["targets.csv"]
    page.context.close()


def test_the_engineer_sees_what_became_of_a_file_and_nothing_of_what_is_in_it(
    chromium: Browser, portal: Portal, logins: dict[str, object], tmp_path: Path
) -> None:
    page = opened(chromium, portal, logins[EMAIL["engineer"]])
    choose(page, "Targets")
    assert page.locator("[data-testid=stFileUploader]").count() == 0
    assert page.get_by_role("button", name="Bring back").count() == 0
    assert page.get_by_role("button", name="Download").count() == 0
    page.locator("[class*=_chosen] .pl-table", has_text=EMAIL["finance"]).wait_for()
    keep(page, "files-engineer-desk", tmp_path)
    page.context.close()


def test_a_department_sees_its_own_files_alone(chromium: Browser, portal: Portal, logins: dict[str, object]) -> None:
    page = opened(chromium, portal, logins[EMAIL["sales"]])
    options = page.locator("[class*=_list] [data-testid=stRadioOption]")
    options.nth(1).wait_for()
    shown = options.all_inner_texts()
    assert [one.partition("\n")[0] for one in shown] == ["Quotas", "Claims"]
    page.context.close()


def test_on_a_phone_nothing_scrolls_sideways(
    chromium: Browser, portal: Portal, logins: dict[str, object], tmp_path: Path
) -> None:
    page = opened(chromium, portal, logins[EMAIL["finance"]], "phone")
    bring(page, "targets.csv", BAD.encode())
    keep(page, "files-bad-phone", tmp_path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
    choose(page, "Targets")
    page.locator("[class*=_chosen] .pl-title").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    keep(page, "files-phone", tmp_path)
    page.context.close()


def test_who_left_and_who_has_no_right_sends_nothing(
    chromium: Browser, portal: Portal, logins: dict[str, object]
) -> None:
    page = opened(chromium, portal, logins[EMAIL["engineer"]])
    answer = page.request.put(f"{portal.url}/_stcore/upload_file/session/file", data=b"x")
    assert answer.status == 404
    engine = create_engine(warehouse_url(portal.settings), poolclass=NullPool)
    with engine.connect() as connection:
        query = text("select distinct email, action, outcome from portal.audit where action like '%file' order by 1, 2")
        assert {tuple(row) for row in connection.execute(query)} == {
            (EMAIL["finance"], "bring back file", "ok"), (EMAIL["finance"], "check file", "ok"),
            (EMAIL["finance"], "download file", "ok"), (EMAIL["finance"], "place file", "ok"),
        }  # fmt: skip
    page.context.close()
