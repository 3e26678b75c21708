"""Each page, once per role that may open it, run by Streamlit's own test driver on invented marts.

The expected figures follow from the rules in `invented.py`, worked out by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest
import streamlit as st
from sqlalchemy import create_engine
from sqlalchemy import text as sql
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import app.portal
from app.access import Viewer
from app.gallery import dashboards
from app.secrets import warehouse_url
from app.settings import ROOT, Settings
from app.ui.reading import Reading
from app.warehouse import Warehouse
from pipelines.sandbox.people import PEOPLE

from .in_process import whoever

EMAIL = {person.roles[0]: person.email for person in PEOPLE}
OPEN = [
    pytest.param(role, slug, id=f"{slug} for {role}") for slug, page in dashboards().items() for role in page.audience
]


@pytest.fixture(autouse=True)
def door(filled: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The portal's script, with this home's warehouse and a session that holds."""
    warehouse = Warehouse(filled)
    monkeypatch.setattr(app.portal, "warehouse", lambda: warehouse)
    monkeypatch.setattr(app.portal, "get_settings", lambda: filled)
    monkeypatch.setattr(app.portal, "signed_in", lambda _: whoever(warehouse, st.user.to_dict()))
    st.cache_data.clear()
    yield
    warehouse.close()


def visit(role: str, slug: str, email: str = "", name: str = "Somebody", **parameters: str | list[str]) -> AppTest:
    """The page as that role sees it, opened by its address, with parameters if any."""
    page = AppTest.from_function(front_door, default_timeout=180)
    page.user = {"is_logged_in": True, "email": email or EMAIL[role], "name": name}
    page._page_hash = calc_hash(slug)  # how Streamlit knows a page by its address; the root would draw another first
    for key, value in parameters.items():
        page.query_params[key] = value
    return page.run()


def front_door() -> None:
    """What Streamlit runs for each visit."""
    import app.portal

    app.portal.main()


def text(page: AppTest) -> str:
    """Everything drawn as HTML, without tags, every kind of space as one."""
    html = " ".join(element.proto.body for element in page.get("html"))
    return re.sub(r"\s+", " ", re.sub(r"(?s:<style>.*?</style>)|<[^>]+>", " ", html))


@pytest.mark.parametrize(("role", "slug"), OPEN)
def test_every_page_is_drawn_without_an_error(role: str, slug: str) -> None:
    page = visit(role, slug)
    assert not page.exception
    assert "cannot be shown" not in text(page)
    assert "Sandbox company; its clock stands at 22 Nov 2026, 06:00" in text(page)


def test_an_address_that_the_provider_has_not_verified_opens_nothing() -> None:
    page = AppTest.from_function(front_door, default_timeout=180)
    page.user = {"is_logged_in": True, "email": EMAIL["executive"], "name": "Eva", "email_verified": False}
    said = text(page.run())
    assert "Your address is not verified" in said
    assert "ARR" not in said


def test_the_executive_page_says_what_the_rows_say() -> None:
    said = text(visit("executive", "executive"))
    for words in (
        "$ 12.72 M",  # 12 × (400,000 + 33 × 20,000)
        "+1.9",  # 1,060,000 on 1,040,000
        "ARR grew 29.3 % in a year",  # 1,060 on 820
        "MRR grew 1.9 %: $69.7K won, $49.2K lost",  # 5 + 1.5 + 0.2 % of 1.04M; 0.4 % and the rest
        "50 customers won, 40 lost",  # the shares add up to 100
        "Cash lasts 33 months",  # 10.1M ÷ 0.3M = 33.67
        "Five things to know",
        "1 promise broken",
        "United Kingdom",
    ):
        assert words in said, words


def test_the_most_urgent_alert_stands_first() -> None:
    said = text(visit("executive", "executive"))
    act, watch, held = map(said.index, ("Card payments in Germany", "Gross MRR churn is above", "Salesforce is 3 h"))
    assert act < watch < held


