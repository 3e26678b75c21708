"""What Mixpanel holds of the product: events and profiles of all but Beacon's people, our own among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipelines.sandbox.company.dice import share, token
from pipelines.sandbox.company.product import STARTED, Happening, Tracked, Use, happenings, people, tracked
from pipelines.sandbox.company.production import User
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.taxonomy import SESSION
from pipelines.sandbox.company.times import DAY, HOUR, stamp

VENDOR = "mixpanel"
BROWSERS = (("Chrome", "Windows"), ("Chrome", "Mac OS X"), ("Safari", "Mac OS X"), ("Edge", "Windows"),
            ("Firefox", "Linux"))  # fmt: skip
AGENT = "Mozilla/5.0 ({os}) {browser}"
PROBE, PROBE_AGENT = "uptime-probe", "MeridianUptime/1.4 (bot; +https://status.meridian.example)"
OUR_DOMAIN = "meridian.example"
HELPERS = 6  # of our support, at scale demo, who look into customers' accounts


def write(company: Company) -> None:
    """Events and profiles up to the company's instant."""
    seen = [one for one in tracked(company) if not one.is_beacon]
    for account in seen:
        for user, colleague in people(company, account):
            _person(company, account, user, happenings(account, user, colleague, company.until))
    _helpers(company, seen)
    for day in range(STARTED, company.until, 2 * DAY):
        properties = {"features": ["dashboards"], "duration_seconds": 3}
        _event(company, PROBE, None, (day + 3 * HOUR, SESSION, properties), PROBE_AGENT, ("Other", "Linux"))


def _person(company: Company, account: Tracked, user: User, made: Iterable[Happening]) -> None:
    who, latest = str(user.id), 0
    device = BROWSERS[int(share(user.habit.key, "browser") * len(BROWSERS))]
    agent = AGENT.format(browser=device[0], os=device[1])
    for happening in made:
        if _event(company, who, account.id, happening, agent, device):
            latest = max(latest, happening[0])
            company.uses.append(Use(VENDOR, account, user, happening, happening[0] + 1))
    if latest:
        _profile(company, who, latest, {
            "$email": user.email, "$name": user.name, "$created": _told(user.created), "account_id": account.id,
            "role": user.role})  # fmt: skip


def _helpers(company: Company, seen: list[Tracked]) -> None:
    """On working days our support looks into one or another of the accounts."""
    for number in range(max(1, round(HELPERS * company.design.size))):
        who, latest = f"staff-{number}", 0
        for day in range(STARTED, company.until, DAY):
            chance = share(company.seed, who, day)
            visited = [one.id for one in seen if one.tenant.created < day] if chance < 0.5 else []
            if (day // DAY + 3) % 7 < 5 and visited:
                properties = {"features": ["dashboards", "search"], "duration_seconds": 240 + int(chance * 2000)}
                happening = (day + 9 * HOUR + int(chance * 14 * HOUR), SESSION, properties)
                account = visited[int(2 * chance * len(visited))]
                if _event(company, who, account, happening, AGENT.format(browser="Chrome", os="Linux"), BROWSERS[0]):
                    latest = happening[0]
        if latest:
            _profile(company, who, latest, {
                "$email": f"support{number}@{OUR_DOMAIN}", "$name": f"Support {number}", "$created": _told(STARTED),
                "role": "staff"})  # fmt: skip


def _event(
    company: Company, who: str, account: int | None, happening: Happening, agent: str, device: tuple[str, str]
) -> bool:
    """Mixpanel has an event within the second after it; True if it has this one already."""
    instant, name, more = happening
    if instant + 1 > company.until:
        return False
    key = token("", 20, VENDOR, who, name, instant)
    milliseconds = instant * 1000 + 100 + ord(key[0]) % 8 * 100
    properties = {
        "time": instant, "distinct_id": who, "$insert_id": key, "$browser": device[0], "$os": device[1],
        "mp_lib": "web",
        "mp_processing_time_ms": milliseconds, "account_id": account, "user_agent": agent, **more,
    }  # fmt: skip
    company.book.hold(VENDOR, "event", key, {"event": name, "properties": properties}, instant, instant + 1)
    return True


def _profile(company: Company, who: str, latest: int, properties: Mapping[str, Any]) -> None:
    body = {"$distinct_id": who, "$properties": {**properties, "$last_seen": _told(latest)}}
    company.book.hold(VENDOR, "profile", who, body, latest, latest + 1)


def _told(instant: int) -> str:
    """As Mixpanel writes times of profiles: UTC, without a zone."""
    return stamp(instant).removesuffix("Z")


def events(company: Company) -> Iterator[tuple[tuple[str], int]]:
    """The key of each event, and when it happened."""
    return _held(company, "event")


def profiles(company: Company) -> Iterator[tuple[tuple[str], int]]:
    """The key of each profile, and when it was last seen."""
    return _held(company, "profile")


def _held(company: Company, kind: str) -> Iterator[tuple[tuple[str], int]]:
    for held in company.book.objects.values():
        if (held.vendor, held.kind) == (VENDOR, kind):
            yield (held.id,), held.created
