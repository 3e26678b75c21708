"""The company's timeline: who may enter and change what, on which charts it stands, and for whom alone."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import create_engine
from sqlalchemy import text as sql

from app.access import Viewer
from app.dashboard import Flow, Lines, Trend
from app.errors import NotPermitted, UsageError
from app.export.desk import Exports
from app.gallery import dashboards
from app.metrics import catalogue
from app.secrets import warehouse_url
from app.settings import Settings
from app.timeline.event import Event, Happening
from app.timeline.sources import CAMPAIGNS, definitions
from app.ui.event_marks import MOST, TimeAxis, gathered, marked
from app.ui.panels.kinds import picture
from app.ui.reading import Reading
from app.warehouse import Warehouse

from .invented import AS_OF, create
from .test_pages import EMAIL, audited, door, text, visit

__all__ = ["door"]
EVA, FEMI, CHLOE, INES, ARJUN = (
    Viewer(EMAIL[role], (role,)) for role in ("executive", "finance", "customer_success", "engineer", "analyst")
)
MARCH = date(2026, 3, 17)
MS = 1_773_705_600_000
"""17 March 2026 in milliseconds, by hand: 56 years with 14 leap days are 20,454 days; 31 + 28 + 16 more; 86,400,000."""
LAUNCH = Happening("launch", MARCH, None, "Pulse <b>is for sale", "For small teams.")
TREND, CUSTOMERS = Trend("net_mrr", months=13), Lines(("active_customers",))
FLOW = Flow("new_customers", "churned_customers", "customers")
TABLES = ("portal.comment_mention, portal.comment, portal.comment_thread, portal.timeline_event, "
          "portal.timeline_hidden")  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(filled: Settings) -> Iterator[Warehouse]:
    """With a campaign that executives alone may read, and nothing left behind for other tests."""
    engine = create_engine(warehouse_url(filled))
    columns = "platform text, campaign_id text, campaign_name text, channel text, first_day date, last_day date, "
    rows = [("Google Ads", "7", "Spring", "Paid Search", date(2026, 4, 1), date(2026, 4, 20), True)]
    with engine.begin() as connection:
        connection.execute(sql(f"truncate {TABLES}"))
        create(connection, CAMPAIGNS, columns + "is_over boolean", rows, ["executive"])
    found = Warehouse(filled)
    yield found
    found.close()
    with engine.begin() as connection:
        connection.execute(sql(f"truncate {TABLES}; drop table {CAMPAIGNS}"))
    engine.dispose()


def reading(warehouse: Warehouse, viewer: Viewer, **more: Any) -> Reading:
    zone = warehouse.settings.timezone
    return Reading(warehouse, viewer, AS_OF, datetime.now(UTC), zone, with_receipts=False, **more)


def found(warehouse: Warehouse, viewer: Viewer, key: str) -> Event:
    return next(each for each in warehouse.timeline.listed(viewer) if each.key == key)


def whole(warehouse: Warehouse, viewer: Viewer, panel: Any) -> str:
    """Everything a panel has for somebody: chart, words, table."""
    made = picture(reading(warehouse, viewer), panel)
    return f"{json.dumps(made.spec)} {made.alt} {made.html} {made.title}"


def rules(spec: Any) -> list[dict[str, Any]]:
    return [layer for layer in spec["layer"] if layer["mark"].get("strokeDash")]


def test_an_event_stands_at_its_day_on_every_chart_over_time(warehouse: Warehouse) -> None:
    key = warehouse.timeline.add(FEMI, LAUNCH)
    plain = picture(reading(warehouse, FEMI, with_events=False), TREND)
    made = picture(reading(warehouse, FEMI), TREND)
    assert not rules(plain.spec) and "event" not in plain.alt + plain.html
    rule, mark = made.spec["layer"][-2:]  # type: ignore[index]
    assert rule["encoding"]["x"] == mark["encoding"]["x"] == {"datum": MS, "type": "temporal"}
    assert (mark["mark"]["shape"], mark["mark"]["color"]) == ("triangle-up", "var(--pl-accent)")
    assert rule["data"]["values"] == [{"said": "Launch, 17 Mar 2026: Pulse <b>is for sale"}]
    assert made.alt.endswith("1 event: Launch, 17 Mar 2026: Pulse <b>is for sale.") and made.alt.startswith(plain.alt)
    assert "Pulse &lt;b&gt;is for sale" in made.html and "<b>is" not in made.html
    (lines,) = rules(picture(reading(warehouse, FEMI), Lines(("net_mrr", "opening_mrr"))).spec)
    assert lines["encoding"]["x"]["datum"] == MS
    (flow,) = rules(picture(reading(warehouse, FEMI), FLOW).spec)  # 16 of March's 31 days
    assert flow["encoding"]["x"] == {"datum": "2026-03-01", "type": "ordinal", "bandPosition": 0.516}
    warehouse.timeline.take_back(FEMI, found(warehouse, FEMI, key))
    assert not rules(picture(reading(warehouse, FEMI), TREND).spec), "an act counts at once, whatever is kept"


def test_what_a_role_may_not_see_is_on_none_of_its_charts_pages_and_files(warehouse: Warehouse) -> None:
    """Customer success may read customers over time; the campaign and what executives told themselves it may not."""
    secret = Happening("other", date(2026, 5, 4), None, "Talks with Umbra", "Quiet", ("executive",))
    key = warehouse.timeline.add(EVA, secret)
    mine = warehouse.timeline.add(INES, Happening("outage", date(2026, 5, 9), None, "Own words", "", ("product",)))
    said = whole(warehouse, EVA, CUSTOMERS)
    assert "Talks with Umbra" in said and "Spring" in said
    for viewer in (CHLOE, FEMI, INES):
        drawn = warehouse.timeline.drawn(viewer)
        assert CAMPAIGNS not in drawn.marts
        assert not {"Talks with Umbra", "Spring", "Own words"} & {each.title for each in drawn.events}
    for words in ("Umbra", "Spring", "Own words"):
        assert words not in whole(warehouse, CHLOE, CUSTOMERS)
    assert [each.title for each in warehouse.timeline.listed(INES) if each.key == mine] == ["Own words"], "one's own"
    assert all(each.key not in (key, mine) for each in warehouse.timeline.listed(CHLOE))
    pages = {role: text(visit(role, "timeline")) for role in ("executive", "customer_success")}
    assert "Talks with Umbra" in pages["executive"] and "Spring" in pages["executive"]
    assert "Umbra" not in pages["customer_success"] and "Spring" not in pages["customer_success"]
    papers = [paper(warehouse, viewer) for viewer in (EVA, ARJUN)]
    assert "2 events" in papers[0] and "Talks with Umbra" in papers[0] and "Spring" in papers[0]
    assert "MRR" in papers[1] and "Umbra" not in papers[1] and "Spring" not in papers[1]
    without = paper(warehouse, EVA, events=["false"])
    assert "MRR" in without and "Umbra" not in without and "Spring" not in without
    with pytest.raises(UsageError, match="no choice called 'event'"):
        paper(warehouse, EVA, event=["false"])
    warehouse.timeline.take_back(EVA, found(warehouse, EVA, key))
    warehouse.timeline.take_back(INES, found(warehouse, INES, mine))


def paper(warehouse: Warehouse, viewer: Viewer, **parameters: list[str]) -> str:
    """What the executive page's trend says as a PDF."""
    made = Exports(warehouse).export(viewer, dashboards()["executive"], "pdf", {"panel": ["2"], **parameters})
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(made.content)).pages).split())


