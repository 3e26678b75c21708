"""The page of records: they add up to the figure that was clicked, and nobody sees others' records.

The invented MRR of October 2026 is 400,000 + 33 × 20,000 = 1,060,000 dollars, half of it Core's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine
from sqlalchemy import text as sql
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from app.access import Viewer
from app.drill import desk
from app.gallery import dashboards
from app.secrets import warehouse_url
from app.settings import Settings
from app.ui.panels.drill import back_to, month_of
from app.ui.reading import Reading
from app.ui.ways import way_to
from app.warehouse import Warehouse

from .by_hand import OCTOBER
from .invented import AS_OF
from .test_pages import EMAIL, audited, door, front_door, text, visit

__all__ = ["door"]


def look(role: str, **asked: str | list[str]) -> AppTest:
    """The page of records as that role sees it, at an address."""
    page = AppTest.from_function(front_door, default_timeout=180)
    page.user = {"is_logged_in": True, "email": EMAIL[role], "name": "Somebody"}
    page._page_hash = calc_hash("records")  # before the first run: other pages take what they know out of the address
    for name, value in asked.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def html(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


def test_the_records_of_a_figure_add_up_to_it_and_carry_their_ids(filled: Settings) -> None:
    page = look("finance", metric="net_mrr", month="2026-10")
    said = text(page)
    assert "MRR of October 2026: 8 subscription items add up to $1,060,000.00" in said
    assert "All 8 subscription items $1,060,000.00" in said
    assert "Certified $1,060,000.00 Between them $0.00" in said
    line = "Core &amp; Söhne &lt;b&gt; si_Core_1 Core Core Monthly 1 Sep 2026 sub_Core si_Core_1 Stripe 318,000.00"
    assert line in said, "on a phone the id stands below the name"
    assert "<b>" not in html(page).split("pl-records")[1].split("</table>")[0], "a customer's name is no HTML"
    noted = [row for row in audited(filled) if row["action"] == "drill"]
    assert noted[-1]["metric"] == "net_mrr" and noted[-1]["filters"]["month"] == "2026-10-01"


def test_a_filter_keeps_its_part_of_both_and_a_page_its_part_of_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    said = text(look("finance", metric="net_mrr", month="2026-10", product="Core"))
    assert "MRR of October 2026, Core: 2 subscription items add up to $530,000.00" in said
    said = text(look("finance", metric="net_mrr", month="2026-10", product=["Pulse", "Relay"]))
    assert "Pulse or Relay: 2 subscription items add up to $42,400.00" in said
    monkeypatch.setattr(desk, "ON_A_PAGE", 3)
    page = look("finance", metric="net_mrr", month="2026-10", page="3")
    said = text(page)
    assert "8 subscription items add up to $1,060,000.00" in said and "Page 3 of 3" in said
    assert "si_Relay_1" in said and "si_Core_1" not in said, "the smallest come last"
    assert "page=2" in html(page)


def test_a_cent_that_records_and_figure_differ_by_is_shown_loudly(filled: Settings) -> None:
    with spoilt(filled, "update mart_finance.mrr_records set closing_mrr_usd = closing_mrr_usd {} 0.01 "
                        "where record_id = 'si_Core_1'"):  # fmt: skip
        page = look("finance", metric="net_mrr", month="2026-10")
    said = text(page)
    assert "add up to $1,060,000.01" in said and "Certified $1,060,000.00 Between them \u2212$0.01" in said
    assert "is a fault" in said and "pl-loud" in html(page)


def test_nobody_is_shown_the_records_of_others() -> None:
    for role in ("sales", "marketing", "customer_success", "engineer"):
        said = text(look(role, metric="net_mrr", month="2026-10"))
        assert "Your role does not include this figure" in said, role
        assert "1,060,000" not in said and "si_Core" not in said
    said = text(look("product", metric="active_customers", month="2026-10"))
    assert "Your role does not include these records by name." in said and "cus_" not in said
    assert "Active customers of October 2026: 7 customers" not in said


def test_customers_count_one_each(filled: Settings) -> None:
    """The invented count is 4,330; seven by name do not make it up, and that is what the page says."""
    said = text(look("finance", metric="active_customers", month="2026-10"))
    assert "Active customers of October 2026: 7 customers" in said and "is a fault" in said


def test_a_figure_that_is_made_of_others_leads_to_them() -> None:
    page = look("finance", metric="arr", month="2026-10", product="Core")
    assert "ARR of October 2026, Core: $6,360,000.00, made of MRR" in text(page)
    assert 'href="/records?metric=net_mrr&amp;month=2026-10&amp;product=Core"' in html(page)
    said = text(look("finance", metric="mrr_growth_month", month="2026-10"))
    assert "made of MRR of 2 months" in said and "September 2026 $1,040,000.00" in said


def test_what_has_no_records_and_what_there_is_not_say_so_in_words() -> None:
    said = text(look("finance", metric="cash_balance", month="2026-10"))
    assert "It has no records of its own. It is what the bank" in said
    said = text(look("finance", metric="nothing"))
    assert "No figure is called “nothing”." in said and "17 figures lead to their records" in said
    said = text(look("finance", metric="net_mrr", month="2026-13", rep="Ann", product="Core"))
    assert "The link asks for the rep “Ann”, which is not known here: it is left out." in said
    assert "The link asks for the month “2026-13”" in said and "MRR of October 2026, Core: 2" in said
    said = text(look("finance", metric="net_mrr", month="2026-10", product="Cor"))
    assert "MRR has no product called Cor, in any month." in said
    assert "No figure leads to records that your role includes" in text(look("engineer"))


@pytest.mark.parametrize("asked", [{"month": "0001-01"}, {"product": "a\x00b"}, {"product": "x" * 201}],
                         ids=["the year one", "a null in a value", "a value of 201 letters"])  # fmt: skip
def test_what_an_address_says_in_vain_is_left_out(asked: dict[str, str]) -> None:
    said = text(look("finance", metric="net_mrr", **asked))
    assert "MRR of October 2026: 8 subscription items add up to $1,060,000.00" in said and "left out" in said


def test_the_way_back_is_one_of_ones_own_pages() -> None:
    page = look("finance", metric="net_mrr", month="2026-10", **{"from": "revenue?month=September 2026&product=Core"})
    assert 'href="/revenue?month=September+2026&amp;product=Core"' in html(page) and "Back to Revenue" in text(page)
    assert back_to("executive", {"revenue": "Revenue"}) == back_to("//x.example/", {"revenue": "Revenue"}) == ""
    assert "Back to" not in text(look("finance", metric="net_mrr", **{"from": "https://x.example/"}))
    assert month_of("2026-10") == OCTOBER and month_of("2026-1") is month_of("") is month_of("2026-10-01") is None


def test_figures_lead_to_records_only_where_the_reader_may_see_them(filled: Settings) -> None:
    drawn = html(visit("finance", "revenue"))
    assert 'href="/records?metric=net_mrr&amp;month=2026-10&amp;product=Core&amp;from=revenue"' in drawn
    assert "metric=net_mrr&amp;month=2026-10&amp;from=revenue" in drawn, "the whole leads there, and the passport"
    with closing(Warehouse(filled)) as warehouse:

        def way(role: str, metric: str, *parts: tuple[str, str]) -> str:
            pages = {slug: page.title for slug, page in dashboards().items() if page.may_open((role,))}
            reading = Reading(warehouse, Viewer("x@x.example", (role,)), AS_OF, datetime.now(UTC), filled.timezone,
                              where=(("country", "DE"), ("product", "Core")), pages=pages, page="sales")  # fmt: skip
            return way_to(reading, metric, OCTOBER, parts)

        assert way("finance", "net_mrr", ("product", "A&B")) == (
            "/records?metric=net_mrr&month=2026-10&country=DE&product=A%26B&from=sales"
        )
        assert way("product", "active_customers") == way("sales", "net_mrr") == "", "records of others"
        counted = "/records?metric=active_customers&month=2026-10&country=DE&from=sales"
        assert way("finance", "active_customers") == counted, "what it does not have is left out"
        assert way("finance", "active_customers", ("product", "Core")) == "", "it has no such part"
        assert way("finance", "net_mrr", ("product", "")) == way("finance", "ltv") == "", "what nobody can name"


@contextmanager
def spoilt(settings: Settings, change: str) -> Iterator[None]:
    """A change of the marts, undone afterwards."""
    engine = create_engine(warehouse_url(settings))
    with engine.begin() as connection:
        connection.execute(sql(change.format("+")))
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(sql(change.format("-")))
        engine.dispose()
