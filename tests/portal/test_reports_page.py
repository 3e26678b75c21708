"""Saved reports: whose they are, who may open them with which rights, what a second save says, and the page itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from streamlit.testing.v1 import AppTest

from app.access import ROLES, Viewer
from app.elements import Saved
from app.errors import NotPermitted, ReportChanged, ReportError
from app.reports.report import Report, judged
from app.saved.store import SavedThings
from app.settings import Settings
from app.ui.panels.kinds import picture
from app.ui.panels.saved import NOT_YOURS, drawn
from app.ui.reading import Reading
from app.warehouse import Warehouse

from .invented import AS_OF
from .streamlit_client import FIGURE
from .test_pages import EMAIL, audited, door, text
from .test_pages import visit as open_page

__all__ = ["door"]
EVA, FEMI = (Viewer(EMAIL[role], (role,)) for role in ("executive", "finance"))
CHLOE, PETRA = (Viewer(EMAIL[role], (role,)) for role in ("customer_success", "product"))
MRR = judged({"values": ["net_mrr"], "rows": ["product"], "top": 3})
MIXED = judged({"values": ["active_customers", "net_mrr"], "rows": ["country"]})


@pytest.fixture(scope="module")
def warehouse(filled: Settings) -> Iterator[Warehouse]:
    found = Warehouse(filled)
    yield found
    found.close()


def reading(warehouse: Warehouse, viewer: Viewer) -> Reading:
    return Reading(warehouse, viewer, AS_OF, datetime.now(UTC), warehouse.settings.timezone, with_receipts=False)


def name() -> str:
    return f"Report {uuid4()}"


def visit(role: str, **parameters: str) -> AppTest:
    return open_page(role, "reports", **parameters)


def test_a_report_is_there_for_its_owner_alone_until_it_is_shared(warehouse: Warehouse) -> None:
    reports = warehouse.reports
    saved = reports.save(EVA, name(), MRR, "For the board")
    key = str(saved.thing_id)
    assert saved.content == MRR and saved.version == 1 and saved.is_of(EVA.email.upper())
    for stranger in (FEMI, PETRA, Viewer("nobody@example.com", ())):
        with pytest.raises(NotPermitted, match="is not there for you"):
            reports.open(stranger, key)
        assert saved.thing_id not in [each.thing_id for each in reports.shared(stranger)]
    reports.share(EVA, key, ["finance"])
    assert [each.title for each in reports.shared(FEMI) if each.thing_id == saved.thing_id] == [saved.title]
    assert reports.open(FEMI, key).opened_at is None and reports.open(FEMI, key).opened_at is not None
    with pytest.raises(NotPermitted):
        reports.open(PETRA, key)
    reports.share(EVA, key, [])
    with pytest.raises(NotPermitted):
        reports.open(FEMI, key)
    with pytest.raises(NotPermitted, match="is not there for you"):
        reports.open(EVA, "' or true --")


def test_others_can_neither_change_share_nor_delete_it_but_copy(warehouse: Warehouse, filled: Settings) -> None:
    reports = warehouse.reports
    saved = reports.save(EVA, name(), MRR)
    key = str(saved.thing_id)
    reports.share(EVA, key, ["finance"])
    before = len(audited(filled))
    for act in (
        lambda: reports.change(FEMI, saved, title="Mine"), lambda: reports.share(FEMI, key, ROLES),
        lambda: reports.delete(FEMI, key), lambda: reports.versions(FEMI, key), lambda: reports.bring_back(FEMI, key),
    ):  # fmt: skip
        with pytest.raises(NotPermitted, match="Copy it, and change the copy"):
            act()
    refused = [row for row in audited(filled)[before:] if row["email"] == FEMI.email]
    assert {row["action"] for row in refused} == {
        "save report", "share report", "delete report", "list report versions", "bring back report"
    }
    copy = reports.copy(FEMI, key)
    assert copy.is_of(FEMI.email) and copy.content == MRR and copy.roles == () and copy.thing_id != saved.thing_id
    again = reports.copy(FEMI, key)
    assert again.title == f"{saved.title} (copy)"


def test_who_saves_an_older_state_is_told_and_nothing_is_lost(warehouse: Warehouse) -> None:
    reports = warehouse.reports
    first = reports.save(EVA, name(), MRR)
    second = reports.change(EVA, first, content=MRR.changed(top=5))
    with pytest.raises(ReportChanged, match="version 2 is there, yours began at version 1"):
        reports.change(EVA, first, content=MRR.changed(top=1))
    assert reports.open(EVA, str(first.thing_id)).content.top == 5 and second.version == 2
    versions = reports.versions(EVA, str(first.thing_id))
    assert [(each.version, each.content.top) for each in versions] == [(2, 5), (1, 3)]


def test_names_are_one_s_own_once_and_what_shows_nothing_is_not_kept(warehouse: Warehouse) -> None:
    reports, title = warehouse.reports, name()
    saved = reports.save(EVA, f" {title}  ", MRR)
    assert saved.title == title
    with pytest.raises(ReportError, match="You have a report called"):
        reports.save(EVA, title.upper(), MRR)
    reports.save(FEMI, title, MRR)
    other = reports.save(EVA, name(), MRR)
    with pytest.raises(ReportError, match="You have a report called"):
        reports.change(EVA, other, title=title)
    for bad, words in (("  ", "a name of 1 to 80"), ("x" * 81, "found 81"), ("a\x00b", "that can be seen; found 3")):
        with pytest.raises(ReportError, match=words):
            reports.save(EVA, bad, MRR)
    with pytest.raises(ReportError, match="Choose a figure to show"):
        reports.save(EVA, name(), Report())
    with pytest.raises(ReportError, match="is not known by product"):
        reports.save(EVA, name(), judged({"values": ["cash_balance"], "rows": ["product"]}))
    reports.delete(EVA, str(saved.thing_id))
    with pytest.raises(NotPermitted):
        reports.open(EVA, str(saved.thing_id))
    taken = reports.save(EVA, title, MRR)
    with pytest.raises(ReportError, match="You have a report called"):
        reports.bring_back(EVA, str(saved.thing_id))
    reports.delete(EVA, str(taken.thing_id))
    reports.bring_back(EVA, str(saved.thing_id))
    assert reports.open(EVA, str(saved.thing_id)).title == title


def test_a_title_that_another_window_saves_meanwhile_is_refused_in_words(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other window saves between the look whether the title is free and the renaming."""
    reports, title, look = warehouse.reports, name(), SavedThings._refuse_taken
    saved, others = reports.save(EVA, name(), MRR), list[Future[object]]()

    def refuse(self: SavedThings[object], *asked: Any) -> None:
        look(self, *asked)
        others.append(windows.submit(reports.save, EVA, title, MRR))
        wait(others, timeout=1)

    monkeypatch.setattr(SavedThings, "_refuse_taken", refuse)
    with ThreadPoolExecutor(1) as windows:
        assert reports.change(EVA, saved, title=title).title == title
        with pytest.raises(ReportError, match="You have a report called"):
            others[0].result()