def test_events_are_changed_by_whom_they_are_and_every_version_is_kept(warehouse: Warehouse, filled: Settings) -> None:
    timeline = warehouse.timeline
    first = found(warehouse, FEMI, timeline.add(FEMI, LAUNCH))
    before = len(audited(filled))
    for act in (lambda: timeline.change(CHLOE, first, LAUNCH), lambda: timeline.take_back(CHLOE, first),
                lambda: timeline.hide(CHLOE, first.key, "Not true"), lambda: timeline.add(Viewer("x@y.z", ()), LAUNCH)):
        with pytest.raises(NotPermitted):
            act()
    told = [row["action"] for row in audited(filled)[before:] if row["action"] != "read"]
    assert told == ["change event", "take back event", "hide event", "add event"], "each refusal leaves its row"
    timeline.change(FEMI, first, Happening("launch", MARCH, date(2026, 3, 19), "Pulse", "For small teams."))
    with pytest.raises(UsageError, match="version 2 is there already"):
        timeline.change(EVA, first, LAUNCH)
    second = found(warehouse, EVA, first.key)
    assert (second.version, second.last_day, second.by) == (2, date(2026, 3, 19), FEMI.email)
    timeline.take_back(EVA, second)
    assert all(each.key != first.key for each in timeline.listed(EVA))
    for wrong, words in ((Happening("definition", MARCH, None, "x"), "kind 'definition'"),
                         (Happening("launch", MARCH, None, " \n"), "a title of 1 to 80"),
                         (Happening("launch", MARCH, date(2026, 3, 1), "x"), "a last day that is not before"),
                         (Happening("launch", MARCH, None, "x", "", ("cfo",)), "No role is called 'cfo'")):  # fmt: skip
        with pytest.raises(UsageError, match=words):
            timeline.add(FEMI, wrong)


