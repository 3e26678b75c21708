"""The product's own database: accounts, the people who use it, orders and transactions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import sqrt

from pipelines.sandbox.company.contracts import Signed, signings
from pipelines.sandbox.company.crm import left_at
from pipelines.sandbox.company.dice import dice, share
from pipelines.sandbox.company.history import Agreement
from pipelines.sandbox.company.names import domain, person_name
from pipelines.sandbox.company.simulation import Client, Company, Identity
from pipelines.sandbox.company.times import DAY, HOUR, stamp
from pipelines.sandbox.company.visits import FOREVER, Fade, Habit, Span, last_seen, merged

ROLES = ("admin", "member", "member", "viewer", "billing")
FADES = 75 * DAY
"""For how long people come less and less before they say that they leave."""
DOZES = 40 * DAY
"""For how long an account falls asleep."""


@dataclass
class Tenant:
    """An account of the product, whoever pays for it.

    `quiet_from`: nobody logs in any more; `returned`: when the latest subscription began; `spans` and `fades`: as in
    `visits.Habit`; `product`: what they came for; `is_ours`: our own people, flagged or not.
    """

    key: str
    name: str
    country: str
    plan: str
    created: int
    seats: int
    mail: str
    stripe: str | None = None
    is_internal: bool = False
    quiet_from: int | None = None
    deleted: int | None = None
    changed: int = 0
    returned: int = 0
    currency: str = "usd"
    agreements: list[Agreement] = field(default_factory=list)
    spans: tuple[Span, ...] = ((0, FOREVER),)
    fades: tuple[Fade, ...] = ()
    product: str = "Core"
    is_ours: bool = False


@dataclass(frozen=True)
class User:
    """Somebody with a login, as far as their account's dice decide it."""

    id: int
    name: str
    email: str
    role: str
    created: int
    habit: Habit


def accounts(company: Company) -> list[tuple[int, Tenant]]:
    """All accounts with their ids, as `write` entered them."""
    signed = [one for one in signings(company.seed, company.design, company.until) if one.signed_at <= company.until]
    return list(enumerate(tenants(company, signed), start=1))


def tenants(company: Company, signed: Iterable[Signed]) -> list[Tenant]:
    """All accounts in the order of their creation, which is the order of their ids."""
    made = [_client(company, client) for client in company.clients]
    for who in company.leads:
        if not who.is_won and share(company.seed, who.key, "tried") < company.design.trials_only * 1.5:
            stays = int((3 + 500 * share(who.key, "stays") ** 3) * DAY)
            gone = who.lead_at + stays + 40 * DAY if share(who.key, "deletes") < 0.3 else None
            made.append(Tenant(who.key, who.company, who.country, "Trial", who.lead_at + 600, 2, who.domain,
                               quiet_from=who.lead_at + stays, deleted=gone, spans=((0, who.lead_at + stays),),
                               product=who.product))  # fmt: skip
    hands = {one.customer_id: one for one in reversed(list(signed)) if one.signed_at <= company.until}
    for one in hands.values():
        made.append(Tenant(f"hand/{one.customer_id}", one.name, one.country, "Enterprise", one.signed_at + DAY, 80,
                           domain(one.name, 7), product=one.terms[0]["product"]))  # fmt: skip
    return sorted((one for one in made if one.created <= company.until), key=lambda one: (one.created, one.key))


def _client(company: Company, client: Client) -> Tenant:
    deals = client.desk.deals
    items = [item for deal in deals[-1:] for item in deal.items[:1]]
    quiet, asleep = left_at(client), FOREVER
    fades = [(max(decided, says - FADES), says, says + 240 * DAY) for decided, says in client.desk.leaving]
    if share(company.seed, client.key, "dormant") < company.design.dormant:
        asleep = client.start + int((30 + 200 * share(client.key, "asleep")) * DAY)
        quiet = asleep if quiet is None else min(quiet, asleep)
        fades.append((asleep - DOZES, asleep, asleep))
    plan = items[0].plan.tier if items else "Trial"
    seats = client.prospect.seats if client.prospect else 6
    internal = client.known_as == "internal" and share(client.key, "flagged") < 0.6
    left = left_at(client)
    deleted = left + 90 * DAY if left is not None and share(client.key, "erased") < 0.35 else None
    return Tenant(
        client.key, client.name, client.country, plan, client.desk.body["created"] + 30, seats,
        client.prospect.domain if client.prospect else domain(client.name, 7), client.desk.customer, internal,
        quiet, deleted, max((deal.changed_at for deal in deals), default=client.start),
        max((deal.body["created"] for deal in deals), default=client.start), client.desk.currency,
        [deal.agreement for deal in deals], _open(client, asleep), tuple(fades),
        client.prospect.product if client.prospect else "Core", client.known_as == "internal")  # fmt: skip


def _open(client: Client, asleep: int) -> tuple[Span, ...]:
    """When the account's people may log in: from the record on, but for the time after an end and before a return."""
    spans = [(deal.body["created"], deal.agreement.ended_at or FOREVER) for deal in client.desk.deals]
    first = min(spans, default=(0, FOREVER))
    return merged(iter([(0, first[1]), *spans]), asleep)


