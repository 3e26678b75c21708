"""A stretch of four people's days in Chromium: the executive's on a phone, the others' on a desk. The analyst's is in
test_sql_page.py.

Each ends in the database, where what they did must stand under their name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine, create_engine, text

from app.access import login_of
from app.secrets import warehouse_url
from pipelines.sandbox.people import PEOPLE
from tests.portal.servers import Portal

from .axe import violations
from .test_every_page import CHROMIUM, chromium, keep, settle
from .visits import a_visit, every_week

__all__ = ["chromium"]
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium")]
WHO = {person.roles[0]: person for person in PEOPLE}
ALERT = "7d3f0a52-0c1e-4f4e-8b51-5f2f3a4b5c6d"
HEADLINE = "Refunds were $41,300 on 21 November, expected at most $9,000."


@pytest.fixture(scope="module")
def engine(portal: Portal) -> Iterator[Engine]:
    made = create_engine(warehouse_url(portal.settings))
    yield made
    made.dispose()


def sound(page: Page) -> None:
    """Nothing scrolls sideways, and a screen reader finds its way."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    main = page.locator("[data-testid=stMain]")
    if main.count():
        assert main.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
    assert violations(page) == []


def rows(engine: Engine, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with engine.begin() as connection:
        found = connection.execute(text(statement), values)
        return [tuple(row) for row in found] if found.returns_rows else []


@pytest.fixture
def raised(engine: Engine) -> Iterator[None]:
    """An alert in the table that acknowledging writes to, and the mart as it is in earnest: a view of that table."""
    rows(engine, "insert into portal.alert (alert_id, kind, severity, headline, subject_date, raised_at, as_of, "
         "dedup_key) values (:id, 'anomaly', 'act', :said, '2026-11-21', now(), now(), 'a day')", id=ALERT,
         said=HEADLINE)  # fmt: skip
    rows(engine, "alter table mart_executive.alerts rename to alerts_kept")
    rows(engine, "create view mart_executive.alerts as select alert_id::text, kind, severity, headline, subject_date, "
         "raised_at, as_of, acknowledged_at from portal.alert")  # fmt: skip
    rows(engine, f"grant select on mart_executive.alerts to {login_of('executive')}")
    yield
    rows(engine, "drop view mart_executive.alerts")
    rows(engine, "alter table mart_executive.alerts_kept rename to alerts")
    rows(engine, "delete from portal.alert where dedup_key = 'a day'")


@pytest.mark.usefixtures("raised")
def test_an_executive_on_a_phone_reads_an_alert_and_acknowledges_it(
    chromium: Browser, portal: Portal, engine: Engine, tmp_path: Path
) -> None:
    path = "/executive?compare=Year+before"  # as no other test sees it, which might be shown this one's alerts
    with a_visit(chromium, portal, WHO["executive"].email, "phone", path) as page:
        alert = page.locator(".pl-alert", has_text=HEADLINE)
        expect(alert).to_be_visible()
        expect(alert.locator(".pl-act")).to_have_text("Act")
        sound(page)
        alert.get_by_role("link", name="Acknowledge").click()
        page.wait_for_url(f"**/alert/{ALERT}")
        expect(page.get_by_text(HEADLINE)).to_be_visible()
        sound(page)
        page.get_by_role("button", name="Acknowledge").click()
        expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)
        keep(page, "day-executive-noted", tmp_path)
        page.goto(portal.url + path)
        settle(page)
        expect(page.get_by_text(HEADLINE)).to_have_count(0)
    by = rows(engine, "select acknowledged_by from portal.alert where alert_id = :id", id=ALERT)
    assert by == [(WHO["executive"].email,)]