def test_what_a_source_told_is_hidden_with_a_reason_and_never_changed(warehouse: Warehouse) -> None:
    timeline, key = warehouse.timeline, "campaign Google Ads 7"
    spring = found(warehouse, EVA, key)
    assert (spring.first_day, spring.last_day, spring.by) == (date(2026, 4, 1), date(2026, 4, 20), "Google Ads")
    with pytest.raises(NotPermitted, match="Mend it at the source, or hide it"):
        timeline.change(EVA, spring, LAUNCH)
    for viewer in (CHLOE, INES):  # who may not even see it
        with pytest.raises(NotPermitted):
            timeline.hide(viewer, key, "Not ours")
    with pytest.raises(UsageError, match="A reason has 3 to 300 characters"):
        timeline.hide(EVA, key, " ")
    timeline.hide(EVA, key, "A test of the agency")
    assert "Spring" not in whole(warehouse, EVA, CUSTOMERS)
    assert found(warehouse, EVA, key).hidden == f"A test of the agency ({EVA.email})"
    timeline.hide(EVA, key, "It was none", is_hidden=False)
    spec = picture(reading(warehouse, EVA), CUSTOMERS).spec
    band = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "rect")  # type: ignore[index]
    assert band["encoding"]["x2"]["datum"] - band["encoding"]["x"]["datum"] == 19 * 86_400_000


def test_a_changed_definition_stands_on_the_charts_of_its_figure_alone() -> None:
    metrics = {name: catalogue()[name] for name in ("net_mrr", "arr")}
    new = metrics["arr"].model_copy(update={"certified": metrics["arr"].certified.model_copy(update={"version": 2})})
    (told,) = definitions({**metrics, "arr": new}, ["net_mrr", "arr"])
    assert (told.kind, told.first_day, told.metrics) == ("definition", new.certified.on, ("arr",))
    assert told.concerns(("cash_balance", "arr")) and not told.concerns(("net_mrr",))
    assert told.hides == ("executive", "finance")


def test_more_events_than_are_legible_are_gathered_and_what_people_entered_last() -> None:
    days = [date(2026, month, day) for month in range(1, 13) for day in (3, 9)]
    told = [Event(str(day), "campaign", day, None, f"C {day}", "", "Google Ads", source="campaigns") for day in days]
    own = Event("own", "launch", date(2026, 6, 5), None, "Pulse", "", "femi")
    marks = gathered(sorted([*told, own], key=lambda each: each.first_day))
    assert len(marks) == 5 <= MOST and sorted(len(each.events) for each in marks) == [1, 6, 6, 6, 6]
    first = next(each for each in marks if each.day == date(2026, 1, 3))
    assert first.said.startswith("6 events, 3 Jan 2026 to 9 Mar 2026: C 2026-01-03; C 2026-01-09; ")
    spec = marked({"layer": []}, [*told[:2]], TimeAxis(date(2026, 1, 1), date(2026, 2, 1)))
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["rule", "point", "rule", "point"]
    assert len(gathered([Event(str(n), "other", date(2026, 1, 1 + n), None, "x", "", "e") for n in range(9)])) == 1


def test_the_page_enters_changes_and_takes_back(warehouse: Warehouse) -> None:
    page = visit("finance", "timeline")
    key = "timeline_0_entry_"
    page.text_input(key=f"{key}_title").set_value("Relay at half price")
    page.selectbox(key=f"{key}_kind").set_value("price_change")
    next(each for each in page.button if each.label == "Enter it").click().run()
    said = text(page)
    assert "It stands on the timeline." in said and "Relay at half price" in said and not page.exception
    event = next(each for each in warehouse.timeline.listed(FEMI) if each.title == "Relay at half price")
    assert (event.kind, event.first_day) == ("price_change", AS_OF.date())
    page.selectbox(key="timeline_0_entry_event").set_value(event.key).run()
    page.text_input(key=f"{key}{event.key}_title").set_value("Relay at a third")
    next(each for each in page.button if each.label == "Save").click().run()
    assert "It is changed." in text(page) and "Relay at a third" in text(page)
    page.selectbox(key=f"{key}event").set_value(event.key).run()
    said = text(page)
    assert "title, was “Relay at half price”" in said and "2" in said
    next(each for each in page.button if each.label == "Take it back").click().run()
    assert "is off the timeline" in text(page)
    next(each for each in page.button if each.label == "Enter it").click().run()
    assert "An event needs a title of 1 to 80 characters" in text(page)
