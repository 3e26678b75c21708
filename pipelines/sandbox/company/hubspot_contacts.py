"""Whom marketing knows, how each came, and how far each got.

Everybody who is a lead in Salesforce is a contact, by the same address; the customers of before are, too, and people
who only wanted the newsletter. One in fifty comes a second time, under an address of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.sandbox.company.campaigns import CAMPAIGNS, Campaign, campaign_of
from pipelines.sandbox.company.crm import is_warm, ruled_at, worked_at
from pipelines.sandbox.company.dice import dice, number_of, share
from pipelines.sandbox.company.market import COUNTRIES, Prospect, pick
from pipelines.sandbox.company.names import domain, person_name
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.times import DAY, HOUR, START, day_of

SITE = "https://www.meridian.example"
BY_CHANNEL = {"Paid Search": "PAID_SEARCH", "Cross-network": "PAID_SEARCH", "Paid Social": "PAID_SOCIAL",
              "Email": "EMAIL_MARKETING", "Display": "OTHER_CAMPAIGNS", "Paid Video": "OTHER_CAMPAIGNS"}  # fmt: skip
WITHOUT_CAMPAIGN = {
    "Web": (("ORGANIC_SEARCH", 0.5), ("DIRECT_TRAFFIC", 0.35), ("SOCIAL_MEDIA", 0.15)),
    "Content": (("ORGANIC_SEARCH", 0.7), ("SOCIAL_MEDIA", 0.3)),
    "Paid Search": (("PAID_SEARCH", 1.0),), "Referral": (("REFERRALS", 1.0),), "Event": (("OFFLINE", 1.0),),
    "Partner": (("REFERRALS", 1.0),), "Outbound": (("OFFLINE", 1.0),),
}  # fmt: skip
DETAILS = {"ORGANIC_SEARCH": ("GOOGLE", "Unknown keywords (SSL)"), "DIRECT_TRAFFIC": ("www.meridian.example/", None),
           "SOCIAL_MEDIA": ("LinkedIn", None), "PAID_SEARCH": ("Unknown", None)}  # fmt: skip
SUBSCRIBERS = 0.42
"""People a day who only want the newsletter, in January 2024 at scale demo."""
NEWSLETTER = next(one for one in CAMPAIGNS if one.utm_campaign == "newsletter")


@dataclass(frozen=True)
class Person:
    """A contact, and what marketing knows of the way it came.

    Attributes:
        key: of its dice.
        kind: `lead`, `customer` (of before, or planted), `subscriber`, or `second` (a lead's other address).
        source, data_1, data_2: HubSpot's original source and its two details.
        campaign: which campaign brought it.
    """

    key: str
    kind: str
    email: str
    given: str
    family: str
    company: str
    domain: str
    country: str
    created: int
    source: str
    data_1: str | None
    data_2: str | None
    campaign: Campaign | None = None
    who: Prospect | None = None

    @property
    def id(self) -> str:
        """HubSpot's ids grow with time; the page after a page begins behind its last id."""
        return f"{(self.created - 1_600_000_000) // 60:07d}{number_of('contact', self.key) % 10**8:08d}"


def people(company: Company) -> list[Person]:
    """Everybody whom marketing knows by the company's instant; an address is one contact, the first one's."""
    found: dict[str, Person] = {}
    for one in _everybody(company):
        known = found.get(one.email)
        if known is None or one.created < known.created:
            found[one.email] = one
    return list(found.values())


def _everybody(company: Company) -> Iterator[Person]:
    for who in company.leads:
        yield _lead(who)
        second = _second(who)
        if second is not None and second.created <= company.until:
            yield second
    for client in company.clients:
        if client.prospect is None and client.known_as == "customer" and not client.first_key:
            site = domain(client.name, 7)
            yield Person(client.key, "customer", f"billing@{site}", "", "", client.name, site, client.country,
                         client.start, "OFFLINE", "INTEGRATION", "Stripe")  # fmt: skip
    for day in range(START, company.until + 1, DAY):
        growth = company.design.lead_growth ** ((day - START) / (1000 * DAY))
        for number in range(int(dice(company.seed, "subscribers", day).poisson(
                SUBSCRIBERS * company.design.size * growth))):  # fmt: skip
            one = _subscriber(company.seed, day, number)
            if one.created <= company.until:
                yield one


def _lead(who: Prospect) -> Person:
    campaign = None if who.is_migrated else campaign_of(who.key, who.source, day_of(who.lead_at))
    source, first, second = _origin(who, campaign)
    return Person(who.key, "customer" if who.is_migrated else "lead", f"contact@{who.domain}", who.given, who.family,
                  who.company, who.domain, who.country, who.lead_at, source, first, second, campaign, who)  # fmt: skip


def _origin(who: Prospect, campaign: Campaign | None) -> tuple[str, str | None, str | None]:
    """HubSpot's original source: it sees the link that brought somebody, where Sales picks from a list."""
    if who.is_migrated:
        return "OFFLINE", "IMPORT", "Customers of before 2024"
    if campaign is not None:
        return BY_CHANNEL[campaign.channel], campaign.utm_campaign, campaign.utm_source
    source = "OFFLINE"
    left = share(who.key, "origin")
    for name, weight in WITHOUT_CAMPAIGN[who.source]:
        left -= weight
        if left < 0:
            source = name
            break
    if source == "OFFLINE":
        return (source, "SALESFORCE", "Lead") if who.source == "Outbound" else (source, "IMPORT", "Event attendees")
    if source == "REFERRALS":
        return source, "partners.meridian.example" if who.source == "Partner" else "reviews.example", None
    return source, *DETAILS[source]


def _second(who: Prospect) -> Person | None:
    """The same person once more by an address of their own, as the registration for a webinar brings them."""
    if who.is_migrated or share(who.key, "second") >= 0.02:
        return None
    created = who.lead_at + int((3 + 110 * share(who.key, "second at")) * DAY)
    name = "".join(letter for letter in f"{who.given}.{who.family}".lower() if letter.isascii() and letter != "'")
    return Person(f"{who.key}/second", "second", f"{name.strip('.') or 'me'}@{who.domain}", who.given, who.family,
                  who.company, who.domain, who.country, created, "EMAIL_MARKETING", "webinar_invitations", "hubspot",
                  None, None)  # fmt: skip


def _subscriber(seed: int, day: int, number: int) -> Person:
    key = f"subscriber/{day_of(day)}/{number}"
    roll = dice(seed, key)
    country = pick(roll, tuple((code, weight) for code, _, weight, _ in COUNTRIES))
    given, family = person_name(roll, country)
    source = pick(roll, (("ORGANIC_SEARCH", 0.45), ("SOCIAL_MEDIA", 0.25), ("DIRECT_TRAFFIC", 0.2), ("REFERRALS", 0.1)))
    first, second = DETAILS.get(source, ("reviews.example", None))
    site = f"mail{int(roll.integers(9))}.example"
    return Person(key, "subscriber", f"reader{number_of(seed, key) % 10**7:07d}@{site}", given, family, "", site,
                  country, day + int((7 + 14 * roll.random()) * HOUR), source, first, second)  # fmt: skip


def is_marketable(one: Person) -> bool:
    """Whether marketing pays HubSpot to write to the contact: all readers, few of the others."""
    chances = {"subscriber": 1.0, "second": 0.3, "customer": 0.05, "lead": 0.03}
    return share(one.key, "marketable") < chances[one.kind]


def stages(one: Person) -> dict[str, int]:
    """When the contact reached each stage of HubSpot's lifecycle, in order, to come ones included."""
    if one.kind in ("subscriber", "second"):
        return {"subscriber": one.created}
    who = one.who
    if who is None or who.is_migrated:
        return {"customer": one.created}
    found = {"lead": one.created}
    opened = who.opened_at
    if opened is not None:
        found["marketingqualifiedlead"] = min(worked_at(who), opened)
        if not who.is_self_serve:
            found["salesqualifiedlead"] = (found["marketingqualifiedlead"] + opened) // 2
        found["opportunity"] = opened
        if who.is_won and who.closed_at is not None:
            found["customer"] = who.closed_at
    elif is_warm(who):
        found["marketingqualifiedlead"] = worked_at(who)
    return found


def lead_status(one: Person, until: int) -> tuple[str | None, int]:
    """HubSpot's lead status, as the sync with Salesforce keeps it, and since when."""
    who = one.who
    if who is None or who.is_migrated:
        return None, one.created
    worked, ruled = worked_at(who), ruled_at(who)
    if who.opened_at is not None and who.opened_at <= until:
        is_lost = who.closed_at is not None and who.closed_at <= until and not who.is_won
        return ("BAD_TIMING", who.closed_at or 0) if is_lost else ("OPEN_DEAL", who.opened_at)
    if who.opened_at is None and ruled <= until:
        return "UNQUALIFIED", ruled
    if worked <= until:
        return ("CONNECTED" if is_warm(who) else "IN_PROGRESS"), worked
    return "NEW", one.created


def first_url(one: Person) -> str | None:
    """The first page of ours that the contact saw."""
    if one.source == "OFFLINE":
        return None
    path = {"Content": "/guides/automation-handbook", "Event": "/webinars"}.get(one.who.source if one.who else "", "/")
    return with_utm(path if one.kind == "lead" else "/webinars" if one.kind == "second" else "/newsletter",
                    one.campaign)  # fmt: skip


def with_utm(path: str, campaign: Campaign | None) -> str:
    """A page's address, with the marks of the campaign whose link led there."""
    if campaign is None:
        return SITE + path
    return (f"{SITE}{path}?utm_source={campaign.utm_source}&utm_medium={campaign.utm_medium}"
            f"&utm_campaign={campaign.utm_campaign}")  # fmt: skip
