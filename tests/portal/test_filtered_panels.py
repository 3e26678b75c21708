"""A panel heeds a filter in all that stands in it or says that it does not; each was found by trying to break it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from app.access import Viewer
from app.dashboard import Cohorts, Compared, Lines, Ordered, Pictured, Records, Steps
from app.errors import QuestionError
from app.metrics import catalogue
from app.ui import format as f
from app.ui import part_titles, titles
from app.ui.choice import Choice, worded
from app.ui.dimension_words import Where, heeded
from app.ui.panels import compared, kinds, ordered, records
from app.ui.panels.frame import Picture, plain
from app.ui.panels.lines import Series, leader
from app.ui.reading import Reading
from app.ui.record_columns import LISTS, owed, stuck
from app.warehouse import Warehouse

from .by_hand import NOVEMBER, OCTOBER, SEPTEMBER, ByHand, texts

T, M = "\u2009", "\u2212"
DEALS = "mart_sales.open_deals"


def deal(key: str, rep: str) -> dict[str, Any]:
    return {"opportunity_id": key, "opportunity_name": key, "account_name": key, "stage": "Proposal", "rep": rep,
            "expected_close_date": None, "amount_usd": 1000.0, "days_unchanged_count": 70, "is_stale": True,
            "country": "DE", "lead_source": "Web"}  # fmt: skip


class Filtered(ByHand):
    """By hand, with rows kept as the warehouse keeps them: a list means any of its members."""

    def table(self, mart: str, *, where: Mapping[str, Any]) -> Any:
        rows = [row for row in self.marts[mart] if all(
            row[name] in value if isinstance(value, list) else row[name] == value for name, value in where.items()
        )]  # fmt: skip
        read = ByHand(marts={mart: rows or [dict.fromkeys(self.marts[mart][0])]})
        return ByHand.table(read, mart, where={}) if rows else ByHand.table(read, mart, where={"rep": "nobody"})


def deals() -> Filtered:
    one = {NOVEMBER: 1.0}
    wholes = {"open_deals": one, "stale_deals": one, "open_pipeline": {NOVEMBER: 1000.0}, "stale_pipeline": one}
    return Filtered(wholes=wholes, marts={DEALS: [deal("A", "Ann"), deal("B", "Bob"), deal("C", "Ann")]})


def test_a_list_shows_the_rows_that_its_title_counts() -> None:
    read = deals()
    read.where = (("rep", "Bob"),)
    made = records.make(read.reading, Records(DEALS))
    assert made.title.startswith("1 of 1 open deal is stuck")
    assert [row[0] for row in texts(made.html)[1:]] == ["B"]


def test_what_a_list_has_no_column_for_is_left_whole_and_said() -> None:
    where = (("rep", "Bob"), ("industry", "Media"))
    assert kinds.left_whole_by(Records(DEALS), where) == ("industry",)
    assert heeded(where, LISTS[DEALS].heeds) == ({"rep": ["Bob"]}, ("industry",))


def test_a_list_as_of_now_is_not_that_of_an_earlier_month() -> None:
    read = deals()
    read.is_past = True
    made = records.make(read.reading, Records(DEALS))
    assert "stands as of now" in made.html and "stuck" not in made.title


def test_a_figure_that_nobody_knows_is_not_none() -> None:
    assert stuck({}, 5) == "5 open deals" and stuck({"stale_deals": 0.0}, 5) == "5 open deals; none is stuck"
    assert owed({"receivables": 50.0}, 2) == "2 customers owe $50"


@pytest.mark.parametrize(
    ("panel", "kept", "whole"),
    [
        pytest.param(Lines(("web_sessions",)), (("channel", "Email"),), (), id="a metric that has the dimension"),
        pytest.param(Steps("web_sessions", then=("pricing_views",)), (), ("channel",), id="a step of it has not"),
        pytest.param(Cohorts("customer_retention", began="new_customers"), (), ("channel",), id="none of it has"),
    ],
)
def test_no_part_is_set_beside_a_whole(
    monkeypatch: pytest.MonkeyPatch, panel: Pictured, kept: Where, whole: tuple[str, ...]
) -> None:
    """Web sessions of e-mail above pricing views of all channels had been a funnel that grew fiftyfold."""
    seen: list[Where] = []

    def make(reading: Reading, _: Any) -> Picture:
        seen.append(reading.where)
        return Picture("", "", "")

    monkeypatch.setattr(kinds, "MAKERS", {type(panel): make})
    at = datetime(2026, 11, 22, tzinfo=UTC)
    nobody = Viewer("a@b.c", ("marketing",))
    reading = Reading(cast(Warehouse, None), nobody, at, at, ZoneInfo("UTC"), where=(("channel", "Email"),))
    assert (kinds.picture(reading, panel).whole, seen) == (whole, [kept])


def test_what_is_gone_explains_the_change_of_the_whole() -> None:
    split = {SEPTEMBER: {"Ann": 100.0, "Bob": 100.0}, OCTOBER: {"Ann": 100.0}}
    read = ByHand({("credited_bookings", "rep"): split}, {"credited_bookings": {SEPTEMBER: 200.0, OCTOBER: 100.0}})
    rows = texts(compared.make(read.reading, Compared("rep", ("credited_bookings",))).html)
    assert [row[:2] for row in rows[1:]] == [["Ann", "100"], ["Bob", "0"], ["All", "100"]]
    assert rows[2][2] == f"{M}100.0{T}%"


def test_a_title_says_none_only_of_what_is_none() -> None:
    parts = [("No campaign", 9000.0, "$9,000"), ("A", 0.0, "$0")]
    said = part_titles.leads("Ad spend", "usd", "down", parts, "campaigns")
    assert said == "Ad spend is highest for No campaign: $9,000"
    split = {("receivables", "bucket"): {OCTOBER: {"Current": 0.0, "Credit": -500.0}}}
    made = ordered.make(ByHand(split, {"receivables": {OCTOBER: -500.0}}).reading, Ordered("receivables", "bucket"))
    assert made.title == f"Receivables: {M}$500 in all"


def test_a_share_is_of_one_period_and_of_parts_that_take_nothing_away() -> None:
    sessions = catalogue()["web_sessions"]
    old, new = Series("Old", ((date(2026, 1, 31), 1000.0),)), Series("New", ((date(2026, 10, 31), 100.0),))
    assert leader(sessions, [old, new], "channel", is_sum=True) == f"New brings 100.0{T}% of web sessions"
    up, down = Series("Up", ((OCTOBER, 150.0),)), Series("Down", ((OCTOBER, -50.0),))
    assert leader(sessions, [up, down], "channel", is_sum=True) == "Up leads in web sessions with 150"
    assert titles.breakdown("Revenue", "product", [("Core", 1.05), ("Vault", -0.05)]) == "Core brings most of revenue"


def test_a_refusal_on_a_page_calls_things_as_people_do() -> None:
    error = QuestionError("time_to_close is stored by one dimension at a time: nothing of deal_size and country.")
    assert plain(error) == "Time to close is stored by one dimension at a time: nothing of deal size and country."


def test_nearly_all_is_not_all_and_nothing_has_no_sign() -> None:
    assert titles.cohorts("customers", 12, 0.9996) == "A year on, nearly all customers are still there"
    assert titles.cohorts("users", 1, 0.0004) == "A month on, hardly any users are still there"
    assert (f.money(-0.4), str(f.figure(-0.4, "usd")), f.money_axis(-0.4)) == ("$0", "$0", "$0")
    assert f.money(-4.0) == f"{M}$4"


def test_values_that_read_alike_or_have_no_name_can_be_told_apart() -> None:
    assert worded("feature", ["a_b", "a b", "c"]) == {"A b (a_b)": "a_b", "A b (a b)": "a b", "C": "c"}
    assert worded("channel", [""]) == {"Not known": ""}
    assert Choice(where=(("channel", ""),)).said == "Not known"
    said = Choice(unknown=(("month", "October 2019"), ("compare", "Nope"))).unknown_said
    assert "the month “October 2019”" in said and "the comparison “Nope”" in said
