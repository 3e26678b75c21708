"""Lists to work with: the most urgent first, and a title that states the certified figures of all rows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.dashboard import Records
from app.ui.panels import records
from app.ui.record_columns import LISTS, at_risk, owed, stuck

from .by_hand import NOVEMBER, OCTOBER, ByHand, texts

HEALTH = "mart_customer_success.customer_health"
DEALS = "mart_sales.open_deals"
OWED = "mart_finance.receivables_customer"


def customer(key: str, name: str | None, chance: float, band: str = "At risk", **other: Any) -> dict[str, Any]:
    return {"month": NOVEMBER, "customer_id": key, "customer_name": name, "product": "Core", "plan": "Team",
            "mrr_usd": 100.0, "score": 40.0, "probability": chance, "owner": None, "health_band": band,
            "reasons": "late: 3, usually 0 (\u22129); tenure: 1", **other}  # fmt: skip


def at_risk_now(count: int = 3) -> ByHand:
    rows = [customer("c1", "Marble", 0.2), customer("c2", "Marble", 0.6), customer("c3", "<i>", 0.4),
            customer("c4", "Fine", 0.01, "Healthy")]  # fmt: skip
    counts, money = {OCTOBER: 9.0, NOVEMBER: float(count)}, {OCTOBER: 1.0, NOVEMBER: 12_340.0}
    return ByHand(wholes={"customers_at_risk": counts, "mrr_at_risk": money}, marts={HEALTH: rows})


def test_customers_at_risk_are_listed_as_of_now_most_likely_to_leave_first() -> None:
    made = records.make(at_risk_now(14).reading, Records(HEALTH, most=2))
    assert made.title == "14 customers at risk, $12.3K of MRR", "the certified figures of now, not the rows' count"
    assert made.subtitle == "2 of 3 shown. Most likely to leave first" and made.corner == "As of 22 Nov"
    assert (made.month, made.value, made.metrics) == (NOVEMBER, 14.0, ("customers_at_risk", "mrr_at_risk"))
    assert texts(made.html)[1:] == [
        ["Marble (c2)", "Core", "Team", "100", "40.0", "60.0", "Not known", "late: 3, usually 0 (\u22129); tenure: 1"],
        ["&lt;i&gt;", "Core", "Team", "100", "40.0", "40.0", "Not known", "late: 3, usually 0 (\u22129); tenure: 1"],
    ]
    assert 'pl-below">late: 3, usually 0 (\u22129)</span>' in made.html, "a phone says the heaviest reason"


def test_the_same_list_of_a_closed_month_states_the_closed_figures() -> None:
    read = at_risk_now()
    closed = [customer("c1", "Marble", 0.2, month=OCTOBER), customer("c2", "Ash", 0.9)]
    read.marts = {f"{HEALTH}_monthly": closed}
    made = records.make(read.reading, Records(f"{HEALTH}_monthly"))
    assert made.title == "9 customers at risk, $1 of MRR" and made.corner == "Closed 31 Oct"
    assert [row[0] for row in texts(made.html)[1:]] == ["Marble"], "November's rows are not October's"


def test_a_role_that_may_not_see_customers_is_told_so() -> None:
    made = records.make(ByHand().reading, Records(HEALTH))
    assert made.title == "Customers at risk" and "Your role does not include customers by name." in made.html
    assert made.metrics == ()


def test_an_empty_list_says_whether_nobody_is_at_risk_or_nobody_knows() -> None:
    read = at_risk_now(0)
    read.marts = {HEALTH: [customer("c4", "Fine", 0.01, "Healthy")]}
    nobody = records.make(read.reading, Records(HEALTH))
    assert nobody.title == "No customer is at risk" and "under 60" in nobody.html
    read.wholes = {"customers_at_risk": {NOVEMBER: None}, "mrr_at_risk": {NOVEMBER: None}}
    unknown = records.make(read.reading, Records(HEALTH))
    assert unknown.title == "Customers at risk: n/a" and "No scores: too few customers had left" in unknown.html


def deal(key: str, amount: float, *, is_stale: bool, expected: date | None = date(2026, 12, 24)) -> dict[str, Any]:
    return {"opportunity_id": key, "opportunity_name": f"Deal {key}", "account_name": f"Account {key}", "rep": "Ann",
            "stage": "Proposal", "expected_close_date": expected, "amount_usd": amount, "is_stale": is_stale,
            "days_unchanged_count": 61 if is_stale else 3}  # fmt: skip


def test_deals_that_are_stuck_come_first_then_the_largest() -> None:
    rows = [deal("a", 900.0, is_stale=False), deal("b", 10.0, is_stale=True), deal("c", 70.0, is_stale=True),
            deal("d", 5000.0, is_stale=False, expected=None)]  # fmt: skip
    wholes = {"open_deals": 4.0, "open_pipeline": 5980.0, "stale_deals": 2.0, "stale_pipeline": 80.0}
    read = ByHand(wholes={name: {NOVEMBER: value} for name, value in wholes.items()}, marts={DEALS: rows})
    made = records.make(read.reading, Records(DEALS, ("stale_pipeline",)))
    assert made.title == "2 of 4 open deals are stuck, $80 of $5,980"
    assert made.metrics[0] == "stale_pipeline" and made.value == 80.0
    assert [row[0][-1] for row in texts(made.html)[1:]] == ["c", "b", "d", "a"]
    assert [row[4] for row in texts(made.html)[1:]] == ["24 Dec 2026"] * 2 + ["Not known", "24 Dec 2026"]


def debt(key: str, late: float, owes: float, days: int, bucket: str = "Over 90") -> dict[str, Any]:
    return {"month": OCTOBER, "customer_id": key, "customer_name": key.upper(), "country": "DE", "bucket": bucket,
            "records_count": 2, "most_overdue_days": days, "overdue_usd": late, "receivable_usd": owes}  # fmt: skip


def test_what_a_customer_owes_is_added_up_over_ages_and_credits_are_no_invoices() -> None:
    rows = [debt("a", 100.0, 100.0, 95), debt("a", 0.0, 50.0, 0, "Current"), debt("a", 0.0, 0.0, 0, "Credit"),
            debt("b", 120.0, 120.0, 40, "31-60"), debt("c", 0.0, 0.0, 0, "Credit")]  # fmt: skip
    wholes = {"receivables": {OCTOBER: 270.0}, "overdue_receivables": {OCTOBER: 220.0}}
    made = records.make(ByHand(wholes=wholes, marts={OWED: rows}).reading, Records(OWED))
    assert made.title == "2 customers owe $270, $220 of it late"
    assert texts(made.html)[1:] == [
        ["B", "Germany", "2", "40", "120", "120"],
        ["A", "Germany", "4", "95", "100", "150"],
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (at_risk({"customers_at_risk": 1.0, "mrr_at_risk": 57.0}, 1), "1 customer at risk, $57 of MRR"),
        (stuck({"open_deals": 1.0, "open_pipeline": 9.0, "stale_deals": 0.0}, 1), "1 open deal, $9; none is stuck"),
        (stuck({"open_deals": 0.0}, 0), "No deal is open"),
        (owed({"receivables": 5.0, "overdue_receivables": 0.0}, 1), "1 customer owes $5, nothing of it late"),
        (owed({}, 1), "Who owes us"),
    ],
)
def test_titles(said: str, expected: str) -> None:
    assert said == expected


def test_every_list_is_ordered_and_told_apart_by_columns_it_reads() -> None:
    for how in LISTS.values():
        assert set(how.sums) | set(how.most) <= {each.column for each in how.fields}
        assert how.figures and how.title({}, 1) and how.key
