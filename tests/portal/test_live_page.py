"""Live: the running month as it stands, what moved while the page was open, and a look that finds nothing costs little.

The figures follow from the rules in `invented.py`: MRR closes November, the 35th month, at 1,080,000, after 1,060,000.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
import streamlit as st
from sqlalchemy import create_engine
from sqlalchemy import text as sql
from streamlit.testing.v1 import AppTest

from app.secrets import warehouse_url
from app.settings import Settings
from app.ui.panels import live

from .test_pages import audited, door, text, visit

__all__ = ["door"]
HIGHER = "update mart_finance.mrr_monthly set closing_mrr_usd = closing_mrr_usd {} 1200.5 where month = '2026-11-01' " \
         "and product = 'Core'"  # fmt: skip
WORKED_IN = (
    "insert into portal.live_build (live_id, sources, heard_at, started_at, ended_at, as_of, result, models_count) "
    "values ('{}', array['stripe_webhook'], now(), now(), now(), '2026-11-22 11:00+00', 'ok', 3)"
)
GONE = "delete from portal.live_build"


def run(settings: Settings, *statements: str) -> None:
    engine = create_engine(warehouse_url(settings))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sql(statement))
    engine.dispose()


@contextmanager
def moved(settings: Settings) -> Iterator[None]:
    """A customer of Core pays more, and a part is built of it."""
    run(settings, HIGHER.format("+"), WORKED_IN.format(uuid4()))
    yield
    run(settings, HIGHER.format("-"), GONE)


def tiles(page: AppTest) -> str:
    return next(str(each.proto.body) for each in page.get("html") if "pl-tiles" in each.proto.body)


def test_each_figure_is_that_of_the_running_month_beside_the_month_before() -> None:
    said = text(visit("executive", "live"))
    assert "The month that runs, as it stands." in said
    assert "$ 1.08 M +1.9 % on October Now" in said, "a stock is compared with the last close"
    assert "$ 53.0 K all of October: $52.0K November so far" in said, "of a flow the whole month stands beside it"
    assert "Nothing has moved since you opened it at" in said
    assert "data until 22 Nov 2026, 06:00. Looks again every 10 s." in said


def test_it_equals_what_the_command_says(filled: Settings) -> None:
    from app.access import OPERATOR
    from app.metrics import Question
    from app.warehouse import Warehouse
    from tests.portal.invented import AS_OF, MONTHS

    page = visit("executive", "live")
    warehouse = Warehouse(filled)
    question = Question("net_mrr", since=MONTHS[-1], until=MONTHS[-1], include_partial=True)
    ((_, value),) = warehouse.answer(OPERATOR, question, as_of=AS_OF).rows
    warehouse.close()
    assert f"${value:,.2f}" in tiles(page) and value == 1_080_000
    assert "mart.month &lt;= &#x27;2026-11-01&#x27;" in tiles(page), "the SQL to copy says the running month, too"


def test_what_is_worked_in_while_it_is_open_is_shown_and_told(filled: Settings) -> None:
    page = visit("executive", "live")
    before = tiles(page)
    page.run()
    assert tiles(page) == before, "what has not changed is not drawn anew: an open passport stays open"
    with moved(filled):
        page.run()
        said = text(page)
        assert "MRR went from $1,080,000.00 to $1,081,200.50" in said and "Nothing has moved" not in said
        assert "$1,081,200.50" in tiles(page) and "Last worked in just now" in said
    page.run()
    assert text(page).count("MRR went from") == 2, "the newest moves stay listed"
    assert text(page).index("to $1,080,000.00") < text(page).index("to $1,081,200.50")


def test_a_look_that_finds_nothing_asks_for_no_figure(filled: Settings) -> None:
    page = visit("executive", "live")
    count = len([row for row in audited(filled) if row["metric"]])
    page.run()
    assert len([row for row in audited(filled) if row["metric"]]) == count
    with moved(filled):
        page.run()
    assert len([row for row in audited(filled) if row["metric"]]) > count


def test_nobody_sees_a_figure_that_is_not_theirs(filled: Settings) -> None:
    """Three roles have the page; a right to a mart that is taken away takes its tiles."""
    said = {role: text(visit(role, "live")) for role in ("executive", "finance", "sales")}
    assert "Not one of your pages" in said["sales"] and "1.08" not in said["sales"]
    assert "1.08" in said["finance"] and "1.08" in said["executive"]
    right = "{} select on mart_finance.customers_monthly {} plumbline_finance"
    run(filled, right.format("revoke", "from"), WORKED_IN.format(uuid4()))
    try:
        shown = tiles(visit("finance", "live"))
    finally:
        run(filled, right.format("grant", "to"), GONE)
    assert "New customers" not in shown and "New MRR" in shown


def test_what_has_no_value_says_so_and_moves_once_it_has_one(filled: Settings) -> None:
    hidden = "update mart_finance.mrr_monthly set closing_mrr_usd = {} where month = '2026-11-01'"
    kept = "create table if not exists mart_finance.kept as select * from mart_finance.mrr_monthly"
    run(filled, kept, hidden.format("null"), WORKED_IN.format(uuid4()))
    try:
        page = visit("executive", "live")
        assert "n/a not known for November yet" in text(page)
    finally:
        run(filled, "update mart_finance.mrr_monthly as m set closing_mrr_usd = k.closing_mrr_usd from "
                    "mart_finance.kept as k where (m.month, m.product) = (k.month, k.product)",
            "drop table mart_finance.kept", WORKED_IN.format(uuid4()))  # fmt: skip
    page.run()
    assert "MRR went from n/a to $1,080,000.00" in text(page)
    run(filled, GONE)


def test_it_looks_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit is told how often; that a fragment runs for nobody who was signed out is held in test_gate.py."""
    asked: list[dict[str, Any]] = []
    own = st.fragment

    def fragment(**options: Any) -> Any:
        asked.append(options)
        return own(**options)

    monkeypatch.setattr(st, "fragment", fragment)
    visit("executive", "live")
    assert asked == [{"run_every": live.LOOK_AGAIN_SECONDS}]
