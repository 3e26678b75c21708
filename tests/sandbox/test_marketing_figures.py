"""How the company's marketing tells its figures, by touches that a hand can follow."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.figures import marketing
from pipelines.sandbox.figures.acquisition import ADVERTISING, SALES, department_spend
from pipelines.sandbox.figures.marketing_credit import split
from pipelines.sandbox.figures.marketing_people import CLICK, FIRST, FORM, NO_CAMPAIGN, Touch, visits
from pipelines.sandbox.figures.told import Values

MINUTE = 60_000


@pytest.mark.parametrize(
    ("whole", "weights", "parts"),
    [
        (10_001, [1, 1, 1], [3334, 3334, 3333]),
        (100, [40, 20, 40], [40, 20, 40]),
        (1, [1, 2], [0, 1]),
        (0, [1, 2], [0, 0]),
    ],
)
def test_what_is_left_goes_to_who_lost_most_and_the_earlier_first(
    whole: int, weights: list[int], parts: list[int]
) -> None:
    assert split(whole, [Fraction(weight) for weight in weights]) == parts
    assert split(whole, [Decimal(weight) for weight in weights]) == parts


def test_a_form_of_a_visit_that_is_known_is_no_touch() -> None:
    first = Touch(0, FIRST, "a", "Paid Search", "brand")
    same_visit = Touch(30 * MINUTE, FORM, "b", "Direct", NO_CAMPAIGN)
    later = Touch(60 * MINUTE + 1, FORM, "c", "Direct", NO_CAMPAIGN)
    click = Touch(61 * MINUTE, CLICK, "d", "Email", "webinar")
    by_its_link = Touch(62 * MINUTE, FORM, "e", "Email", "webinar")
    by_another = Touch(63 * MINUTE, FORM, "f", "Paid Search", "brand")
    assert list(visits([first, same_visit, later, click, by_its_link, by_another])) == [first, later, click, by_another]


@pytest.fixture(scope="module")
def told(company: Company, books: Books) -> dict[str, Values]:
    """Each figure of Marketing, undivided."""
    return {one.metric: one.values for one in marketing.told(company, books) if one.by == ()}


def test_what_the_platforms_bill_is_what_was_booked_as_advertising(told: dict[str, Values], company: Company) -> None:
    booked = department_spend(company, SALES, ADVERTISING)
    assert booked
    assert {month: told["ad_spend"][(month,)] for month in booked} == booked


def test_every_rule_credits_all_new_mrr(told: dict[str, Values], books: Books) -> None:
    won: dict[date, Fraction] = {}
    for one in books.customers:
        if one.leg("new"):
            won[one.close.month] = won.get(one.close.month, Fraction(0)) + Fraction(one.leg("new"), 100)
    rules = [name for name in told if name.startswith("attributed_mrr_")]
    assert len(rules) == 5
    for rule in rules:
        assert {month: value for (month,), value in told[rule].items() if value} == won


def test_the_platforms_together_claim_more_leads_than_their_channels_brought(told: dict[str, Values]) -> None:
    """Why there is no metric of both."""
    claimed = sum(sum(told[f"{name}_claimed_leads"].values()) for name in ("google_ads", "facebook"))
    assert claimed > sum(told["paid_channel_leads"].values())