def test_the_alerts_title_counts_those_that_are_folded_too(filled: Settings) -> None:
    engine = create_engine(warehouse_url(filled))
    with engine.begin() as connection:
        connection.execute(sql("create table kept_alerts as table mart_executive.alerts"))
        connection.execute(sql("insert into mart_executive.alerts select * from kept_alerts"))
    try:
        said = text(visit("executive", "executive"))
    finally:
        with engine.begin() as connection:
            connection.execute(sql("delete from mart_executive.alerts"))
            connection.execute(sql("insert into mart_executive.alerts select * from kept_alerts"))
            connection.execute(sql("drop table kept_alerts"))
        engine.dispose()
    assert "10 things to know" in said and "5 more" in said


def test_names_from_outside_are_text_and_never_markup() -> None:
    page = visit("finance", "revenue")
    assert "Core &amp; Söhne &lt;b&gt;" in " ".join(element.proto.body for element in page.get("html"))


def test_a_name_from_the_identity_provider_is_text_too() -> None:
    page = visit("executive", "glance", name="<img src=x>")
    drawn = " ".join(element.proto.body for element in page.get("html"))
    assert "&lt;img src=x&gt;" in drawn and "<img" not in drawn


def test_the_passport_names_the_broken_promise_and_shows_the_query() -> None:
    page = visit("executive", "executive")
    said = text(page)
    assert "Broken: Costs of each closed month are there (raw_files.costs)" in said
    assert "by the CFO, 22 Nov 2026, version 1" in said
    assert "2 of 2 promises kept" in said
    queries = said[said.index("Copy SQL") :]
    assert "mart_finance.mrr_monthly" in queries and "12" in queries


def test_the_passport_of_a_tile_has_the_receipt_of_what_the_tile_shows(filled: Settings) -> None:
    said = text(visit("executive", "executive"))
    receipts = set(re.findall(r"Receipts? ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})", said))
    assert len(receipts) > 6
    with closing(Warehouse(filled)) as warehouse:
        shown = [warehouse.receipts.show(Viewer("x", ("executive",)), each).stored.receipt for each in receipts]
        arr = next(each for each in shown if each.metric == "arr" and each.question["since"] == "2025-10-01")
        assert Decimal(arr.answer["rows"][-1][-1]) == 12_720_000  # 12 × (400,000 + 33 × 20,000)
        assert warehouse.receipts.check(Viewer("x", ("executive",)), arr.receipt_id).state == "identical"


def test_a_page_that_is_shown_again_makes_no_new_receipts(filled: Settings) -> None:
    def ids() -> set[str]:
        with engine.connect() as connection:
            return set(connection.scalars(sql("select receipt_id from portal.receipt")))

    engine = create_engine(warehouse_url(filled))
    visit("executive", "executive")
    before = ids()
    st.cache_data.clear()
    visit("executive", "executive", name="Somebody else")
    assert len(before) > 10 and ids() == before
    engine.dispose()


def test_compared_with_the_year_before_all_tiles_and_the_bridge_change() -> None:
    page = visit("executive", "executive", compare="Year before")
    said = text(page)
    assert "on October 2025" in said
    assert "MRR grew 29.3 %" in said


def test_the_engineer_sees_what_is_late_and_what_is_broken() -> None:
    said = text(visit("engineer", "pipelines"))
    assert "Salesforce failed to load" in said
    assert "HTTP 503 from the vendor" in said
    assert "1 of 2 promises is kept" in said
    assert "1 alert in the last week" in said
    assert "The job keep_fresh failed at build" in said and "a model is missing" in said
    assert "985,000" not in said


@pytest.mark.parametrize("role", ["sales", "product", "marketing", "customer_success"])
def test_a_page_of_others_is_refused_in_words(role: str) -> None:
    assert "Not one of your pages" in text(visit(role, "executive"))


def test_revenue_is_split_by_product_and_country_and_adds_up_to_the_tile() -> None:
    said = text(visit("executive", "executive"))
    assert "Recognised revenue in October" in said
    assert "Core and Insights brought 70 % of the year" in said  # 50 + 20 of the shares
    assert "Core 6,650" in said and "United States 6,650" in said  # half of 13,300 dollars
    said = text(visit("finance", "revenue"))
    assert "Core brings 50.0 % of recognised revenue" in said
    assert "Core 6,600 6,650 +0.8 % 50.0 %" in said
    assert "Core Monthly 6,600 6,650 +0.8 % 50.0 %" in said
    assert said.count("All 13,200 13,300 +0.8 % 100.0 %") == 3  # by product, by plan, by country
    assert "October 2026: $13,300.00" in said


