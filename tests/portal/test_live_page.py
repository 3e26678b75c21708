"""Live: the running month as it stands, what moved while the page was open, and a look that finds nothing costs little.

The figures follow from the rules in `invented.py`: MRR closes November, the 35th month, at 1,080,000, after 1,060,000.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
import streamlit as st
from sqlalchemy import create_engine
from sqlalchemy import text as sql
from streamlit.testing.v1 import AppTest

from app.errors import QuestionError, WarehouseDown
from app.metrics import catalogue
from app.progress import Progress
from app.secrets import warehouse_url
from app.settings import Settings
from app.ui import live_words
from app.ui.panels import live
from app.ui.reading import Reading

from .test_pages import audited, door, text, visit

__all__ = ["door"]
TILES = 12
HIGHER = "update mart_finance.mrr_monthly set closing_mrr_usd = closing_mrr_usd {} 1200.5 where month = '2026-11-01' " \
         "and product = 'Core'"  # fmt: skip
WORKED_IN = (
    "insert into portal.live_build (live_id, sources, heard_at, started_at, ended_at, as_of, result, models_count) "
    "values ('{}', array['stripe_webhook'], now(), now(), now(), '2026-11-22 11:00+00', 'ok', 3)"
)
GONE = "delete from portal.live_build"
BUILT = "insert into portal.build_run values ('{}', now(), now(), '{}', '{}', 60, null)"
NOT_BUILT = "delete from portal.build_run where run_id = '{}'"


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
    try:
        yield
    finally:
        run(settings, HIGHER.format("-"), GONE)


def tiles(page: AppTest) -> str:
    return next(str(each.proto.body) for each in page.get("html") if "pl-tiles" in each.proto.body)


@contextmanager
def built(settings: Settings, as_of: str, result: str = "ok") -> Iterator[None]:
    """A whole build at that instant of the sandbox's clock."""
    clock, run_id = settings.home / "sandbox" / "clock", uuid4()
    before = clock.read_text()
    clock.write_text(as_of)
    run(settings, BUILT.format(run_id, as_of, result))
    try:
        yield
    finally:
        clock.write_text(before)
        run(settings, NOT_BUILT.format(run_id))


class Open:
    """A page that stays open. Streamlit runs its fragment without the page around it, and so does `look`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch
        kept: list[Any] = []

        def keep(look: Any) -> Any:
            kept.append(look)
            return look

        with monkeypatch.context() as patch:
            patch.setattr(st, "fragment", lambda **_: keep)
            self.page = visit("executive", "live")
        self._look = kept[-1]

    def look(self) -> tuple[str, str]:
        """Looks again: the tiles as HTML, and what stands below them as text."""
        drawn: list[str] = []
        with self._patch.context() as patch:
            patch.setattr(live, "st", SimpleNamespace(container=lambda **_: nullcontext(), html=drawn.append))
            self._look()
        return drawn[0], plain(" ".join(drawn[1:]))

    def later(self, **after: float) -> None:
        """Lets time go by."""
        now = datetime.now(UTC) + timedelta(**after)
        for where in ("app.ui.panels.live.wall", "app.warehouse.wall"):
            self._patch.setattr(where, lambda: now)


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_each_figure_is_that_of_the_running_month_beside_the_month_before() -> None:
    said = text(visit("executive", "live"))
    assert "The month that runs, as it stands." in said and "within a minute. Times are America/New York." in said
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


def test_each_figure_has_its_receipt() -> None:
    drawn = tiles(visit("executive", "live"))
    found = [re.findall(r'pl-receipt">([0-9A-Z-]{14})<', tile) for tile in drawn.split("data-pl-metric=")[1:]]
    assert len(found) == TILES and all(len(receipts) == 1 for receipts in found)
    assert len({receipts[0] for receipts in found}) == TILES


def test_an_open_page_learns_that_things_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says since when and not for how long, which would be another text each minute and close an open passport."""
    page = Open(monkeypatch)
    assert "late" not in page.look()[0]
    page.later(days=1)
    late, _ = page.look()
    assert re.search(r"late: loaded \d+ [A-Z][a-z]{2}, \d\d:\d\d<", late)
    page.later(days=1, minutes=7)
    assert page.look()[0] == late, "and an open passport stays open"


