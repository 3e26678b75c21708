"""Wrong questions: each is refused with the reason, or answered as a slow obvious loop over the rows answers it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.access import OPERATOR
from app.errors import QuestionError
from app.metrics import Metric, Question, load_metrics
from app.settings import Settings
from app.warehouse import Answer, Warehouse
from pipelines.rights import BUILDER

from .conftest import AS_OF, run_as
from .metric_files import FILES as PLAIN_FILES
from .metric_files import write_files
from .slow_loops import averaged, cells, counted, divided, is_over, month, summed, week
from .trap_marts import FILES, PAYMENTS, TEAMS, statements

JUN, JUL, SEP, OCT, NOV = (date(2026, month, 1) for month in (6, 7, 9, 10, 11))
D = Decimal


@pytest.fixture(scope="module")
def trapped(with_marts: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    run_as(with_marts, BUILDER, *statements())
    metrics: Mapping[str, Metric] = load_metrics(
        write_files(tmp_path_factory.mktemp("traps"), {**PLAIN_FILES, **FILES})
    )
    warehouse = Warehouse(with_marts, metrics)
    yield warehouse
    warehouse.close()


def ask(warehouse: Warehouse, question: Question, as_of: datetime = AS_OF) -> Answer:
    return warehouse.answer(OPERATOR, question, as_of=as_of)


PRODUCTS = {"Edge": "Edge"}
ANSWERED: dict[str, tuple[Question, list[tuple[Any, ...]]]] = {
    "users of a month are counted anew, not added over its days": (Question("visitors"), [(SEP, 2), (OCT, 3)]),
    "a stored median of the whole is that of no part, and no mean of parts": (
        Question("delay"), [(SEP, 9), (OCT, 10)]),
    "a stored median of each team": (
        Question("delay", by=("team",), since=OCT), [(OCT, "North", 2), (OCT, "South", 30)]),
    "a stored median of one team": (
        Question("delay", where=(("team", "South"),), since=OCT), [(OCT, 30)]),
    "a stored median of several teams, each by itself": (
        Question("delay", by=("team",), unless=(("team", "North"),), since=OCT), [(OCT, "South", 30)]),
    "a stored median that is missing says why": (
        Question("delay", by=("region",), since=OCT), [(OCT, "EU", 9), (OCT, "US", None)]),
    "the largest stored medians have no rest": (
        Question("delay", by=("team",), top=1, since=OCT), [(OCT, "South", 30)]),
    "a stored median beside that of the month before": (
        Question("delay", compare="month_before", since=OCT), [(OCT, 10, 9, 1, D(1) / 9)]),
    "twice a stored median is cut as it is": (
        Question("delay_twice", by=("team",), since=OCT), [(OCT, "North", 4), (OCT, "South", 60)]),
    "users are counted anew per country, and who has none is a row of its own": (
        Question("visitors", by=("country",)), counted("country")),
    "users of two countries are one set, not a sum": (
        Question("visitors", where=(("country", "DE"), ("country", "US"))),
        counted(keep=lambda row: is_over(row) and row["country"] in ("DE", "US"))),
    "leaving out a country keeps who has none": (
        Question("visitors", unless=(("country", "DE"),)), [(SEP, 2), (OCT, 2)]),
    "a week across two months is counted anew": (
        Question("visitors", grain="week", until=date(2026, 10, 4)), [(date(2026, 9, 28), 3)]),
    "users by day": (
        Question("visitors", grain="day", until=date(2026, 9, 30)),
        counted(keep=lambda row: month(row) == SEP, period=lambda row: row["day"])),
    "the rest of the largest is counted anew, and a product called Other belongs to it": (
        Question("visitors", by=("product",), top=1, since=OCT), [(OCT, "Edge", 2), (OCT, "Other", 3)]),
    "the largest as a loop folds them": (
        Question("visitors", by=("product",), top=1),
        counted("product", fold=lambda name: PRODUCTS.get(name, "Other"))),
    "days are counted once, not their rows, and only of the rows that are meant": (
        Question("ada_visits"), [(SEP, 3), (OCT, 1)]),
    "a month that began yesterday in UTC is still the old one in New York": (
        Question("paid", include_partial=True, until=OCT), summed(PAYMENTS, "paid_usd")),
    "since the middle of a month asks for the whole month": (
        Question("paid", since=date(2026, 10, 22)), [(OCT, D("93.00"))]),
    "a flow by week": (
        Question("paid", grain="week", until=date(2026, 11, 15)),
        summed(PAYMENTS, "paid_usd", keep=lambda row: row["day"] <= date(2026, 11, 15), period=week)),
    "a stock closes with its last day, not with the sum of its days": (Question("balance"), [(SEP, 30), (OCT, 1031)]),
    "an account that was closed is not in the month's close": (
        Question("balance", by=("account",)), [(SEP, "Main", 30), (OCT, "Main", 1031)]),
    "an account filtered for is not carried to the end of the month": (
        Question("balance", where=(("account", "Old"),)), []),
    "a stock by week closes with its Sunday": (
        Question("balance", grain="week", since=date(2026, 10, 12), until=date(2026, 10, 18)),
        [(date(2026, 10, 12), 1018)]),
    "a stock whose last day is not known has none": (
        Question("balance", grain="week", since=date(2026, 11, 9)), [(date(2026, 11, 9), 2015)]),
    "a ratio of a month divides the sums of its days": (
        Question("failure_rate"), [(SEP, D(5) / 170), (OCT, D(12) / 93)]),
    "a ratio by a dimension is divided per part": (
        Question("failure_rate", by=("currency",)),
        divided(summed(PAYMENTS, "failed_usd", "currency"), summed(PAYMENTS, "paid_usd", "currency"))),
    "the average of averages is not taken": (Question("win_part"), [
        (JUN, D(2) / 4), (JUL, D(4) / 12), (SEP, D(6) / 12), (OCT, D(4) / 5)]),
    "payments and people of two marts meet once each": (
        Question("paid_per_visitor"), [(SEP, D(170) / 2), (OCT, D(93) / 3)]),
    "by country, a country without people has no value": (
        Question("paid_per_visitor", by=("country",), since=OCT),
        [(OCT, "DE", D(11) / 1), (OCT, "FR", None), (OCT, "JP", None), (OCT, "US", D(40) / 1), (OCT, None, None)]),
    "a negative revenue gives no margin": (
        Question("profit_margin"), divided(summed(TEAMS, "profit"), summed(TEAMS, "revenue"))),
    "nor does it by a formula": (
        Question("margin_by_formula", by=("team",)),
        divided(summed(TEAMS, "profit", "team"), summed(TEAMS, "revenue", "team"))),
    "a window that reaches before the first month has no value": (
        Question("won_in_two", until=JUL), [(JUN, None), (JUL, 6)]),
    "a window with a month that nobody knows has no value": (
        Question("won_in_three"), [(JUN, None), (JUL, None), (SEP, None), (OCT, None)]),
    "a part without a row in the last month of a window keeps the rows before": (
        Question("won_in_two", by=("team",), since=OCT), [(OCT, "North", 5), (OCT, "South", 5)]),
    "a window that ends in the running month has no value": (
        Question("won_in_two", since=NOV, include_partial=True), [(NOV, None)]),
    "a year that began before the first month known has no sum so far": (
        Question("paid_so_far"), [(SEP, None), (OCT, None)]),
    "since does not cut the sum from the beginning": (Question("paid_ever", since=OCT), [(OCT, D("263.00"))]),
    "the sum from the beginning holds the running month as far as it goes": (
        Question("paid_ever", since=NOV, include_partial=True), [(NOV, D("825.00"))]),
    "a change needs the month before, which nobody knows": (
        Question("won_more"), [(JUN, None), (JUL, 2), (SEP, None), (OCT, -2)]),
    "a part that has no row any more has lost all it had": (
        Question("won_more", by=("team",), since=OCT), [(OCT, "North", -5), (OCT, "South", 3)]),
    "without saying that a missing row is none, it is not known": (
        Question("won_growth", by=("team",), since=OCT), [(OCT, "North", None), (OCT, "South", 3)]),
    "a growth from a loss has no sign that means anything": (
        Question("profit_growth"), [(JUN, None), (JUL, None), (SEP, None), (OCT, D(-23) / 31)]),
    "a running month has no change": (
        Question("won_growth", since=NOV, include_partial=True), [(NOV, None)]),
    "cells of months that are not over are absent": (Question("kept_part"), cells()),
    "and stay absent with the running month shown": (Question("kept_part", include_partial=True), cells()),
    "a cohort that began with nobody keeps no part of it": (
        Question("kept_part", since=OCT), [(OCT, 0, None)]),
    "cohorts are averaged by their sizes, over ages that all have reached": (
        Question("kept_part", average=True, since=JUL, until=date(2026, 8, 1)),
        averaged(JUL, date(2026, 8, 1), (0, 1, 2))),
    "a younger cohort among them shortens the curve": (
        Question("kept_part", average=True, since=JUL, until=SEP), averaged(JUL, SEP, (0, 1))),
    "one age is averaged over those who have reached it": (
        Question("kept_part", average=True, where=(("age", "2"),)), averaged(JUL, date(2026, 8, 1), (2,))),
    "one currency at a time": (
        Question("paid_local", by=("currency",)), summed(PAYMENTS, "paid_local", "currency")),
    "one currency, by country": (
        Question("paid_local", by=("country",), where=(("currency", "EUR"),)),
        summed(PAYMENTS, "paid_local", "country", keep=lambda row: is_over(row) and row["currency"] == "EUR")),
    "dates are compared as dates": (
        Question("won", dated=(("signed_on", "<", date(2026, 2, 1)),)),
        summed(TEAMS, "won", keep=lambda row: is_over(row) and row["team"] == "North")),
    "a value that only has no row in the months asked for gives no rows": (
        Question("won", where=(("team", "North"),), since=OCT), []),
}  # fmt: skip
COMPARED: dict[str, tuple[Question, list[tuple[Any, ...]]]] = {
    "the running month is compared with the same days of the month before": (
        Question("paid", compare="month_before", since=NOV, include_partial=True),
        [(NOV, 62, 33, 29, D(29) / 33)]),
    "a ratio of the running month as well": (
        Question("failure_rate", compare="month_before", since=NOV, include_partial=True),
        [(NOV, D(1) / 62, D(2) / 33, D(1) / 62 - D(2) / 33, (D(1) / 62 - D(2) / 33) / (D(2) / 33))]),
    "people of the same days are counted anew, and today is not over": (
        Question("visitors", compare="month_before", since=NOV, include_partial=True), [(NOV, 1, 3, -2, D(-2) / 3)]),
    "a stock that is not known yesterday is not compared": (
        Question("balance", compare="month_before", since=NOV, include_partial=True), [(NOV, None, 1021, None, None)]),
    "whole months are compared whole": (
        Question("paid", compare="month_before", since=OCT), [(OCT, 93, 170, -77, D(-77) / 170)]),
    "a part that one month lacks is shown without a change": (
        Question("paid", compare="month_before", by=("country",), since=OCT),
        [(OCT, "DE", 11, 110, -99, D("-0.9")), (OCT, "FR", 22, None, None, None), (OCT, "JP", 20, 60, -40, D(-2) / 3),
         (OCT, "US", 40, None, None, None)]),
    "a year before anything was known there is nothing to compare with": (
        Question("paid", compare="year_before", since=OCT), [(OCT, 93, None, None, None)]),
    "a loss before gives a difference and no relative change": (
        Question("profit", compare="month_before", until=JUL),
        [(JUN, -50, None, None, None), (JUL, 10, -50, 60, None)]),
}  # fmt: skip


@pytest.mark.parametrize(("question", "expected"), {**ANSWERED, **COMPARED}.values(), ids={**ANSWERED, **COMPARED})
def test_answered_as_a_slow_loop_does(
    trapped: Warehouse, question: Question, expected: list[tuple[Any, ...]]
) -> None:
    assert rounded(ask(trapped, question).rows) == rounded(expected)


def rounded(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple(round(D(v), 12) if isinstance(v, int | Decimal) else v for v in row) for row in rows]


def test_an_hour_before_midnight_in_new_york_the_month_is_not_over(trapped: Warehouse) -> None:
    asked = Question("visitors")
    late = datetime(2026, 11, 1, 3, tzinfo=UTC)
    assert [row[0] for row in ask(trapped, asked, late).rows] == [SEP]
    assert [row[0] for row in ask(trapped, asked, late + timedelta(hours=2)).rows] == [SEP, OCT]


REASONS = {
    "before the first month": (Question("won_in_two", until=JUN), "begins before the first month known, 2026-06"),
    "a gap in the window": (Question("won_in_three", since=OCT), "a month of the window has no figure"),
    "running": (Question("won_growth", since=NOV, include_partial=True), "the month is still running"),
    "was negative": (Question("profit_growth", until=JUL), "it was negative one month before"),
    "a negative divisor": (Question("margin_by_formula", until=JUN), "revenue is negative"),
    "a divisor of 0": (Question("margin_by_formula", where=(("team", "South"),), until=JUL), "revenue is 0"),
    "a part that is missing": (Question("won_a_visitor", until=JUN), "A figure: not known"),
    "a stock that stopped": (Question("balance", compare="month_before", since=NOV, include_partial=True),
                             "the last day known is 2026-11-19"),
    "an empty cohort": (Question("kept_part", since=OCT), "the cohort began with nothing"),
}  # fmt: skip


@pytest.mark.parametrize(("question", "reason"), REASONS.values(), ids=REASONS)
def test_what_has_no_value_says_why(trapped: Warehouse, question: Question, reason: str) -> None:
    answer = ask(trapped, question)
    last = max(row[0] for row in answer.rows if row[answer.columns.index("value")] is None)
    assert reason in answer.why_null(last)


def refused(name: str, message: str, **asked: Any) -> tuple[Question, str]:
    return Question(name, **asked), message


PARTIAL = {"include_partial": True}
REFUSED: dict[str, tuple[Question, str]] = {
    "a day of what is known by month": refused("won", "known by month: a day of it would be invented", grain="day"),
    "a week of what is known by month": refused("net_mrr", "a week of it would be invented", grain="week"),
    "a day of what is partly known by month": refused("won_a_visitor", r"\(made of won\) is known by m", grain="day"),
    "a month of a rate kept by day": refused("stored_rate", "neither the sum nor the mean of its days"),
    "a week of a rate kept by day": refused("stored_rate", "that of a week. Ask for days", grain="week"),
    "a flow by a stock over a month": refused("paid_of_balance", "one side would grow with its length"),
    "users of a month by those of its last week": refused("stickiness", "would grow with its length"),
    "a sum so far by day": refused("paid_ever", "counts in months.* ask paid by day", grain="day"),
    "a sum so far by week": refused("paid_so_far", "no value of a week", grain="week"),
    "a formula over a sum so far, by day": refused("paid_ever_twice", "paid_ever counts in months", grain="day"),
    "a formula over a sum so far, running": refused("paid_ever_twice", "still run", compare="year_before", **PARTIAL),
    "a median by two dimensions": refused("delay", "team and region together nothing is known",
                                           by=("team", "region")),
    "a median of a team by region": refused("delay", "one dimension at a time", by=("region",),
                                            where=(("team", "North"),)),
    "a median of two teams together": refused("delay", "North and South together cannot be made of theirs",
                                              where=(("team", "North"), ("team", "South"))),
    "a median of all teams but one": refused("delay", "the whole without one of them", unless=(("team", "North"),)),
    "twice a median of two teams": refused("delay_twice", "made of delay, which is stored for each team",
                                           where=(("team", "North"), ("team", "South"))),
    "a median of a team that there is not": refused("delay", "'Nort'", where=(("team", "Nort"),)),
    "a decade": refused("paid", "No grain is called 'decade'. Expected one of: day, week", grain="decade"),
    "money in all currencies": refused("paid_local", "100 EUR and 100 JPY are not 200 of anything.* found no filter"),
    "money in two currencies": refused("paid_local", "found 2 of them: EUR, JPY",
                                       where=(("currency", "EUR"), ("currency", "JPY"))),
    "money in all currencies but one": refused("paid_local", "which have no sum", unless=(("currency", "EUR"),)),
    "money in all currencies by country": refused("paid_local", "Expected by currency", by=("country",)),
    "the largest currency": refused("paid_local", "100 JPY is not more than 90 EUR", by=("currency",), top=1),
    "the largest country over currencies": refused("paid_local", "their rest has no sum", by=("country", "currency"),
                                                   top=1),
    "a running month beside a full one": refused("won", "a part of a month beside a full one would look like a fall",
                                                 compare="month_before", **PARTIAL),
    "a running month beside that of a year before": refused("net_mrr", "still running, and net_mrr is only known",
                                                            compare="year_before", until=NOV, **PARTIAL),
    "a running sum so far beside a full one": refused("paid_ever", "still running", compare="month_before", **PARTIAL),
    "a running ratio of which one part is by month": refused("won_a_visitor", "still running", compare="month_before",
                                                             **PARTIAL),
    "weeks beside weeks of a month before": refused("paid", "months differ in length", grain="week",
                                                    compare="month_before"),
    "days beside days of a year before": refused("paid", "A day has no fellow", grain="day", compare="year_before"),
    "a cohort beside the one before": refused("kept_part", "another cohort, not an earlier", compare="month_before"),
    "a comparison with the best month": refused("paid", "month_before, quarter_before, year_", compare="best_month"),
    "the largest of a comparison": refused("paid", "of other parts", compare="month_before", by=("country",), top=1),
    "the largest cohorts": refused("kept_part", "of a cohort metric", by=("country",), top=2),
    "the mean of months of a ratio": refused("win_part", "a mean of its months would weigh each alike", average=True),
    "the mean of months of users": refused("visitors", "no cohorts to average", average=True),
    "cohorts by age as a dimension": refused("kept_part", "cannot be split by 'age'", by=("age",)),
    "an age that is none": refused("kept_part", "'young' is no age of a cohort", where=(("age", "young"),)),
    "an age before the beginning": refused("kept_part", "'-1' is no age", where=(("age", "-1"),)),
    "all ages but one": refused("kept_part", "Expected the ages to keep", unless=(("age", "0"),)),
    "a country that nobody is in": refused("visitors", "no country called 'GE'.* DE, US", where=(("country", "GE"),)),
    "a country in another case": refused("visitors", "no country called 'de'", where=(("country", "de"),)),
    "one of two that is misspelt": refused("visitors", "called 'GE'", where=(("country", "DE"), ("country", "GE"))),
    "leaving out what is not there": refused("visitors", "no country called 'GE'", unless=(("country", "GE"),)),
    "keeping and leaving out the same": refused("visitors", "kept and to be left out", where=(("country", "DE"),),
                                                unless=(("country", "DE"),)),
    "a team that is misspelt in a window": refused("won_in_two", "no team called 'Nroth'", where=(("team", "Nroth"),)),
    "a team that is misspelt in a formula": refused("margin_by_formula", "no team called 'E'", where=(("team", "E"),)),
    "names compared by their letters": refused("won", "'<'.* letter by letter.* dates: signed_on",
                                               dated=(("team", "<", NOV),)),
    "a date like a pattern": refused("won", "No comparison is written 'like'", dated=(("signed_on", "like", NOV),)),
    "a split that one side of a formula lacks": refused("won_a_visitor", "Only won can be split by it, visitors cannot",
                                                        by=("team",)),
    "a filter that one side of a formula lacks": refused("won_a_visitor", "would mix cut and whole",
                                                         where=(("product", "Base"),)),
    "a split that one side of a ratio lacks": refused("churn_rate", "Only opening_mrr can be", by=("country",)),
    "a split by what is in another mart": refused("visitors", "cannot be split by 'team'", by=("team",)),
    "users by the day as a dimension": refused("visitors", "Use since, until and grain", by=("day",)),
    "a filter on the month": refused("won", "'month' is no dimension", where=(("month", "2026-10-01"),)),
    "cash by country": refused("cash_runway", "It has no dimensions", by=("country",)),
    "until the end of time": refused("paid", "until is 9999-12-31, a year that no figure", until=date.max),
    "since the beginning of time": refused("paid", "from 1900 to 2999", since=date.min, compare="month_before"),
    "until before since": refused("visitors", "is after until", since=OCT, until=SEP),
    "the largest none": refused("visitors", "Expected at least 1", by=("country",), top=0),
    "the largest of nothing": refused("visitors", "a dimension to rank", top=3),
    "a country twice": refused("visitors", "asked for twice", by=("country", "country")),
    "a metric that is near another": refused("visitor", "Did you mean 'visitors'"),
}  # fmt: skip


@pytest.mark.parametrize(("question", "message"), REFUSED.values(), ids=REFUSED)
def test_refused_with_the_reason(trapped: Warehouse, question: Question, message: str) -> None:
    with pytest.raises(QuestionError, match=message):
        ask(trapped, question)


def test_a_span_longer_than_the_month_before_is_not_compared(trapped: Warehouse) -> None:
    """On 31 March 30 days are over; February has 28."""
    asked = Question("paid", compare="month_before", include_partial=True)
    with pytest.raises(QuestionError, match="30 days so far, 2027-02 has only 28"):
        ask(trapped, asked, datetime(2027, 3, 31, 12, tzinfo=UTC))
    assert ask(trapped, Question("paid", compare="month_before"), datetime(2027, 3, 31, 12, tzinfo=UTC)).rows


def test_what_says_that_it_adds_up_does_and_nothing_else_is_added(trapped: Warehouse) -> None:
    """For every metric that can be asked by month: parts by each dimension, against the whole."""
    checked = 0
    for name in FILES:
        if name in ("stored_rate", "paid_of_balance", "kept_part", "paid_local", "stickiness"):
            continue
        whole = ask(trapped, Question(name))
        for dimension in whole.additivity.over_dimensions if whole.additivity else ():
            parts: dict[date, Decimal | None] = {row[0]: D(0) for row in whole.rows}
            for first, _, value in ask(trapped, Question(name, by=(dimension,))).rows:
                so_far = parts[first]
                parts[first] = None if value is None or so_far is None else so_far + value
            assert parts == dict(whole.rows), (name, dimension)
            checked += 1
    assert checked > 15
    for name in ("visitors", "failure_rate", "win_part", "kept_part", "paid_per_visitor", "won_growth", "stored_rate"):
        found = trapped.answer(OPERATOR, Question(name, grain="day" if name == "stored_rate" else "month"), as_of=AS_OF)
        assert found.additivity is not None and found.additivity.over_dimensions == ()


def test_every_shown_statement_gives_the_same_rows_by_hand(trapped: Warehouse, with_marts: Settings) -> None:
    for question, _ in {**ANSWERED, **COMPARED}.values():
        answer = ask(trapped, question)
        by_hand = run_as(with_marts, "plumbline_finance", answer.sql)
        assert [row[: len(answer.columns)] for row in by_hand] == list(answer.rows)


def test_a_passport_shows_a_question_that_can_be_asked(trapped: Warehouse) -> None:
    for name in FILES:
        assert trapped.passport(OPERATOR, name, as_of=AS_OF).sql.startswith(("WITH", "SELECT"))
