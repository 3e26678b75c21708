"""What the company sells: products, plans with list prices in four currencies, and coupons."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from pipelines.sandbox.company.dice import token
from pipelines.sandbox.company.times import START

EXPONENT = {"usd": 2, "eur": 2, "gbp": 2, "jpy": 0}
TIERS = ("Starter", "Team", "Business", "Enterprise")

# Dollars per seat and month at list price.
SEAT_PRICE: dict[str, tuple[int, int, int, int]] = {
    "Core": (12, 19, 32, 49),
    "Insights": (9, 16, 27, 42),
    "Automate": (10, 18, 29, 45),
    "Connect": (7, 11, 18, 29),
    "Vault": (6, 10, 15, 24),
    "Beacon": (3, 5, 8, 12),
}
_LOCAL = {"usd": 100, "eur": 95, "gbp": 80, "jpy": 150}  # minor units for one dollar of list price
_MONTHS_PAID = {("month", 1): Fraction(1), ("month", 3): Fraction(3), ("month", 6): Fraction(6),
                ("year", 1): Fraction(10), ("year", 2): Fraction(19), ("year", 3): Fraction(27),
                ("week", 1): Fraction(1, 4), ("week", 2): Fraction(1, 2), ("day", 1): Fraction(1, 28),
                ("day", 10): Fraction(1, 3)}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """A price in Stripe. `amount` is in minor units per unit and interval."""

    id: str
    product: str
    product_id: str
    tier: str
    currency: str
    interval: str
    count: int
    amount: int
    usage: str = "licensed"

    @property
    def per_month(self) -> Fraction:
        """Intervals in a month, exact."""
        return _per_month(self.interval, self.count)


@lru_cache(maxsize=64)
def _per_month(interval: str, count: int) -> Fraction:
    factor = {"year": Fraction(1, 12), "month": Fraction(1), "week": Fraction(52, 12), "day": Fraction(365, 12)}
    return factor[interval] / count


@dataclass(frozen=True)
class Coupon:
    """A coupon in Stripe; exactly one of `percent` and `amount_off` is set."""

    id: str
    name: str
    duration: str
    percent: int | None = None
    amount_off: int | None = None
    currency: str | None = None
    months: int | None = None


COUPONS = {
    coupon.id: coupon
    for coupon in (
        Coupon("PARTNER15", "Partner 15 %", "forever", percent=15),
        Coupon("NONPROFIT40", "Non-profit 40 %", "forever", percent=40),
        Coupon("LOYAL10", "Loyalty 10 %", "forever", percent=10),
        Coupon("LAUNCH25", "Launch 25 % for 6 months", "repeating", percent=25, months=6),
        Coupon("WINBACK50", "Stay 50 % for 3 months", "repeating", percent=50, months=3),
        Coupon("GRANT100", "Free for 4 months", "repeating", percent=100, months=4),
        Coupon("FRIENDS100", "Friends of the house", "forever", percent=100),
        Coupon("HELLO20", "Welcome 20 % once", "once", percent=20),
        Coupon("TENOFF", "10 dollars off", "forever", amount_off=1000, currency="usd"),
        Coupon("BIGOFF", "5,000 dollars off", "forever", amount_off=500000, currency="usd"),
        Coupon("FIFTYOFF6", "50 euros off for 6 months", "repeating", amount_off=5000, currency="eur", months=6),
        Coupon("ONCE30", "30 pounds off once", "once", amount_off=3000, currency="gbp"),
        Coupon("YEN500", "500 yen off", "forever", amount_off=500, currency="jpy"),
    )
}


def product_id(product: str) -> str:
    return token("prod_", 14, product)


def plan(product: str, tier: str, currency: str = "usd", interval: str = "month", count: int = 1) -> Plan:
    """The list price of a tier; `Free` costs nothing, `Usage` is metered."""
    key = (product, tier, currency, interval, count)
    if key not in _PLANS:
        _PLANS[key] = _priced(product, tier, currency, interval, count)
    return _PLANS[key]


_PLANS: dict[tuple[str, str, str, str, int], Plan] = {}


def _priced(product: str, tier: str, currency: str, interval: str, count: int) -> Plan:
    usage = "metered" if tier == "Usage" else "licensed"
    if tier in TIERS:
        dollars = SEAT_PRICE[product][TIERS.index(tier)] * _MONTHS_PAID[(interval, count)]
        amount = max(1, int(dollars * _LOCAL[currency]))
    else:
        amount = 0 if tier == "Free" else max(1, int(Fraction(4, 100) * _LOCAL[currency]))
    plan_id = token("price_1", 23, product, tier, currency, interval, count)
    return Plan(plan_id, product, product_id(product), tier, currency, interval, count, amount, usage)


def created(_: Plan | Coupon | None = None) -> int:
    """Everything in the catalogue was entered an hour before the company's first day."""
    return START - 3600