def test_an_engineer_finds_a_failed_load_and_asks_for_it_again(
    chromium: Browser, portal: Portal, engine: Engine, tmp_path: Path
) -> None:
    asked = "select source, is_full, requested_by from portal.load_request where taken_at is null"
    rows(engine, "delete from portal.load_request")
    with a_visit(chromium, portal, WHO["engineer"].email, "desk") as page:
        page.get_by_role("button", name="Operations").click()
        page.get_by_role("link", name="Pipelines").click()
        expect(page.get_by_role("heading", name="Salesforce failed to load")).to_be_visible()
        row = page.locator("tr", has_text="Salesforce").first
        expect(row.locator(".pl-missed")).to_have_text("failed")
        expect(row).to_contain_text("HTTP 503 from the vendor")
        settle(page)
        sound(page)
        page.get_by_role("combobox", name="Source").click()
        page.get_by_role("option", name="Salesforce").click()
        page.get_by_role("button", name="Load now").click()
        expect(page.get_by_role("status").filter(has_text="Asked for: the scheduler begins")).to_be_visible()
        assert rows(engine, asked) == [("salesforce", False, WHO["engineer"].email)]
        page.get_by_role("button", name="Load now").click()
        expect(page.get_by_role("status").filter(has_text="was asked for already")).to_be_visible()
        keep(page, "day-engineer", tmp_path)
    told = rows(engine, "delete from portal.load_request returning requested_by")
    assert told == [(WHO["engineer"].email,)]
    audited = rows(engine, "select outcome from portal.audit where action = 'ask for load' and email = :email",
                   email=WHO["engineer"].email)  # fmt: skip
    assert audited == [("ok",)], "what was asked for already is not asked for again"


def test_finance_signs_its_line_of_the_reconciliation(
    chromium: Browser, portal: Portal, engine: Engine, tmp_path: Path
) -> None:
    signed = ("select department, name, role, claimed_value, unexplained from portal.claim_signature "
              "where signed_by = :by")  # fmt: skip
    with a_visit(chromium, portal, WHO["finance"].email, "desk") as page:
        page.get_by_role("button", name="Answers").click()
        page.get_by_role("link", name="Reconciliation").click()
        page.wait_for_url("**/reconciliation")
        settle(page)
        sound(page)
        line = page.get_by_role("combobox", name="Line")
        line.scroll_into_view_if_needed()
        page.wait_for_timeout(500)  # a page that is still scrolled shuts the list again
        line.click()
        page.get_by_role("option", name="Finance").click()
        expect(line).to_have_value("Finance")
        page.get_by_role("textbox", name="Your name").fill("Femi Adeyemi")
        page.get_by_role("button", name="Sign this line").click()
        expect(page.get_by_role("status").filter(has_text="Signed: finance, 1,001,512.75")).to_be_visible()
        page.goto(f"{portal.url}/reconciliation")
        settle(page)
        expect(page.locator("tr", has_text="Femi Adeyemi")).to_contain_text("Finance")
        keep(page, "day-finance", tmp_path)
        assert urlsplit(page.url).path == "/reconciliation"
    found = rows(engine, signed, by=WHO["finance"].email)
    rows(engine, "delete from portal.claim_signature where signed_by = :by", by=WHO["finance"].email)
    assert [(*row[:3], str(row[3]), str(row[4])) for row in found] == [
        ("finance", "Femi Adeyemi", "finance", "1001512.75", "12.75")
    ]


def test_a_manager_builds_a_report_by_drag_and_drop_keeps_it_and_has_it_sent_every_week(
    chromium: Browser, portal: Portal, engine: Engine, tmp_path: Path
) -> None:
    sent = "select page, parameters ->> 'id' <> '', rhythm from portal.subscription where email = :by"
    with a_visit(chromium, portal, WHO["finance"].email, "desk", "/reports") as page:
        page.get_by_role("button", name="New report").click()
        search = page.get_by_label("Search figures and fields")
        search.fill("recurring revenue month close")
        page.locator('[data-id="fields/net_mrr"]').drag_to(page.locator("[data-shelf=values]"))
        expect(page.locator("[data-shelf=values] .placed")).to_have_text("MRR")
        search.fill("country")
        page.locator('[data-id="fields/country"]').drag_to(page.locator("[data-shelf=rows]"))
        expect(page.get_by_role("heading", name="United States leads with $530.0K of MRR")).to_be_visible()
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_label("Name").fill("MRR of each country")
        page.get_by_label("Name").press("Enter")
        page.get_by_role("button", name="Keep it").click()
        expect(page.get_by_role("status").filter(has_text="is saved")).to_be_visible()
        form = every_week(page)
        form.get_by_role("button", name="Subscribe").click()
        expect(form.get_by_role("status")).to_contain_text("Subscribed:")
        keep(page, "day-manager", tmp_path)
    found = rows(engine, sent, by=WHO["finance"].email)
    rows(engine, "delete from portal.subscription where email = :by", by=WHO["finance"].email)
    assert found == [("reports", True, "week")]