def test_it_is_in_time_again_without_a_build(filled: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Open(monkeypatch)
    page.later(days=1)
    assert "late: loaded" in page.look()[0]
    monkeypatch.setattr("app.status.TTL_SECONDS", -1.0)  # no second of the test's goes by
    run(filled, "update portal.load_run set ended_at = ended_at + interval '1 day'")
    try:
        page.later(days=1, minutes=2)
        assert "late" not in page.look()[0]
    finally:
        run(filled, "update portal.load_run set ended_at = ended_at - interval '1 day'")


def test_a_look_asks_whether_something_is_late_only_when_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    page, asked, own = Open(monkeypatch), list[object](), live.statuses

    def statuses(*given: Any) -> Any:
        asked.append(given)
        return own(*given)

    monkeypatch.setattr(live, "statuses", statuses)
    page.later(minutes=1)
    page.look()
    assert not asked
    page.later(days=1)
    page.look()
    assert asked


def test_an_open_page_says_that_the_newest_build_failed_until_one_holds(
    filled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Open(monkeypatch)
    with built(filled, "2026-11-22T11:00:00+00:00", "failed"):
        drawn, said = page.look()
        assert "The newest build failed (" in said and "is of the one before. Looks again" in said
        assert "The newest build failed: " in drawn, "so do the passports"
        assert text(visit("executive", "live")).count("is of the one before.") == 1, "and once on a page opened now"
    drawn, said = page.look()
    assert "failed" not in said and "The newest build failed" not in drawn


def test_what_is_kept_of_before_a_build_is_not_kept_until_the_next(
    filled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said beside figures is read every few seconds; a page drawn in between would go on saying it."""
    page = Open(monkeypatch)
    visit("executive", "executive")  # has just read it
    broken = "update portal.check_result set outcome = '{}', checked_at = checked_at {} interval '1 second' " \
             "where check_name = 'Movements reconcile'"  # fmt: skip
    run(filled, broken.format("broken", "+"))
    try:
        assert "1 promise broken" in page.look()[0]
    finally:
        run(filled, broken.format("kept", "-"))
    assert "promise broken" not in page.look()[0]


def test_the_data_reach_as_far_as_the_newest_build(filled: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Open(monkeypatch)
    with built(filled, "2026-11-23T11:00:00+00:00"):
        assert "data until 23 Nov 2026, 06:00." in page.look()[1]


def test_a_month_that_turns_is_no_collapse(filled: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Open(monkeypatch)
    with built(filled, "2026-12-01T06:00:00+00:00"):
        drawn, said = page.look()
        assert "December has begun: November is closed" in said and "went from" not in said
        assert "not known for December yet" in drawn
        assert page.look()[1].count("has begun") == 1
    assert "November has begun" in page.look()[1] and "went from" not in page.look()[1]


def test_while_the_warehouse_is_away_the_figures_stay_and_say_so(
    filled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> Any:
        raise WarehouseDown("It is away.")

    page = Open(monkeypatch)
    tiles = page.look()[0]
    with monkeypatch.context() as patch:
        patch.setattr(Progress, "state", away)
        drawn, said = page.look()
        assert drawn == tiles and "As of the look before: the warehouse did not answer." in said
    with monkeypatch.context() as patch, moved(filled):
        patch.setattr(Reading, "series", away)
        patch.setattr(Reading, "status", away)
        assert page.look()[0].count("the warehouse did not answer") == TILES
    page.later(minutes=2)
    assert "the warehouse did not answer" not in page.look()[0]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        pytest.param(QuestionError("The question took longer than 30 seconds."), "The question took longer", id="slow"),
        pytest.param(WarehouseDown("It is away."), "the warehouse did not answer", id="away"),
    ],
)
def test_a_figure_that_cannot_be_read_takes_no_other_along(
    error: Exception, why: str, filled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Reading.series

    def series(self: Reading, name: str, *given: Any, **options: Any) -> Any:
        if name == "net_mrr":
            raise error
        return own(self, name, *given, **options)

    page = Open(monkeypatch)
    with monkeypatch.context() as patch, moved(filled):
        patch.setattr(Reading, "series", series)
        drawn, said = page.look()
        assert drawn.count("data-pl-metric=") == TILES - 1 and why in drawn and "$53,000.00" in drawn
        assert "Nothing has moved" in said, "what is not known has not moved"
        patch.setattr(Reading, "series", own)
        assert why in page.look()[0], "it is not asked for again with each look"
        page.later(minutes=2)
        drawn, said = page.look()
        assert why not in drawn and "MRR went from $1,080,000.00 to $1,081,200.50" in said


def test_what_moved_is_told_without_the_unit_that_counts() -> None:
    at = datetime(2026, 11, 22, 11, tzinfo=UTC)
    move = live_words.went(catalogue()["active_customers"], 4338, 4339.0, at)
    assert move is not None and move.words == "Active customers went from 4,338 to 4,339"
    assert live_words.went(catalogue()["net_mrr"], 10.001, 10.004, at) is None


def test_what_moved_on_an_earlier_day_says_which(filled: Settings) -> None:
    zone, at = filled.timezone, datetime(2026, 11, 22, 11, tzinfo=UTC)
    moves = (live_words.turned(date(2026, 11, 1), at),)
    said = plain(live_words.moves_html(moves, at, at, zone))
    assert said.strip() == "06:00:00 November has begun: October is closed"
    next_day = at + timedelta(days=1)
    assert "22 Nov, 06:00:00 November" in plain(live_words.moves_html(moves, at, next_day, zone))
    assert "opened it at 22 Nov, 06:00:00." in live_words.moves_html((), at, next_day, zone)


def test_the_list_of_moves_is_a_list(filled: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is new of it is read out from elsewhere (tests/browser/): a role of its own would take the list's."""
    page = visit("executive", "live")
    with moved(filled):
        page.run()
    drawn = [element.proto.body for element in page.get("html") if "data-pl-moves" in element.proto.body]
    assert len(drawn) == 1 and drawn[0].startswith('<ul class="pl-moves"') and "role=" not in drawn[0]


def test_coming_back_tells_the_audit_what_was_shown_again(filled: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Open(monkeypatch)
    count = len(audited(filled))
    page.look()
    assert len(audited(filled)) == count, "a look is no visit"
    page.page.run()
    rows = audited(filled)[count:]
    assert [row["action"] for row in rows] == ["open page", "replay page"]
    assert rows[1]["filters"]["page"] == "live"
    assert {"net_mrr", "active_customers"} <= set(rows[1]["filters"]["shown"])
