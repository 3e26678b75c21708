"""Customers signed by hand: their terms, ramps, renewals, and what Sales wrote down for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from pipelines.sandbox.company.design import Design
from pipelines.sandbox.company.dice import dice, token
from pipelines.sandbox.company.names import company_name
from pipelines.sandbox.company.times import midnight


@dataclass(frozen=True)
class Signed:
    """One signing: one or more terms (a ramp has several), and its total value in whole dollars."""

    customer_id: str
    name: str
    country: str
    signed_at: int
    start: date
    months: int
    terms: tuple[dict[str, Any], ...]
    is_renewal: bool

    @property
    def opened_at(self) -> int:
        """When Sales began to work on it."""
        return self.signed_at - 70 * 86400

    @property
    def value(self) -> int:
        """Total contract value in dollars."""
        total = sum(term["monthly_amount"] * _months(term["start_date"], term["end_date"]) for term in self.terms)
        return int(total)


def _months(start: date, end: date | None) -> int:
    return (end.year - start.year) * 12 + end.month - start.month if end else 12


def month_later(day: date, months: int) -> date:
    """The same day so many months later; the days here are at most 28."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, min(day.day, 28))


def signings(seed: int, design: Design, until: int) -> list[Signed]:
    """Everything begun up to the instant, customer by customer; some of it is not signed yet."""
    made = list(_planted(token("cus_", 14, f"{seed}/part/Double Decker Ltd")))
    for number in range(round(design.contracts * design.size)):
        made += _career(seed, number, design)
    return [one for one in made if one.opened_at <= until]


def _career(seed: int, number: int, design: Design) -> Iterator[Signed]:
    """One customer's first contract and its renewals, with its own dice."""
    roll = dice(seed, "contract", number)
    name = company_name(roll, "US")
    customer = f"MW-{number + 101:04d}"
    amount = 25 * round(float(np.exp(np.log(3300) + 0.5 * roll.standard_normal())) / 25)
    first = date(2024, 1, 1) if roll.random() < 0.3 else month_later(date(2024, 2, 1), int(roll.integers(36)))
    start, is_renewal, sequence = first, False, 1
    while start < date(2035, 1, 1):
        long = roll.random() < design.multi_year
        months = int((24, 36)[roll.integers(2)]) if long else 12
        ramp = 1.25 if long and roll.random() < 0.5 else 1.0
        terms = _terms(number, sequence, customer, start, months, amount, ramp)
        signed = midnight(start) - int(12 + 50 * roll.random()) * 86400 + 15 * 3600
        yield Signed(customer, name, "US", signed, start, months, terms, is_renewal)
        if roll.random() < 0.12:
            return
        start, is_renewal, sequence = month_later(start, months), True, sequence + len(terms)
        amount = 25 * round(amount * (1 + 0.15 * roll.random()) / 25)


def _terms(
    number: int, sequence: int, customer: str, start: date, months: int, amount: int, ramp: float
) -> tuple[dict[str, Any], ...]:
    """Yearly steps of a ramp, or one term."""
    steps = months // 12 if ramp > 1 else 1
    length = months // steps
    return tuple(
        _row(f"CT-{number + 101:04d}-{sequence + step}", customer, month_later(start, step * length),
             month_later(start, (step + 1) * length), round(amount * ramp**step), "Core", "Enterprise", "US")
        for step in range(steps)
    )  # fmt: skip


def _row(
    contract: str, customer: str, start: date, end: date | None, amount: float, product: str, plan: str,
    country: str, currency: str = "usd",
) -> dict[str, Any]:  # fmt: skip
    return {"contract_id": contract, "customer_id": customer, "start_date": start, "end_date": end,
            "monthly_amount": amount, "currency": currency, "product": product, "plan": plan,
            "country": country}  # fmt: skip


def _planted(also_at_stripe: str) -> Iterator[Signed]:
    """The hard ones: a ramp, a free pilot, yen, cents, an open end, not live yet, one who pays by Stripe as well."""
    cases = (
        ("Ramparts & Ramp, Inc.", "US", (
            _row("CT-0001-1", "MW-0001", date(2024, 3, 1), date(2025, 3, 1), 1000, "Core", "Enterprise", "US"),
            _row("CT-0001-2", "MW-0001", date(2025, 3, 1), date(2026, 3, 1), 1500, "Core", "Enterprise", "US"),
            _row("CT-0001-3", "MW-0001", date(2026, 3, 1), date(2027, 3, 1), 2250, "Core", "Enterprise", "US"))),
        ("Pilot Pens \"Free\"", "US", (
            _row("CT-0002-1", "MW-0002", date(2025, 2, 10), date(2025, 8, 10), 0, "Vault", "Enterprise", "US"),
            _row("CT-0002-2", "MW-0002", date(2025, 8, 10), None, 640, "Vault", "Enterprise", "US"))),
        ("東京データ株式会社", "JP", (
            _row("CT-0003-1", "MW-0003", date(2025, 1, 15), date(2026, 1, 15), 98765, "Insights", "Enterprise", "JP",
                 "jpy"),)),
        ("Centime & Fils", "FR", (
            _row("CT-0004-1", "MW-0004", date(2024, 11, 3), date(2026, 11, 3), 333.33, "Core", "Business", "FR",
                 "eur"),)),
        ("Back to the Future plc", "GB", (
            _row("CT-0005-1", "MW-0005", date(2027, 1, 1), date(2029, 1, 1), 900, "Automate", "Enterprise", "GB",
                 "gbp"),)),
        ("Double Decker Ltd", "GB", (
            _row("CT-0006-1", also_at_stripe, date(2025, 11, 1), date(2027, 11, 1), 120, "Automate", "Business", "GB",
                 "gbp"),)),
    )  # fmt: skip
    for name, country, terms in cases:
        start, last = terms[0]["start_date"], terms[-1]["end_date"]
        signed = midnight(min(start, date(2026, 10, 29)) - timedelta(days=21)) + 16 * 3600
        yield Signed(str(terms[0]["customer_id"]), name, country, signed, start,
                     _months(start, last) if last else 24, terms, False)  # fmt: skip
