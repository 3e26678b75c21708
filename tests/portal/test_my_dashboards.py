"""Dashboards of one's own: who may open and change one, what each reader sees of it, what leaves of it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from types import SimpleNamespace
from uuid import uuid4

import openpyxl
import pytest
from pypdf import PdfReader
from streamlit.testing.v1 import AppTest

from app.access import Viewer
from app.errors import DashboardChanged, NotPermitted
from app.export.desk import Exports, ReasonNeeded
from app.gallery import dashboards
from app.metrics import Question
from app.own.layout import LONGEST, Layout
from app.own.layout import judged as judged_layout
from app.own.opened import opened
from app.own.store import SavedDashboard
from app.reports.report import judged
from app.settings import Settings
from app.sql.queries import Chart, Query
from app.ui.panels import own_arrange
from app.warehouse import Warehouse

from .invented import AS_OF
from .streamlit_client import FIGURE
from .test_pages import EMAIL, audited, door, text
from .test_pages import visit as open_page

__all__ = ["door"]
EVA, FEMI, CHLOE, PETRA, ARJUN, INES = (
    Viewer(EMAIL[role], (role,))
    for role in ("executive", "finance", "customer_success", "product", "analyst", "engineer")
)
PAGE = dashboards()["my-dashboards"]
BY_PRODUCT = (
    "select product, sum(value) as mrr from metric('net_mrr', by => 'product', since => '2026-10', "
    "until => '2026-10') group by product"
)
PLANTED = ("1,060,000", "1.06", "530,000", "530.0", "12.72", "127.2")
"""MRR, ARR and Core's part, as a page, a chart or a file would write them."""


@pytest.fixture(scope="module")
def warehouse(filled: Settings) -> Iterator[Warehouse]:
    found = Warehouse(filled)
    yield found
    found.close()


@pytest.fixture(scope="module")
def board(warehouse: Warehouse) -> SavedDashboard:
    """Of everything something, shared with customer success, who may read of it the customers and the words."""
    mrr = judged({"kind": "bar", "values": ["net_mrr"], "rows": ["product"], "top": 3})
    shared = warehouse.reports.save(EVA, f"MRR by product {uuid4()}", mrr)
    warehouse.reports.share(EVA, str(shared.thing_id), ["customer_success"])
    own = warehouse.reports.save(EVA, f"Eva's alone {uuid4()}", mrr)
    layout = (
        Layout().with_card("tile", "net_mrr").with_card("tile", "active_customers").with_card("trend", "arr")
        .with_card("report", str(shared.thing_id), shared.title).with_card("report", str(own.thing_id), own.title)
        .with_card("words", name="To know", text="Ask <b>Femi</b>.\n\nOn Mondays.")
    )  # fmt: skip
    made = warehouse.dashboards.save(EVA, f"Review {uuid4()}", layout)
    warehouse.dashboards.share(EVA, str(made.thing_id), ["customer_success"])
    return warehouse.dashboards.seen(EVA, str(made.thing_id))


@pytest.fixture(scope="module")
def query(warehouse: Warehouse) -> Query:
    chart = Chart("Bar", "product", "mrr")
    return warehouse.sql.queries.keep(ARJUN, "MRR per product", BY_PRODUCT, "analyst", {}, chart)


def visit(role: str, **parameters: str) -> AppTest:
    return open_page(role, "my-dashboards", **parameters)


def button(page: AppTest, label: str) -> AppTest:
    return next(each for each in page.button if each.label == label)  # type: ignore[return-value]


def test_it_is_there_for_its_owner_and_for_roles_it_is_shared_with_and_for_nobody_else(
    warehouse: Warehouse, filled: Settings, board: SavedDashboard
) -> None:
    store, key = warehouse.dashboards, str(board.thing_id)
    assert store.open(CHLOE, key).content == board.content and board.version == 1
    before, said = len(audited(filled)), set[str]()
    for wanted in (key, str(uuid4()), "' or true --"):
        for stranger in (FEMI, PETRA, Viewer("nobody@example.com", ())):
            with pytest.raises(NotPermitted) as refused:
                store.open(stranger, wanted)
            said.add(str(refused.value))
    assert len(said) == 1 and said.pop().startswith("This dashboard is not there for you.")
    for act in (lambda: store.change(CHLOE, board, content=Layout()), lambda: store.share(CHLOE, key, ["sales"]),
                lambda: store.delete(CHLOE, key), lambda: store.versions(CHLOE, key)):  # fmt: skip
        with pytest.raises(NotPermitted, match="Copy it, and change the copy"):
            act()
    rows = audited(filled)[before:]
    assert {row["action"] for row in rows} == {"open dashboard", "save dashboard", "share dashboard",
                                               "delete dashboard", "list dashboard versions"}  # fmt: skip


