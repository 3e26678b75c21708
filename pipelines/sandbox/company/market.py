"""Who comes to the company: one lead after another, each with its whole future in its own dice.

A day decides how many leads come; a lead's dice decide what becomes of it. Nothing depends on how long we look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipelines.sandbox.company.design import Design
from pipelines.sandbox.company.dice import dice
from pipelines.sandbox.company.names import company_name, domain, person_name
from pipelines.sandbox.company.times import ANCHOR, DAY, HOUR, START, day_of

COUNTRIES = (
    ("US", "usd", 0.47, 0), ("GB", "gbp", 0.12, 20), ("DE", "eur", 0.11, 19), ("FR", "eur", 0.06, 20),
    ("NL", "eur", 0.04, 21), ("ES", "eur", 0.03, 21), ("JP", "jpy", 0.05, 10), ("CA", "usd", 0.05, 0),
    ("AU", "usd", 0.03, 0), ("IN", "usd", 0.02, 0), ("BR", "usd", 0.01, 0), ("SG", "usd", 0.01, 0),
)  # fmt: skip
SOURCES = (("Web", 0.3), ("Content", 0.14), ("Paid Search", 0.16), ("Referral", 0.12), ("Event", 0.09),
           ("Partner", 0.08), ("Outbound", 0.11))  # fmt: skip
INDUSTRIES = ("Software", "Retail", "Healthcare", "Manufacturing", "Finance", "Education", "Media", "Logistics")
PRODUCTS = (("Core", 0.5), ("Insights", 0.17), ("Automate", 0.15), ("Connect", 0.09), ("Vault", 0.06),
            ("Beacon", 0.03))  # fmt: skip
TIERS = (("Starter", 0.3), ("Team", 0.4), ("Business", 0.24), ("Enterprise", 0.06))
SEATS = {"Starter": (3, 0.5), "Team": (7, 0.65), "Business": (12, 0.7), "Enterprise": (26, 0.6)}
TAX = {country: tax for country, _, _, tax in COUNTRIES}
OWNERS = 14


@dataclass(frozen=True)
class Prospect:
    """A lead and what becomes of it. Instants in epoch seconds; `won_at` None: never a customer."""

    key: str
    lead_at: int
    company: str
    given: str
    family: str
    domain: str
    country: str
    currency: str
    industry: str
    employees: int
    source: str
    owner: int
    product: str
    tier: str
    seats: int
    interval: str
    count: int
    is_self_serve: bool
    opened_at: int | None
    closed_at: int | None
    is_won: bool
    is_migrated: bool = False


def prospects(seed: int, design: Design, until: int) -> Iterator[Prospect]:
    """All leads up to an instant, those of January 2024 first."""
    for number in range(round(design.base_customers * design.size)):
        roll = dice(seed, "base", number)
        # Not before noon in UTC: in January wherever the books close, never on the last evening of December.
        start = max(START + 12 * HOUR, START + int(roll.random() * 23 * DAY))
        if start <= until:
            yield _person(roll, design, f"base-{number}", start, True)
    for day in range(START, until + 1, DAY):
        roll = dice(seed, "day", day)
        for number in range(int(roll.poisson(expected_leads(design, day)))):
            instant = day + int((7 + 14 * roll.beta(2.2, 2.0)) * HOUR)
            if instant <= until:
                yield _person(dice(seed, "lead", day, number), design, f"{day_of(day)}-{number}", instant, False)


def expected_leads(design: Design, day: int) -> float:
    """Leads of a day: growth, the week and the seasons."""
    date = day_of(day)
    growth: float = design.lead_growth ** ((day - START) / (ANCHOR - START))
    week = (1.25, 1.3, 1.28, 1.2, 1.0, 0.45, 0.52)[date.weekday()]
    season = (1.08, 1.04, 1.05, 1.0, 0.99, 0.96, 0.9, 0.86, 1.06, 1.07, 1.03, 0.74)[date.month - 1]
    return design.leads_per_day * design.size * growth * week * season


def pick(roll: np.random.Generator, table: tuple[tuple[str, float], ...]) -> str:
    """One of a weighted table."""
    left = roll.random() * sum(weight for _, weight in table)
    for name, weight in table:
        left -= weight
        if left < 0:
            return name
    return table[-1][0]


def _person(roll: np.random.Generator, design: Design, key: str, instant: int, migrated: bool) -> Prospect:
    country = pick(roll, tuple((code, weight) for code, _, weight, _ in COUNTRIES))
    currency = next(money for code, money, _, _ in COUNTRIES if code == country)
    company = company_name(roll, country)
    given, family = person_name(roll, country)
    tier = pick(roll, TIERS)
    median, spread = SEATS[tier]
    seats = max(1, round(median * design.seats * float(np.exp(spread * roll.standard_normal()))))
    fate = 1.0 if migrated else roll.random()
    self_serve = fate < 0.165 or (migrated and roll.random() < 0.6)
    interval, count = _interval(roll, self_serve)
    opened, closed, won = _fate(roll, fate, instant, migrated, seats)
    return Prospect(
        key, instant, company, given, family, domain(company, int(roll.integers(10**6))), country, currency,
        INDUSTRIES[roll.integers(len(INDUSTRIES))], max(seats, int(seats * float(np.exp(1.1 + roll.random())))),
        pick(roll, SOURCES), int(roll.integers(OWNERS)), pick(roll, PRODUCTS), tier, seats, interval, count,
        self_serve, opened, closed, won, migrated)  # fmt: skip


def _interval(roll: np.random.Generator, self_serve: bool) -> tuple[str, int]:
    chance = roll.random()
    monthly = 0.46 if self_serve else 0.18
    if chance < monthly:
        return "month", 1
    return ("month", 3) if chance < monthly + 0.03 else ("year", 1)


def _fate(
    roll: np.random.Generator, fate: float, instant: int, migrated: bool, seats: int
) -> tuple[int | None, int | None, bool]:
    """When a deal is opened and closed, and whether it is won."""
    if migrated:
        return instant, instant, True
    if fate < 0.165:
        start = instant + int(roll.exponential(1.5) * HOUR)
        return start, start, True
    if fate < 0.45:
        opened = instant + int((1 + roll.exponential(5)) * DAY)
        length = roll.lognormal(3.4 + 0.12 * min(4.0, np.log(max(seats, 1))), 0.6)
        won = fate < 0.245
        closed = opened + int((length if won else 1.25 * length) * DAY)
        weekend = (0, 0, 0, 0, 0, 2, 1)[day_of(closed).weekday()]
        return opened, closed + weekend * DAY, won
    if fate < 0.475:
        return instant + int((1 + roll.exponential(5)) * DAY), instant + 900 * DAY, False
    return None, None, False