def test_the_breakdown_is_compared_with_what_the_page_compares_with() -> None:
    page = visit("finance", "revenue", compare="Year before")
    assert "All 12,100 13,300 +9.9 % 100.0 %" in text(page)


def test_a_month_that_closed_but_was_not_built_is_named_and_the_one_before_is_shown(filled: Settings) -> None:
    clock = filled.home / "sandbox" / "clock"
    kept = clock.read_text()
    clock.write_text("2027-01-02T11:00:00+00:00")
    try:
        said = text(visit("executive", "executive"))
    finally:
        clock.write_text(kept)
    assert ", closed 31 Oct." in said
    assert "December has closed since and is not built yet." in said
    assert "$ 12.72 M" in said and "n/a" not in said
    assert "its clock stands at 2 Jan 2027, 06:00" in said


@pytest.mark.parametrize(("role", "slug"), [("executive", "executive"), ("executive", "glance"),
                                            ("finance", "revenue"), ("engineer", "pipelines")])  # fmt: skip
def test_every_page_says_that_the_newest_build_failed(filled: Settings, role: str, slug: str) -> None:
    engine = create_engine(warehouse_url(filled))
    with engine.begin() as connection:
        connection.execute(sql(
            "insert into portal.build_run (run_id, started_at, ended_at, as_of, result, error) select "
            "'00000000-0000-0000-0000-0000000000ff', max(started_at) + interval '1 hour', max(started_at) + "
            "interval '1 hour', max(as_of), 'failed', 'a model is missing' from portal.build_run"
        ))  # fmt: skip
    try:
        said = text(visit(role, slug))
    finally:
        with engine.begin() as connection:
            connection.execute(sql("delete from portal.build_run where result = 'failed'"))
        engine.dispose()
    assert "The newest build failed (" in said and "what is shown is of the one before." in said
    assert "This page cannot be shown" not in said


def test_a_replayed_page_tells_the_audit_what_it_showed(filled: Settings) -> None:
    """Opened again within the minute it is not read again, but what it shows is written down again."""
    first, second = visited_glance(filled), visited_glance(filled)
    read = {row["metric"] or row["filters"]["mart"] for row in first if row["action"] in ("answer", "read")}
    assert {"arr", "cash_runway", "mart_executive.alerts", "mart_executive.targets_monthly"} <= read
    assert [row["action"] for row in second] == ["open page", "replay page"]
    assert set(second[1]["filters"]["shown"]) == read
    assert second[1]["email"] == EMAIL["executive"]


def visited_glance(settings: Settings) -> list[dict[str, Any]]:
    """Opens Glance; gives the rows of the audit from its opening on."""
    before = len(audited(settings))
    visit("executive", "glance")
    rows = audited(settings)[before:]
    start = next(index for index, row in enumerate(rows) if row["filters"].get("page") == "glance")
    return rows[start:]


def audited(settings: Settings) -> list[dict[str, Any]]:
    """The audit, oldest first."""
    engine = create_engine(warehouse_url(settings))
    with engine.connect() as connection:
        rows = connection.execute(sql("select email, action, metric, filters from portal.audit order by audit_id"))
        found = [dict(row) for row in rows.mappings()]
    engine.dispose()
    return found


def test_somebody_unknown_is_told_whom_to_ask() -> None:
    said = text(visit("analyst", "executive", "stranger@x.example"))
    assert "You are signed in as stranger@x.example, but nobody has given you a role" in said


def test_what_one_role_is_shown_is_not_replayed_to_another(filled: Settings) -> None:
    reading = _reading(filled)
    executive, engineer = (Viewer("x@x", (role,)) for role in ("executive", "engineer"))
    assert reading(executive).table("mart_executive.targets_monthly") is not None
    assert reading(engineer).table("mart_executive.targets_monthly") is None


def _reading(settings: Settings) -> Callable[[Viewer], Reading]:
    from .invented import AS_OF

    warehouse = Warehouse(settings)
    return lambda viewer: Reading(warehouse, viewer, AS_OF, AS_OF, settings.timezone)


def test_the_entry_script_does_not_lie_beside_the_pages() -> None:
    assert not (ROOT / "app" / "pages").exists(), "Streamlit would serve them by address, unguarded"