def test_two_windows_cannot_overwrite_each_other_and_versions_come_back(warehouse: Warehouse) -> None:
    store = warehouse.dashboards
    first = store.save(EVA, f"Two windows {uuid4()}", Layout().with_card("tile", "arr").with_card("tile", "net_mrr"))
    store.change(EVA, first, content=first.content.moved("1", 1))
    with pytest.raises(DashboardChanged, match="version 2 is there, yours began at version 1"):
        store.change(EVA, first, content=first.content.sized("1", "whole"))
    versions = store.versions(EVA, str(first.thing_id))
    assert [(each.version, [card.key for card in each.content.cards]) for each in versions] == [
        (2, ["2", "1"]), (1, ["1", "2"])
    ]  # fmt: skip
    page = visit("executive", dashboard=str(first.thing_id), v="1")
    assert "Version 1 of 2, as it was on" in text(page)
    button(page, "Restore it").click().run()  # type: ignore[attr-defined]
    assert "It is as version 1 was. Version 3." in text(page)
    assert store.seen(EVA, str(first.thing_id)).content == first.content


def test_one_as_long_as_may_be_is_read_back_and_takes_no_list_away(warehouse: Warehouse) -> None:
    """Postgres writes its JSON with a blank after each colon and comma, longer than it may be when it is given."""
    marks = [{"key": str(at), "kind": "words", "text": '"' * 1_990} for at in range(19)]
    layouts = (judged_layout({"cards": [*marks, {"key": "19", "kind": "words", "text": '"' * n}]})
               for n in range(2_000, 0, -1))  # fmt: skip
    full = next(each for each in layouts if len(each.json_text()) <= LONGEST)
    assert len(full.json_text()) > LONGEST - 3
    kept = warehouse.dashboards.save(ARJUN, "Of many marks", full)
    assert [each.content for each in warehouse.dashboards.mine(ARJUN) if each.thing_id == kept.thing_id] == [full]
    warehouse.dashboards.delete(ARJUN, str(kept.thing_id))


def test_each_reads_it_with_their_own_rights_and_what_is_not_theirs_is_named(board: SavedDashboard) -> None:
    key = str(board.thing_id)
    own = text(visit("executive", dashboard=key))
    assert "$ 1.06 M" in own and "Core leads with $530.0K of MRR" in own and "4,327" in own
    assert "Ask &lt;b&gt;Femi&lt;/b&gt;." in own, "Words are never markup."
    page = visit("customer_success", dashboard=key)
    said = text(page)
    assert not page.exception and "4,327" in said and board.title in said
    assert not any(figure in said for figure in PLANTED), said
    assert "MRR n/a not in your role" in said and "None of its figures are in your role" in said
    alone = next(card.name for card in board.content.cards if card.name.startswith("Eva's alone"))
    assert re.search(f"{alone} This report is not shared with you", said.replace("&#x27;", "'"))
    assert not [each for each in page.toggle if each.label == "Arrange"]
    for stranger in ("finance", "engineer"):
        lost, none = text(visit(stranger, dashboard=key)), text(visit(stranger, dashboard=str(uuid4())))
        assert "This dashboard is not there for you." in lost and not FIGURE.findall(lost.split("Sandbox company")[0])
        assert board.title not in lost and lost == none


