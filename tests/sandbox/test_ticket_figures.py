"""How support's figures are told, by cases that a hand can follow."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.company.support_hours import rows, worked
from pipelines.sandbox.company.times import HOUR, at
from pipelines.sandbox.figures.cases import Worked, worked_cases
from pipelines.sandbox.figures.ticket_times import times
from pipelines.sandbox.figures.told import Values

MAY = date(2026, 5, 1)
PARTS = dict.fromkeys(
    ("priority", "channel", "support_group", "product", "plan", "country", "region"), "of all"
)  # fmt: skip


def answered_after(hours: int) -> Worked:
    """Came on Monday, 4 May 2026, 16:00 UTC, two hours before the office closes until 08:00 of Tuesday."""
    came = at(2026, 5, 4, 16)
    return Worked(PARTS, came, replies=[came + hours * HOUR, came + 99 * HOUR])


def test_a_case_is_open_until_it_is_solved_and_again_from_its_reopening_on() -> None:
    case = Worked(PARTS, created=10, solutions=[20, 40], reopenings=[30])
    assert [case.is_open_at(close) for close in (10, 11, 20, 21, 30, 31, 40, 41)] == [
        False, True, True, False, False, True, True, False]  # fmt: skip
    assert case.solved == 40
    assert Worked(PARTS, created=10, solutions=[20], reopenings=[30]).solved is None


def test_the_office_works_ten_hours_a_day_and_not_at_weekends() -> None:
    monday, friday = at(2026, 5, 4, 16), at(2026, 5, 8, 17)
    assert worked(monday, monday + HOUR) == HOUR
    assert worked(monday, monday + 17 * HOUR) == 3 * HOUR  # two of Monday, from 16:00 on, and one of Tuesday
    assert worked(friday, friday + 64 * HOUR) == 2 * HOUR  # one of Friday, and one of the Monday after it
    assert worked(friday + 2 * HOUR, friday + 40 * HOUR) == 0
    assert [(row["day"], row["opens"], row["closes"], row["time_zone"]) for row in rows()][::4] == [
        ("Monday", "08:00", "18:00", "UTC"), ("Friday", "08:00", "18:00", "UTC")]  # fmt: skip


def test_times_are_the_middle_one_and_the_one_that_nine_of_ten_do_not_exceed(books: Books) -> None:
    """Ten first replies after 1, 2 … 9 and 17 hours: 5.5 in the middle, nine took no longer than 9.

    In the office these are 1, 2 (eight times: it closes) and 3 hours.
    """
    told: dict[str, Values] = {
        one.metric: one.values for one in times([answered_after(hours) for hours in (*range(1, 10), 17)], books)
        if not one.by
    }  # fmt: skip
    assert told["first_reply_time"] == {(MAY,): Fraction(11, 2)}
    assert told["first_reply_time_p90"] == {(MAY,): 9}
    assert told["first_reply_time_business"] == {(MAY,): 2}
    assert told["first_reply_time_business_p90"] == {(MAY,): 2}
    assert told["resolution_time"] == {}


def test_the_company_has_every_kind_of_case(company: Company, books: Books) -> None:
    """Else what is told of support would leave a way for a ticket to end untried."""
    cases = worked_cases(company, books)
    assert len(cases) < len(company.cases)  # spam, merged and deleted tickets are none
    assert any(case.reopenings for case in cases)
    assert any(case.solved is None for case in cases)
    assert any(case.asked is not None and not case.answer for case in cases)
    assert {case.answer for case in cases} == {"", "good", "bad"}
    assert {case.parts["product"] for case in cases} >= {"Unknown", "No subscription", "Core"}
    assert any(case.course.merged for case in company.cases)
    assert any(case.house is None and case.course.topic != "spam" for case in company.cases)
