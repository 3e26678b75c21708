"""What a payment leaves at Stripe, who takes it back, and what reaches the bank: every cent has a place."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pytest

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.stripe_balance import _business_day, _fee
from pipelines.sandbox.company.times import DAY, at

BEGIN = at(2026, 7, 1)


def held(company: Company, kind: str) -> dict[str, Any]:
    return {key: one.body for (vendor, found, key), one in company.book.objects.items()
            if (vendor, found) == ("stripe", kind)}  # fmt: skip


@pytest.fixture(scope="module")
def entries(company: Company) -> dict[str, Any]:
    return held(company, "balance_transaction")


@pytest.mark.parametrize(
    ("cents", "is_abroad", "currency", "fee"),
    [(10_000, False, "usd", 220), (10_000, True, "usd", 290), (10_000, True, "eur", 330), (1_234, False, "usd", 53)],
    ids=["a card from here", "a card from elsewhere", "and another currency", "rounded to the cent"],
)
def test_the_fee_is_a_share_and_thirty_cents(cents: int, is_abroad: bool, currency: str, fee: int) -> None:
    assert _fee(cents, is_abroad, currency) == fee


@pytest.mark.parametrize(
    ("paid", "available"),
    [(at(2026, 11, 16, 23), at(2026, 11, 18)), (at(2026, 11, 19, 1), at(2026, 11, 23)),
     (at(2026, 11, 21, 9), at(2026, 11, 24)), (at(2026, 11, 20, 9), at(2026, 11, 24))],
    ids=["Monday to Wednesday", "Thursday to Monday", "Saturday as Friday", "Friday to Tuesday"],
)  # fmt: skip
def test_money_is_available_after_two_weekdays(paid: int, available: int) -> None:
    assert _business_day(paid, 2) == available


def test_every_payment_since_july_and_every_refund_left_its_mark(company: Company, entries: dict[str, Any]) -> None:
    marked = {one["source"] for one in entries.values() if one["type"] in ("charge", "refund")}
    assert marked == {one.id for one in company.diary.receipts if one.kind == "refund" or one.at >= BEGIN}
    for charge in held(company, "charge").values():
        found = charge["balance_transaction"]
        assert (found is not None) == (charge["paid"] and charge["created"] >= BEGIN)
        assert found is None or entries[found]["source"] == charge["id"]
    for refund in held(company, "refund").values():
        assert entries[refund["balance_transaction"]]["source"] == refund["id"]


def test_dollars_are_left_as_they_came_and_other_money_at_the_days_rate(
    company: Company, entries: dict[str, Any]
) -> None:
    charges = held(company, "charge")
    currencies: Counter[str] = Counter()
    for one in entries.values():
        assert one["net"] == one["amount"] - one["fee"]
        assert one["currency"] == "usd"
        if one["type"] == "charge":
            charge = charges[one["source"]]
            currencies[charge["currency"]] += 1
            units = 1 if charge["currency"] == "jpy" else 100
            worth = charge["amount"] / units * (one["exchange_rate"] or 1)
            assert abs(one["amount"] / 100 - worth) <= 0.0051
            assert (one["exchange_rate"] is None) == (charge["currency"] == "usd")
    assert min(currencies[name] for name in ("usd", "eur", "gbp", "jpy")) > 0


def test_a_payout_is_the_sum_of_what_it_paid_out_and_nothing_is_paid_out_twice(
    company: Company, entries: dict[str, Any]
) -> None:
    payouts, contents = held(company, "payout"), held(company, "payout_content")
    assert payouts.keys() == contents.keys()
    for key, payout in payouts.items():
        assert payout["amount"] == sum(entries[one]["net"] for one in contents[key]["data"]) > 0
        assert entries[payout["balance_transaction"]]["net"] == -payout["amount"]
    paid_out = Counter(one for content in contents.values() for one in content["data"])
    assert set(paid_out.values()) == {1}
    waiting = [one for key, one in entries.items()
               if key not in paid_out and one["type"] != "payout" and one["created"] >= BEGIN]  # fmt: skip
    balance = sum(one["net"] for one in entries.values() if one["created"] >= BEGIN)
    assert balance == sum(one["net"] for one in waiting)
    assert all(one["available_on"] > company.until - 4 * DAY for one in waiting)


def test_a_payout_that_bounced_came_back_and_went_out_with_a_later_one(
    company: Company, entries: dict[str, Any]
) -> None:
    failed = [one for one in held(company, "payout").values() if one["status"] == "failed"]
    assert [one["failure_code"] for one in failed] == ["could_not_process"]
    back = entries[failed[0]["failure_balance_transaction"]]
    assert (back["type"], back["amount"]) == ("payout_failure", failed[0]["amount"])
    carried = [key for key, one in held(company, "payout_content").items() if back["id"] in one["data"]]
    assert len(carried) == 1
    assert held(company, "payout")[carried[0]]["created"] > back["created"]


def test_a_dispute_takes_its_charge_and_a_fee_and_gives_back_only_what_is_won(
    company: Company, entries: dict[str, Any]
) -> None:
    disputes, charges = held(company, "dispute"), held(company, "charge")
    moved: dict[str, list[int]] = defaultdict(list)
    for one in sorted(entries.values(), key=lambda entry: entry["created"]):
        if one["type"] == "adjustment":
            moved[one["source"]].append(one["net"])
    assert len(disputes) >= 3
    assert moved.keys() == disputes.keys()
    for key, dispute in disputes.items():
        charge = charges[dispute["charge"]]
        assert charge["dispute"] == key
        assert charge["disputed"] is True
        assert dispute["amount"] == charge["amount"]
        assert dispute["created"] > charge["created"]
        assert len(moved[key]) == (2 if dispute["status"] == "won" else 1)
        assert sum(moved[key]) == (-1500 if dispute["status"] == "won" else moved[key][0])
        assert [one["net"] for one in dispute["balance_transactions"]] == moved[key]
    assert {one["status"] for one in disputes.values()} <= {"needs_response", "under_review", "won", "lost"}


def test_credit_notes_add_up_on_their_invoice_and_name_their_refund(company: Company) -> None:
    noted: Counter[str] = Counter()
    refunds = held(company, "refund")
    for note in held(company, "credit_note").values():
        noted[note["invoice"]] += note["amount"]
        assert refunds[note["refund"]]["amount"] == note["amount"]
    assert noted
    for key, invoice in held(company, "invoice").items():
        assert invoice["post_payment_credit_notes_amount"] == noted[key]
        assert noted[key] <= invoice["amount_paid"]


def test_no_event_tells_the_refunds_of_a_charge(company: Company) -> None:
    told = [one for one in company.book.events if one.type.startswith("charge.") and b'"refunds"' in one.raw]
    assert told == []