def test_a_figure_on_it_is_the_compilers_answer_for_what_is_chosen_there(
    warehouse: Warehouse, board: SavedDashboard
) -> None:
    """Core is half of 400,000 + 32 × 20,000 dollars in September."""
    question = Question("net_mrr", where=(("product", "Core"),))
    rows = {row[0].isoformat(): row[-1] for row in warehouse.answer(EVA, question, as_of=AS_OF).rows}
    page = visit("executive", dashboard=str(board.thing_id), month="September 2026", product="Core")
    said = text(page)
    assert rows["2026-09-01"] == 520_000 and "$ 520.0 K" in said and "September 2026 , closed 30 Sep. " in said
    assert "All products" in said, "Who cannot heed the filter says so."
    made = Exports(warehouse).export(EVA, PAGE, "xlsx", {"dashboard": [str(board.thing_id)], "product": ["Core"],
                                                        "month": ["September 2026"]})  # fmt: skip
    assert 520_000.0 in {cell.value for sheet in openpyxl.load_workbook(io.BytesIO(made.content)) for row in sheet
                         for cell in row}  # fmt: skip


def test_what_leaves_of_it_leaves_with_the_rights_of_whoever_asks(
    warehouse: Warehouse, filled: Settings, board: SavedDashboard
) -> None:
    exports, asked = Exports(warehouse), {"dashboard": [str(board.thing_id)]}
    mine = exports.export(EVA, PAGE, "pdf", asked)
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(mine.content)).pages).replace("\u2060", "")
    assert board.title[:8] in said and "$1.06M" in said.replace("\u2009", "")
    assert mine.name.startswith("plumbline-review-")
    told = [row["filters"] for row in audited(filled) if row["action"] == "export"][-1]
    assert told["page"] == "my-dashboards" and told["chosen"] == asked
    theirs = exports.export(CHLOE, PAGE, "pdf", asked)
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(theirs.content)).pages)
    assert "4,327" in said and "not in your role" in said and not any(figure in said for figure in PLANTED), said
    book = openpyxl.load_workbook(io.BytesIO(exports.export(CHLOE, PAGE, "xlsx", asked).content))
    cells = {cell.value for sheet in book for row in sheet for cell in row}
    assert 4327 in cells and not cells & {1_060_000, 530_000, 12_720_000}
    for thing in (asked, {"dashboard": ["nonsense"]}):
        with pytest.raises(NotPermitted):
            exports.export(FEMI, PAGE, "pdf", thing)
    report = next(card.of for card in board.content.cards if card.kind == "report")
    alone = exports.export(EVA, dashboards()["reports"], "csv", {"id": [report], "panel": ["1"]})
    assert "530000" in alone.content.decode() and alone.name.startswith("plumbline-mrr-by-product-")
    with pytest.raises(NotPermitted):
        exports.export(FEMI, dashboards()["reports"], "csv", {"id": [report], "panel": ["1"]})


def test_sql_on_it_runs_as_the_readers_role_and_for_nobody_without_one(
    warehouse: Warehouse, filled: Settings, query: Query
) -> None:
    layout = Layout().with_card("query", str(query.query_id), query.title)
    made = warehouse.dashboards.save(ARJUN, f"SQL {uuid4()}", layout)
    key = str(made.thing_id)
    warehouse.dashboards.share(ARJUN, key, ["engineer", "executive"])
    page = visit("analyst", dashboard=key)
    assert "Core has the largest mrr, 530,000" in text(page) and "SQL, as analyst" in text(page)
    runs = [row for row in audited(filled) if row["action"] == "sql"]
    page.run()
    assert len([row for row in audited(filled) if row["action"] == "sql"]) == len(runs), "Once for a visit and a build."
    assert "This query is not shared with you" in text(visit("engineer", dashboard=key))
    warehouse.sql.queries.share(ARJUN, query, ["engineer", "executive"])
    refused = {"engineer": "The database refuses: permission denied", "executive": "SQL is read by analysts"}
    for role, words in refused.items():
        said = text(visit(role, dashboard=key))
        assert words in said and "530,000" not in said and "MRR per product" in said
    made = Exports(warehouse).export(ARJUN, PAGE, "csv", {"dashboard": [key], "panel": ["1"]})  # type: ignore[assignment]
    assert "Core,530000" in made.content.decode()  # type: ignore[attr-defined]
    named = warehouse.sql.queries.keep(ARJUN, "Names", "select 'Ann' as customer_name", "analyst", {}, None)
    layout = Layout().with_card("query", str(named.query_id), named.title)
    other = warehouse.dashboards.save(ARJUN, f"Names {uuid4()}", layout)
    with pytest.raises(ReasonNeeded):
        Exports(warehouse).export(ARJUN, PAGE, "csv", {"dashboard": [str(other.thing_id)], "panel": ["1"]})