def write(company: Company, signed: Iterable[Signed]) -> None:
    """Accounts, users, orders and transactions up to the company's instant."""
    for number, tenant in enumerate(tenants(company, signed), start=1):
        _account(company, number, tenant)
        _users(company, number, tenant)
        _orders(company, number, tenant)


def _account(company: Company, number: int, tenant: Tenant) -> None:
    until = company.until
    deleted = tenant.deleted if tenant.deleted is not None and tenant.deleted <= until else None
    changed = max(tenant.created, deleted or 0, tenant.changed)
    row = {"id": number, "name": tenant.name, "plan": tenant.plan, "country": tenant.country,
           "stripe_customer_id": tenant.stripe, "is_internal": tenant.is_internal,
           "created_at": stamp(tenant.created), "updated_at": stamp(changed),
           "deleted_at": stamp(deleted) if deleted is not None else None}  # fmt: skip
    company.book.put("production", "accounts", row, tenant.created, changed)
    if tenant.key.startswith("hand/"):
        company.identities.append(Identity("production", str(number), tenant.key.removeprefix("hand/"), "customer",
                                           "Signed by hand, not in Stripe", tenant.created))  # fmt: skip


def users(company: Company, account: int, tenant: Tenant) -> Iterator[User]:
    """The people of an account, the first of them from its first minutes; ids are the account's and a number."""
    last = min(company.until, tenant.quiet_from or company.until)
    for number, user in enumerate(planned(company, account, tenant)):
        if user.created <= (company.until if number == 0 else last):
            yield user


def planned(company: Company, account: int, tenant: Tenant) -> Iterator[User]:
    """All who are or will be its people, if it stays."""
    roll = dice(company.seed, "users", tenant.key)
    created = tenant.created + 60
    for number in range(1 + round(1.25 * sqrt(tenant.seats))):
        given, family = person_name(roll, tenant.country)
        # The first one sees to it that each account is looked into; how often differs.
        pace = 1.05 + 4 * share(tenant.key, "pace") ** 1.5 if number == 0 else float(roll.lognormal(0.9, 0.9))
        phase, wait = roll.random(), int(roll.exponential(25) * DAY)
        habit = Habit(f"{company.seed}/{tenant.key}/{number}", tenant.country, created, pace, phase, tenant.spans,
                      tenant.fades)  # fmt: skip
        yield User(account * 1000 + number, f"{given} {family}", f"user{number}@{tenant.mail}",
                   ROLES[min(number, 4)], created, habit)  # fmt: skip
        created += wait + HOUR


def _users(company: Company, account: int, tenant: Tenant) -> None:
    for user in users(company, account, tenant):
        seen = last_seen(user.habit, company.until)
        changed = max(user.created, seen or 0, tenant.returned)
        row = {"id": user.id, "account_id": account, "email": user.email, "full_name": user.name, "role": user.role,
               "created_at": stamp(user.created), "last_seen_at": stamp(seen) if seen else None,
               "updated_at": stamp(changed)}  # fmt: skip
        company.book.put("production", "users", row, user.created, changed)


def _orders(company: Company, account: int, tenant: Tenant) -> None:
    """One order for each agreed change, and credits bought now and then."""
    for turn, agreement in enumerate(tenant.agreements):
        before: dict[str, Fraction | None] = {}
        for number, term in enumerate(agreement.terms):
            if term.gross is not None and term.gross != before.get(term.item):
                kind = "change" if term.item in before else "subscription"
                order = _order_id(account, turn, 2 * number)
                _order(company, order, term.start, account, kind, 1, int(term.gross), tenant.currency)
            before[term.item] = term.gross
    roll = dice(company.seed, "credits", tenant.key)
    now, number = tenant.created + int(roll.exponential(200) * DAY), 0
    while now <= min(company.until, tenant.quiet_from or company.until):
        packs = int(roll.integers(1, 6))
        price = 1500 if tenant.currency == "jpy" else 1000
        order = _order_id(account, 0, 2 * number + 1)
        _order(company, order, now, account, "credits", packs, packs * price, tenant.currency)
        now, number = now + int((5 + roll.exponential(260)) * DAY), number + 1


def _order_id(account: int, subscription: int, number: int) -> int:
    """Room for 10 subscriptions of an account and 500 orders in each: what comes later never moves an id."""
    return account * 10_000 + subscription % 10 * 1_000 + number % 1_000


def _order(
    company: Company, order: int, created: int, account: int, kind: str, quantity: int, amount: int, currency: str
) -> None:
    row = {"id": order, "account_id": account, "kind": kind, "quantity": quantity, "amount_minor": amount,
           "currency": currency, "created_at": stamp(created), "updated_at": stamp(created)}  # fmt: skip
    company.book.put("production", "orders", row, created, created)
    paid = created + int(20 + 600 * share("settles", order))
    if paid <= company.until:
        status = "failed" if share("status", order) < 0.02 else "settled"
        transaction = {"id": order, "order_id": order, "account_id": account, "amount_minor": amount,
                       "currency": currency, "status": status, "created_at": stamp(paid),
                       "updated_at": stamp(paid)}  # fmt: skip
        company.book.put("production", "transactions", transaction, paid, paid)
