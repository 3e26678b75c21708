"""The ledger against months worked out by hand for the planted customers, and its identities."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books, who_is_who
from pipelines.sandbox.company.truth import CustomerMonth

LEGS = ("new", "reactivation", "expansion", "contraction", "churn")


def months_of(name: str, company: Company, books: Books) -> dict[str, CustomerMonth]:
    """A planted customer's months by `2025-01`."""
    stripe = next(client.desk.customer for client in company.clients if client.name == name)
    customer = who_is_who(company)[0].get(("stripe", stripe), stripe)
    return {one.close.month.strftime("%Y-%m"): one for one in books.customers if one.customer == customer}


def told(month: CustomerMonth | None) -> tuple[int, int, str] | None:
    """Opening and closing in cents and the case."""
    return None if month is None else (month.opening, month.closing, month.case)


# Core Team is 19 dollars a seat and month, Core Business 32, Core Starter 12, Vault Team 10.
BY_HAND = [
    ("Daymark Rentals", "2025-03", (0, 8152, "new")),  # 4 × 0.67 a day: 268 × 365 / 12 = 8151.67
    ("Weekender's Guide", "2026-02", (0, 14408, "new")),  # 7 × 4.75 a week: 3325 × 52 / 12 = 14408.33
    ("Tenfold & Co.", "2025-01", (0, 11552, "new")),  # 6 × 6.33 in 10 days: 3798 × 36.5 / 12 = 11552.25
    ("O'Neill & Sons", "2024-12", (0, 6600, "new")),  # 4 × 19 − 10
    ("Welcome \"Wagon\" LLC", "2024-12", (0, 9500, "new")),  # a coupon once is not MRR
    ("Launchpad, Inc.", "2025-10", (24938, 33250, "expansion")),  # six months are over
    ("Granted Futures", "2025-06", (44800, 0, "contraction")),  # 100 % off: free, not churned
    ("Granted Futures", "2025-10", (0, 44800, "expansion")),
    ("Freya's Free Lunch", "2025-04", (0, 15200, "new")),
    ("Freya's Free Lunch", "2025-11", (15200, 0, "contraction")),
    ("Freya's Free Lunch", "2026-05", (0, 28800, "expansion")),
    ("Crossover Ventures", "2025-07", (36000, 58000, "expansion")),  # Connect 18 to Automate 29, 20 seats
    ("Two-Item Tavern", "2025-03", (57600, 75600, "expansion")),  # 12 × 32 + 12 × 16, then 30 × 6 more
    ("Two-Item Tavern", "2025-10", (75600, 56400, "contraction")),
    ("Metered Meadows", "2024-12", (0, 5500, "new")),  # 5 × 11, what is metered is apart
    ("Annualize Me", "2025-06", (24300, 24750, "expansion")),  # 9 × 27, then 11 × 270 ÷ 12
    ("Backdated Brothers", "2025-06", (9500, 17100, "expansion")),
    ("Round Trip Travel", "2025-05", (47500, 47500, "expansion")),
    ("Tryst & Try", "2025-09", (0, 11400, "new")),  # the trial ended on 8 September
    ("Late But Fine", "2025-04", (16000, 16000, "expansion")),
    ("Deadbeat Disco", "2025-04", (16000, 0, "churn")),  # dunning ended on 30 April
    ("Lingering Lamps", "2025-04", (16000, 0, "churn")),  # owed since 9 March: 30 days are over on 8 April
    ("Changed My Mind", "2025-07", (15200, 15200, "expansion")),
    ("Gone, Gone", "2025-06", (15200, 0, "churn")),
    ("Boomerang Bros", "2025-10", (0, 32000, "reactivation")),
    ("Gap Year", "2025-05", (17100, 22800, "expansion")),
    ("Midnight Oil Co", "2025-01", (19000, 19000, "expansion")),  # ends exactly at the close: still in
    ("Midnight Oil Co", "2025-02", (19000, 0, "churn")),
    ("First Light", "2025-12", (0, 11400, "new")),  # starts exactly at November's close: not in it
    ("Twin Peaks", "2025-03", (28800, 35800, "expansion")),  # the second record is the same customer
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "month", "expected"), BY_HAND, ids=[f"{name} in {month}: {case[2]}" for name, month, case in BY_HAND]
)
def test_a_planted_customer_is_as_worked_out_by_hand(
    name: str, month: str, expected: tuple[int, int, str], company: Company, books: Books
) -> None:
    assert told(months_of(name, company, books).get(month)) == expected


def test_half_a_cent_is_rounded_away_from_zero(company: Company, books: Books) -> None:
    """21 seats × 190 dollars a year ÷ 12 × 75 % = 249.375 dollars."""
    assert months_of("Launchpad, Inc.", company, books)["2025-04"].closing == 24938


def test_started_and_churned_within_a_month_is_both(company: Company, books: Books) -> None:
    month = months_of("Mayfly Media", company, books)["2025-09"]
    assert (month.opening, month.closing, month.is_within_month) == (0, 0, True)
    assert (month.leg("new"), month.leg("churn")) == (17100, 17100)
    again = months_of("Mayfly Returns", company, books)["2025-11"]
    assert (again.leg("new"), again.leg("reactivation"), again.leg("churn")) == (0, 12800, 12800)


@pytest.mark.parametrize("name", ["Tire Kickers Ltd", "Incomplete Sentence", "Friends of Meridian", "TEST do not bill",
                                  "Bigger Coupon Bakery", "Meridian Works (staff)"])  # fmt: skip
def test_who_never_paid_or_is_us_is_in_no_month(name: str, company: Company, books: Books) -> None:
    assert months_of(name, company, books) == {}


def test_paid_after_47_days_lapses_and_comes_back(company: Company, books: Books) -> None:
    """Owed since 9 March 16:00; 30 days later nothing, paid on 25 April: April closes with it, nothing is seen."""
    months = months_of("Very Late Ltd", company, books)
    assert {month: told(one)[2] for month, one in months.items() if one.case not in ("expansion", "contraction")} == {
        "2025-01": "new"
    }


def test_paused_over_three_renewals_is_churn_and_return(company: Company, books: Books) -> None:
    cases = {month: one.case for month, one in months_of("Pause Café", company, books).items()}
    assert (cases["2025-05"], cases["2025-08"]) == ("churn", "reactivation")


def test_opening_plus_movements_is_closing_for_each_customer_and_month(books: Books) -> None:
    for one in books.customers:
        moved = sum(one.leg(leg) for leg in LEGS[:3]) - one.leg("contraction") - one.leg("churn")
        assert one.opening + moved + one.fx == one.closing, (one.customer, one.close.month)


def test_each_opening_is_the_closing_of_the_month_before(books: Books) -> None:
    closings = {(one.customer, one.close.month): one.closing for one in books.customers}
    for one in books.customers:
        month = one.close.month
        before = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
        assert closings.get((one.customer, before), 0) == one.opening


def test_dollars_know_no_exchange_rate(company: Company, books: Books) -> None:
    dollars = {client.desk.customer for client in company.clients if client.desk.currency == "usd"}
    doubles = {row["customer_id"] for row in company.files["identities"]}
    assert {one.fx for one in books.customers if one.customer in dollars - doubles} == {0}
