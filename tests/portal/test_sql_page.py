"""The page SQL as each role has it: written, run, drawn, kept, opened by its link; only with one's own rights."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from app.access import Viewer
from app.settings import Settings
from app.sql.queries import Chart
from app.ui.panels import sql_desk
from app.warehouse import Warehouse

from .test_pages import EMAIL, audited, door, text, visit

__all__ = ["door"]
BY_PRODUCT = (
    "select product, sum(value) as mrr from metric('net_mrr', by => 'product', since => {{month}}, until => {{month}}) "
    "group by product"
)
ANALYST, ENGINEER = Viewer(EMAIL["analyst"], ("analyst",)), Viewer(EMAIL["engineer"], ("engineer",))


@pytest.fixture
def warehouse(filled: Settings) -> Iterator[Warehouse]:
    made = Warehouse(filled)
    yield made
    made.close()


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Stands in for what somebody does in the browser's editor, which has a test of its own."""
    asked = SimpleNamespace(text=None, run=None, plan=None)

    def editor(*_: object, **options: object) -> SimpleNamespace:
        now = SimpleNamespace(**vars(asked))
        asked.run = asked.plan = None
        now.text = asked.text if asked.text is not None else options["default"]["text"]  # type: ignore[index]
        return now

    monkeypatch.setattr(sql_desk, "mounted", editor)
    return lambda **what: vars(asked).update(what)


def test_an_analyst_finds_what_there_is_with_its_meaning(typed: Callable[..., None]) -> None:
    page = visit("analyst", "sql")
    assert not page.exception
    tables = next(box for box in page.selectbox if box.key.startswith("sql_table_"))
    assert "mart_finance.mrr_monthly" in tables.options and "mart_engineer.deliveries" not in tables.options
    tables.set_value("mart_finance.mrr_monthly").run()
    assert "MRR from opening to closing" in text(page) and "MRR at the close of the month before." in text(page)
    button(page, "Show 5 rows").click().run()
    assert len(page.dataframe[0].value) == 5 and page.dataframe[0].value["product"].iloc[0]


def button(page: AppTest, label: str) -> object:
    return next(one for one in page.button if one.label == label)


def test_a_statement_is_run_with_its_parameters_and_shows_what_the_page_revenue_shows(
    typed: Callable[..., None], filled: Settings
) -> None:
    page = visit("analyst", "sql")
    typed(text=BY_PRODUCT)
    page.run()
    field = next(one for one in page.text_input if one.label == "month")
    typed(text=BY_PRODUCT, run=BY_PRODUCT)
    field.set_value("2026-10").run()
    rows = page.dataframe[0].value
    assert dict(zip(rows["product"], rows["mrr"], strict=True))["Core"] == 530_000  # half of 400,000 + 33 × 20,000
    assert re.search(r"7 rows in [\d,.]+ m?s, as analyst\.", text(page))
    last = [row for row in audited(filled) if row["action"] == "sql"][-1]
    assert last["email"] == EMAIL["analyst"] and last["filters"]["parameters"] == {"month": ["date", "2026-10"]}


def test_what_is_wrong_is_said_and_where_and_a_plan_is_a_list(typed: Callable[..., None]) -> None:
    page = visit("analyst", "sql")
    typed(text="select 1 from nowhere.x", run="select 1 from nowhere.x")
    page.run()
    assert "Line 1, column 15: relation" in text(page)
    asked = "select * from mart_finance.mrr_monthly where product = 'Core'"
    typed(text=asked, plan=asked)
    page.run()
    assert "Seq Scan on mrr_monthly" in text(page) and "filter: (product = &#x27;Core&#x27;::text)" in text(page)


def test_the_engineer_reads_the_runs_and_no_figure(typed: Callable[..., None]) -> None:
    page = visit("engineer", "sql")
    tables = next(box for box in page.selectbox if box.key.startswith("sql_table_"))
    assert tables.options and all(name.startswith("mart_engineer.") for name in tables.options)
    typed(text="select * from mart_finance.mrr_monthly", run="select * from mart_finance.mrr_monthly")
    page.run()
    assert "The database refuses: permission denied" in text(page) and not page.dataframe


def test_a_kept_query_is_a_report_of_its_own_run_with_the_readers_rights(warehouse: Warehouse) -> None:
    queries = warehouse.sql.queries
    given = {"month": ("date", "2026-09")}
    kept = queries.keep(ANALYST, "MRR <b>by</b> product", BY_PRODUCT, "analyst", given, Chart("Bar", "product", "mrr"))
    page = report("analyst", str(kept.query_id))
    assert "MRR <b>by</b> product yours, version 1" in text(page).replace("&lt;", "<").replace("&gt;", ">")
    assert page.dataframe[0].value["mrr"].max() == 520_000  # half of 400,000 + 32 × 20,000
    assert "Core has the largest mrr, 520,000" in text(page)
    assert "No such query for you" in text(report("engineer", str(kept.query_id)))
    queries.share(ANALYST, kept, ["engineer"])
    said = report("engineer", str(kept.query_id))
    assert "permission denied" in text(said) and not said.dataframe
    assert "No such query for you" in text(report("analyst", "' or true --"))
    queries.remove(ANALYST, kept)


def test_a_tab_is_called_as_the_query_is_and_no_markdown() -> None:
    page = visit("analyst", "sql")
    page.session_state["sql_tabs"][0].title = "a **b** [c](d)"
    page.run()
    tabs = next(group for group in page.button_group if group.label == "Tabs")
    assert list(tabs.options) == [r"a \*\*b\*\* \[c\]\(d\)"]


def report(role: str, query: str) -> AppTest:
    return visit(role, "sql", query=query)


def test_what_was_run_is_found_again_and_opened(typed: Callable[..., None]) -> None:
    page = visit("analyst", "sql")
    typed(text="select 4711 as needle", run="select 4711 as needle")
    page.run()
    next(one for one in page.text_input if one.label == "Find in what you ran").set_value("NEEDLE").run()
    runs = next(box for box in page.selectbox if box.key.startswith("sql_run_"))
    assert "1 row" in runs.options[0] and "4711 as needle" in runs.options[0]
    next(one for one in page.button if one.key.startswith("sql_open_run_")).click().run()
    assert not page.exception and page.session_state["sql_tabs"][-1].text == "select 4711 as needle"