def test_it_is_begun_filled_and_arranged_on_its_page(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, filled: Settings
) -> None:
    sent: dict[str, object] = {}
    monkeypatch.setattr(own_arrange, "mounted", lambda *_, **options: sent.update(options))
    title = f"Begun {uuid4()}"
    page = visit("executive")
    page.text_input(key="my_dashboards_0_name").set_value(title)
    button(page, "Begin it").click().run()  # type: ignore[attr-defined]
    assert f"“{title}” is there. Put something on it." in text(page) and "Nothing is on it yet" in text(page)
    figure = next(each for each in page.selectbox if each.label == "Figure")
    figure.set_value("arr").run()
    button(page, "Put it on").click().run()  # type: ignore[attr-defined]
    assert "“ARR” is on" in text(page) and "$ 12.72 M" in text(page)
    key = str(page.query_params["dashboard"])
    page = visit("executive", dashboard=key, put="metric:net_mrr")
    assert "Put “MRR” on a dashboard" in text(page)
    next(each for each in page.selectbox if each.label == "On").set_value(key)
    next(each for each in page.button if each.key.endswith("_on_it")).click().run()
    assert f"It is on “{title}”." in text(page) and "put" not in page.query_params
    page.toggle(key="dashboard_arranging").set_value(True).run()
    assert [card["name"] for card in sent["data"]["cards"]] == ["ARR", "MRR"]  # type: ignore[index]
    next(each for each in page.button if each.label == "Later").click().run()
    assert "Arranged. Version 4." in text(page)
    acts = [row["action"] for row in audited(filled) if row["email"] == EVA.email]
    assert {"save dashboard", "open dashboard"} <= set(acts)
    # What the browser sends is judged: of an older version it is refused, and says so.
    saved = warehouse.dashboards.seen(EVA, key)
    heard = own_arrange.acts
    monkeypatch.setattr(heard.st, "session_state", state := {})  # type: ignore[attr-defined]
    reading = SimpleNamespace(warehouse=warehouse, viewer=EVA)
    for version, said in ((3, "was saved elsewhere meanwhile"), (4, "Arranged. Version 5.")):
        state["k"] = SimpleNamespace(act={"cards": [["1", "whole"], ["2", "third"]], "version": version})
        heard.arranged(reading, saved, "k")  # type: ignore[arg-type]
        assert said in state["dashboard_said"][1]
    assert [card.size for card in warehouse.dashboards.seen(EVA, key).content.cards] == ["whole", "third"]


def test_what_is_not_there_cannot_be_put_on_one(warehouse: Warehouse, query: Query) -> None:
    for role, asked, words in (
        ("customer_success", "metric:net_mrr", "No figure &#x27;net_mrr&#x27; is there for you"),
        ("executive", f"report:{uuid4()}", "This report is not there for you"),
        ("executive", f"query:{query.query_id}", "SQL is read by analysts and engineers"),
        ("executive", "metric:funnel_reached", "is there for you"),
    ):
        page = visit(role, put=asked)
        assert words in text(page) and not page.exception
        assert not [each for each in page.selectbox if each.label == "On"]


def test_the_way_onto_one_stands_where_figures_reports_and_sql_do(board: SavedDashboard, query: Query) -> None:
    report = next(card.of for card in board.content.cards if card.kind == "report")
    for role, slug, parameters, asked in (
        ("executive", "executive", {}, "metric%3Aarr"), ("executive", "reports", {"id": report}, f"report%3A{report}"),
        ("analyst", "sql", {"query": str(query.query_id)}, f"query%3A{query.query_id}"),
    ):  # fmt: skip
        page = open_page(role, slug, **parameters)
        drawn = " ".join(element.proto.body for element in page.get("html"))
        assert f'href="/my-dashboards?put={asked}"' in drawn, slug


def test_a_page_that_names_nothing_stays_as_it_is_declared(warehouse: Warehouse) -> None:
    assert opened(warehouse, EVA, PAGE, {}) is PAGE and opened(warehouse, EVA, PAGE, {"dashboard": [""]}) is PAGE
    assert opened(warehouse, EVA, dashboards()["executive"], {"id": ["x"]}) is dashboards()["executive"]
