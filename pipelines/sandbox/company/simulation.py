"""The whole company, from its first day to an instant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pipelines.sandbox.company import cases_life, cases_price, stripe_bodies
from pipelines.sandbox.company.book import Book
from pipelines.sandbox.company.catalog import COUPONS, TIERS, created, plan
from pipelines.sandbox.company.contracts import Signed
from pipelines.sandbox.company.design import SCALES, Design
from pipelines.sandbox.company.desk import Desk
from pipelines.sandbox.company.dice import dice, share
from pipelines.sandbox.company.history import Agreement, Diary
from pipelines.sandbox.company.life import Life
from pipelines.sandbox.company.market import TAX, Prospect, prospects
from pipelines.sandbox.company.names import domain
from pipelines.sandbox.company.rates import walk
from pipelines.sandbox.company.stage import Part, Stage
from pipelines.sandbox.company.times import DAY, day_of
from pipelines.sandbox.company.truth import Rates

if TYPE_CHECKING:
    from pipelines.sandbox.company.crm_deals import Deal
    from pipelines.sandbox.company.product import Use
    from pipelines.sandbox.company.zendesk import Case


@dataclass(frozen=True)
class Identity:
    """A row of identities.csv; `known_at` is when somebody found out."""

    source: str
    source_id: str
    customer_id: str
    kind: str
    reason: str
    known_at: int


@dataclass(frozen=True)
class Client:
    """One Stripe customer with what the other departments know about it."""

    key: str
    name: str
    country: str
    start: int
    desk: Desk
    prospect: Prospect | None = None
    known_as: str = "customer"
    first_key: str = ""


@dataclass(frozen=True)
class Booking:
    """A deal that Sales won, and what it sold: a part of an agreement, or what was signed by hand.

    `yearly`: exact, in minor units of the currency; of what was signed by hand the whole term.
    """

    opportunity: str
    account: str
    kind: str
    amount: float
    local: float
    currency: str
    yearly: Fraction
    agreement: Agreement | None
    signed: Signed | None


@dataclass
class Company:
    """Everything up to `until`: vendors, diary, the files, who is who, all use of the product, and support's cases.

    `second_accounts`: of each account that Salesforce holds a second time, the Stripe customer it was copied from.
    """

    seed: int
    scale: str
    until: int
    design: Design
    rates: Rates
    book: Book = field(default_factory=Book)
    diary: Diary = field(default_factory=Diary)
    clients: list[Client] = field(default_factory=list)
    leads: list[Prospect] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    second_accounts: dict[str, str] = field(default_factory=dict)
    files: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    uses: list[Use] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)


def simulate_billing(seed: int, scale: str, until: int) -> Company:
    """Everybody who ever had a record at Stripe, living until the instant."""
    company = Company(seed, scale, until, SCALES[scale], walk(seed, day_of(until)))
    _catalogue(company.book)
    for part in [*cases_price.parts(), *cases_life.parts()]:
        if part.start <= until:
            _play(company, part)
    for prospect in prospects(seed, company.design, until):
        company.leads.append(prospect)
        if prospect.is_won and prospect.closed_at is not None and prospect.closed_at <= until:
            _sign(company, prospect, prospect.closed_at)
    for number in range(round(company.design.internal * company.design.size)):
        _staff(company, number)
    return company


def _catalogue(book: Book) -> None:
    account = stripe_bodies.account_body()
    book.put("stripe", "account", account, created(), created())
    for product in ("Core", "Insights", "Automate", "Connect", "Vault", "Beacon"):
        book.put("stripe", "product", stripe_bodies.product_body(product), created(), created())
        for currency in ("usd", "eur", "gbp", "jpy"):
            for tier, interval, count in _tiers():
                one = plan(product, tier, currency, interval, count)
                book.put("stripe", "plan", stripe_bodies.plan_body(one), created(), created())
                book.put("stripe", "price", stripe_bodies.price_body(one), created(), created())
    for coupon in COUPONS.values():
        book.put("stripe", "coupon", stripe_bodies.coupon_body(coupon), created(), created())


def _tiers() -> Iterator[tuple[str, str, int]]:
    intervals = (("month", 1), ("month", 3), ("month", 6), ("year", 1), ("year", 2), ("year", 3), ("week", 1),
                 ("week", 2), ("day", 1), ("day", 10))  # fmt: skip
    for tier in TIERS:
        for interval, count in intervals:
            if tier == "Team" or (interval, count) in intervals[:2] + intervals[3:4]:
                yield tier, interval, count
    yield "Free", "month", 1
    yield "Usage", "month", 1


def _profile(name: str, country: str, mail: str, key: str) -> dict[str, Any]:
    address = {"city": None, "country": country, "line1": None, "line2": None, "postal_code": None, "state": None}
    brand = ("visa", "mastercard", "amex")[int(share("brand", key) * 3)]
    return {"name": name, "email": mail, "address": address, "tax": TAX.get(country, 0), "brand": brand,
            "last4": f"{int(share('last4', key) * 10000):04d}"}  # fmt: skip


def _play(company: Company, part: Part) -> None:
    """A planted customer; its record at Stripe is an hour older than its first subscription."""
    key = f"{company.seed}/part/{part.name}"
    profile = _profile(part.name, part.country, f"billing@{domain(part.name, 7)}", key)
    desk = Desk(company.book, company.diary, key, part.start - 3600, profile, part.currency)
    part.script(Stage(desk, part.start))
    desk.live(company.until)
    first = f"{company.seed}/part/{part.same_as}" if part.same_as else ""
    client = Client(key, part.name, part.country, part.start, desk, None, part.known_as, first)
    company.clients.append(client)
    _identify(company, client, part.case)


def _sign(company: Company, who: Prospect, start: int) -> None:
    key = f"{company.seed}/{who.key}"
    mail = f"billing@{who.domain}"
    desk = Desk(company.book, company.diary, key, start, _profile(who.company, who.country, mail, key), who.currency)
    life = Life(desk, who, dice(company.seed, "life", who.key), company.design)
    desk.later(start, life.begin)
    desk.live(company.until)
    company.clients.append(Client(key, who.company, who.country, start, desk, who))
    again = start + int((60 + 300 * share(key, "again")) * DAY)
    if share(key, "double") < 0.012 and again <= company.until:
        _double(company, who, key, again)


def _double(company: Company, who: Prospect, first: str, start: int) -> None:
    """The same customer once more, under a second record, with something small."""
    key = f"{first}/double"
    name = f"{who.company} (2)"
    desk = Desk(company.book, company.diary, key, start,
                _profile(name, who.country, f"finance@{who.domain}", key), who.currency)  # fmt: skip
    Stage(desk, start + 60).begin((plan("Connect", "Starter", who.currency), 3))
    desk.live(company.until)
    client = Client(key, name, who.country, start, desk, None, "customer", first)
    company.clients.append(client)
    _identify(company, client, "Two records of one customer, found by the same domain")


def _staff(company: Company, number: int) -> None:
    """Our own account in our own product, with a subscription that nobody pays for in earnest."""
    start = int(share(company.seed, "staff", number) * 700 * DAY) + 1704700000
    if start > company.until:
        return
    key, team = f"{company.seed}/staff/{number}", ("QA", "Demo", "Support", "Sales")[number % 4]
    name = f"Meridian Works – {team} {number}"
    profile = _profile(name, "US", f"staff{number}@meridian.example", key)
    desk = Desk(company.book, company.diary, key, start, profile, "usd")
    Stage(desk, start + 60).begin((plan("Core", "Enterprise", "usd", "year"), 24 + 5 * number % 29))
    desk.live(company.until)
    client = Client(key, name, "US", start, desk, None, "internal")
    company.clients.append(client)
    _identify(company, client, "Our own account")


def _identify(company: Company, client: Client, reason: str) -> None:
    """Staff, tests and doubles get a row in the identity file once somebody has found out."""
    found = client.start + 20 * DAY
    first = next((one.desk.customer for one in company.clients if one.key == client.first_key), None)
    if client.known_as == "customer" and first is None:
        return
    company.identities.append(Identity(
        "stripe", client.desk.customer, first or client.desk.customer, client.known_as, reason, found))  # fmt: skip