def test_a_shared_report_shows_nobody_what_their_role_may_not_see(warehouse: Warehouse) -> None:
    """Customer success may read customers and not MRR: of MRR neither a number nor a part's name is drawn."""
    for report in (MRR, judged({"kind": "kpi", "values": ["net_mrr"]}),
                   judged({"kind": "line", "values": ["net_mrr"], "rows": ["time"], "columns": ["product"]}),
                   judged({"kind": "bar", "values": ["net_mrr"], "rows": ["product"]})):  # fmt: skip
        saved = warehouse.reports.save(EVA, name(), report)
        warehouse.reports.share(EVA, str(saved.thing_id), ["customer_success"])
        shown = picture(reading(warehouse, CHLOE), Saved(str(saved.thing_id)))
        whole = f"{shown.title} {shown.subtitle.replace(saved.title, '')} {shown.html} {json.dumps(shown.spec)}"
        assert not FIGURE.findall(whole) and "Core" not in whole, whole
        assert NOT_YOURS in shown.html or "Your role does not include" in shown.html
        own = picture(reading(warehouse, EVA), Saved(str(saved.thing_id)))
        assert own.spec or "Core" in own.html or "1.06" in own.html
    shown = drawn(reading(warehouse, CHLOE), MIXED)
    assert "MRR: not in your role." in shown.html and "2,165" in shown.html and "530,000" not in shown.html
    assert shown.metrics == ("active_customers",)
    unshared = picture(reading(warehouse, PETRA), Saved(str(warehouse.reports.save(EVA, name(), MRR).thing_id)))
    assert "is not there for you" in unshared.html and not FIGURE.findall(unshared.html)


