"""Who writes to support: the organisations, the people in them, and how often something is wrong."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import numpy as np
import orjson

from pipelines.sandbox.company.dice import dice, share
from pipelines.sandbox.company.names import domain
from pipelines.sandbox.company.simulation import Client, Company
from pipelines.sandbox.company.times import DAY, HOUR

WEEK = (1.0, 1.0, 0.96, 0.95, 0.8, 0.13, 0.11)
PER_DAY = 0.001
BUSIEST = 9.0
GRACE = 20 * DAY


@dataclass(frozen=True)
class Person:
    """Somebody who writes: `known_from` is when the product first knew them."""

    email: str
    name: str
    known_from: int
    user_id: int | None = None


@dataclass
class House:
    """An organisation at Zendesk: a customer with its people and its mood.

    Attributes:
        key: names it in the dice.
        customer_id: as it is known elsewhere (Stripe, or hand-signed).
        spans: when it was subscribed, the end open while it lasts.
        leaving: when it made up its mind to leave, and when it means to say so.
    """

    key: str
    name: str
    domain: str
    customer_id: str
    start: int
    product: str
    tier: str
    seats: int
    spans: list[tuple[int, int | None]]
    leaving: Sequence[tuple[int, int]] = ()
    people: list[Person] = field(default_factory=list)

    def is_customer(self, at: int, grace: int = 0) -> bool:
        """Whether a subscription runs, or ended no longer ago than `grace`."""
        return any(start <= at and (end is None or at < end + grace) for start, end in self.spans)

    def is_sour(self, at: int) -> bool:
        """Whether it has made up its mind to leave, in the two months before it says so and shortly after."""
        return any(max(made, says - 60 * DAY) <= at <= says + 10 * DAY for made, says in self.leaving)

    def writer(self, roll: np.random.Generator, at: int) -> Person | None:
        """One of its people of that time, the first of them most often."""
        draw = roll.random() ** 1.7
        known = bisect_right([person.known_from for person in self.people], at)
        if not known:
            return None
        return self.people[int(draw * known)] if self.is_customer(at) else self.people[0]


def houses(company: Company) -> Iterator[House]:
    """Every customer but our own teams and second records, with its people."""
    users = _users(company)
    accounts = [held.body for held in company.book.objects.values()
                if (held.vendor, held.kind) == ("production", "accounts")]  # fmt: skip
    by_customer = {account["stripe_customer_id"]: account for account in accounts}
    for client in company.clients:
        if client.known_as == "customer" and not client.first_key and client.desk.deals:
            account = by_customer.get(client.desk.customer)
            yield _house(client, users.get(account["id"], []) if account else [])
    by_id = {str(account["id"]): account for account in accounts}
    for one in company.identities:
        if one.source == "production" and one.kind == "customer":
            account = by_id[one.source_id]
            yield House(
                f"hand/{one.customer_id}", account["name"], domain(account["name"], 7), one.customer_id, one.known_at,
                "Core", "Enterprise", 80, [(one.known_at, None)], (), users.get(account["id"], []))  # fmt: skip


def _house(client: Client, people: list[Person]) -> House:
    who = client.prospect
    terms = client.desk.deals[0].agreement.terms
    return House(
        client.key, client.name, who.domain if who else domain(client.name, 7), client.desk.customer, client.start,
        who.product if who else (terms[0].product if terms else "Core"), who.tier if who else "Team",
        who.seats if who else 6,
        [(deal.body["created"], deal.agreement.ended_at) for deal in client.desk.deals], client.desk.leaving,
        people)  # fmt: skip


def _users(company: Company) -> dict[int, list[Person]]:
    """The product's people by account, in the order of their coming."""
    found: dict[int, list[tuple[int, Person]]] = {}
    for held in company.book.objects.values():
        if (held.vendor, held.kind) == ("production", "users"):
            row: dict[str, Any] = orjson.loads(held.raw)
            person = Person(row["email"], row["full_name"], held.created, row["id"])
            found.setdefault(row["account_id"], []).append((row["id"], person))
    return {account: [person for _, person in sorted(people, key=lambda one: one[0])]
            for account, people in found.items()}  # fmt: skip


def arrivals(seed: int, house: House, until: int) -> Iterator[tuple[int, np.random.Generator]]:
    """When a customer's people write, and the dice of that day: one walk over days, drawn the same however long
    it is looked at, of which only those are kept that the mood and the weekday let through.
    """
    roll = dice(seed, "support", house.key)
    size = float(np.exp(0.8 * roll.standard_normal())) * sqrt(house.seats / 8)
    gap = DAY / (PER_DAY * BUSIEST * size)
    now = house.start - house.start % DAY
    while True:
        now += int(roll.exponential(gap)) + 1
        kept, hour = roll.random(), roll.beta(2.3, 2.6)
        if now - now % DAY > until:
            return
        at = now - now % DAY + int((5.5 + 16 * hour) * HOUR)
        if at <= until and house.is_customer(at, GRACE) and kept * BUSIEST < _mood(house, at):
            yield at, dice(seed, "ticket", house.key, at)


def _mood(house: House, at: int) -> float:
    """How many times as many tickets as in quiet times: much in the first weeks, and before somebody leaves."""
    age = at - house.start
    fresh = 3.2 if age < 30 * DAY else 1.6 if age < 120 * DAY else 1.0
    return min(BUSIEST, WEEK[(at // DAY + 3) % 7] * max(fresh, 6.5 if house.is_sour(at) else 0.0))


def strangers(company: Company) -> Iterator[tuple[int, str, Person]]:
    """Leads who ask before they buy, as (when, the dice's key, who)."""
    for who in company.leads:
        if not who.is_migrated and share(company.seed, who.key, "asks") < 0.012:
            at = who.lead_at + int(5 * DAY * share(company.seed, who.key, "asks at"))
            yield at, f"lead/{who.key}", Person(f"contact@{who.domain}", f"{who.given} {who.family}", who.lead_at)


def changes(house: House) -> Iterator[tuple[int, bool]]:
    """When the organisation's record changed, and whether it had left by then; begins with its making."""
    yield house.start + HOUR + int(6 * HOUR * share("organization", house.key)), False
    for start, _ in house.spans[1:]:
        yield start + HOUR, False
    for _, end in house.spans:
        if end is not None and not house.is_customer(end + DAY):
            yield end + DAY, True