@pytest.mark.parametrize("role", ["customer_success", "engineer"])
def test_the_page_of_a_reader_without_the_right_has_no_figure_on_it(warehouse: Warehouse, role: str) -> None:
    saved = warehouse.reports.save(EVA, name(), MRR)
    warehouse.reports.share(EVA, str(saved.thing_id), [role])
    page = visit(role, id=str(saved.thing_id))
    said = text(page)
    assert not page.exception and saved.title in said and not FIGURE.findall(said.split("Sandbox company")[0])
    assert NOT_YOURS in said and [each.label for each in page.button if each.label == "Change"] == []


def test_the_page_is_a_shelf_that_leads_to_the_builder_and_back(warehouse: Warehouse, filled: Settings) -> None:
    title = name()
    page = visit("executive")
    next(each for each in page.button if each.label == "New report").click().run()
    assert "Choose a figure to show." in text(page)
    page.multiselect(key="reports_0_list_values").set_value(["net_mrr"]).run()
    page.multiselect(key="reports_0_list_rows").set_value(["product"]).run()
    said = text(page)
    assert "Core leads with $530.0K of MRR" in said and "530,000" in said and "1,060,000" in said
    page.text_input(key="reports_0_title").set_value(title)
    next(each for each in page.button if each.label == "Keep it").click().run()
    said = text(page)
    assert f"“{title}” is saved." in said and "Yours, version 1" in said and "530,000" in said and not page.exception
    assert page.query_params["id"] and "report" not in page.query_params
    acts = [row["action"] for row in audited(filled) if row["email"] == EVA.email]
    assert {"save report", "open report"} <= set(acts)
    next(each for each in page.button if each.label == "Delete").click().run()
    assert f"“{title}” is deleted." in text(page)
    next(each for each in page.button if each.label == "Undo").click().run()
    assert "It is back, shared as it was." in text(page) and title in text(page)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"report": '{"kind":"pie"}'}, "This report cannot be read: at kind there is &#x27;pie&#x27;"),
        ({"report": MRR.json_text(), "id": str(uuid4())}, "This report is not there for you."),
        ({"id": "nonsense"}, "This report is not there for you."),
        ({"report": '{"values":["cash_balance"],"rows":["product"]}'}, "“Cash” is not known by product."),
        ({"report": '{"values":["net_mrr"],"filters":[{"by":"product","values":["Nope"]}]}'},
         "MRR has no product called Nope, in any month."),
        ({"report": '{"values":["no_such_metric"]}'}, "No metric is called"),
    ],
)  # fmt: skip
def test_an_address_that_is_wrong_says_so_and_shows_no_figure(parameters: dict[str, str], words: str) -> None:
    page = visit("executive", **parameters)
    said = text(page)
    assert words in said and not page.exception and "1,060,000" not in said


def test_a_save_that_comes_too_late_says_so_on_the_page(warehouse: Warehouse) -> None:
    saved = warehouse.reports.save(EVA, name(), MRR)
    page = visit("executive", id=str(saved.thing_id), v="1", report=MRR.changed(top=None).json_text())
    warehouse.reports.change(EVA, saved, content=MRR.changed(top=5))
    next(each for each in page.button if each.label == "Save").click().run()
    said = text(page)
    assert "was saved elsewhere meanwhile: version 2 is there, yours began at version 1" in said
    assert json.loads(page.query_params["report"]).get("top") is None, "The draft is still there."
