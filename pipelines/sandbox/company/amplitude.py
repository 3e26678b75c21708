"""What Amplitude holds: the events of Beacon's people, whose application is partly on phones and sends when it can."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from pipelines.sandbox.company.dice import number_of, share, token
from pipelines.sandbox.company.product import BEACON_STARTED, Happening, Tracked, Use, happenings, people, tracked
from pipelines.sandbox.company.production import User
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.taxonomy import FEATURES, FLOWS, ONBOARDING, SESSION
from pipelines.sandbox.company.times import DAY, HOUR, stamp

VENDOR = "amplitude"
PROJECT = 318_207
OWNER = "petra.novak@meridian.example"
DEVICES = (("iOS", "ios", "Apple iPhone"), ("Android", "android", "Google Pixel"), ("Web", "windows", "Windows"),
           ("Web", "mac os x", "Mac"))  # fmt: skip
OFFLINE = 0.04
"""Share of the events that a phone sends hours or days later."""
READY_AFTER = 2 * HOUR
"""How long after its end an hour of uploads can be exported."""
COHORTS = (("Beacon weekly users", "Used Beacon in the last seven days"),
           ("Beacon push adopters", "Used mobile_push at least twice"))  # fmt: skip


def write(company: Company) -> None:
    """Events up to the company's instant, the list of event types and the saved cohorts."""
    if company.until < BEACON_STARTED:
        return
    for account in tracked(company):
        if account.is_beacon:
            for user, colleague in people(company, account):
                for happening in happenings(account, user, colleague, company.until):
                    _event(company, account, user, happening)
    _event_types(company)
    for number, (name, description) in enumerate(COHORTS):
        _cohort(company, number, name, description)


def _event(company: Company, account: Tracked, user: User, happening: Happening) -> None:
    instant, name, more = happening
    key = number_of(VENDOR, user.id, name, instant)
    chance = share(key)
    uploaded = instant + (int(chance / OFFLINE * 2.5 * DAY) + HOUR if chance < OFFLINE else 1 + int(chance * 40))
    if uploaded > company.until:
        return
    uuid = str(UUID(int=key))
    platform, system, model = DEVICES[int(share(user.habit.key, "device") * len(DEVICES))]
    happened, arrived = _told(instant), _told(uploaded)
    body = {
        "$insert_id": token("", 20, key), "uuid": uuid, "app": PROJECT, "event_id": key % 10**6,
        "event_type": name, "event_time": happened, "client_event_time": happened, "client_upload_time": arrived,
        "server_received_time": arrived, "server_upload_time": arrived, "processed_time": _told(uploaded + 3),
        "user_id": str(user.id), "device_id": token("", 22, "device", user.id), "session_id": instant * 1000,
        "amplitude_id": number_of("amplitude", user.id) % 10**12, "platform": platform, "os_name": system,
        "device_family": model, "country": account.tenant.country, "language": "English",
        "library": "amplitude-ts/2.11",
        "event_properties": dict(more), "groups": {"account": [str(account.id)]}, "group_properties": {},
        "user_properties": {"email": user.email, "role": user.role, "account_id": account.id}, "data": {},
    }  # fmt: skip
    company.book.hold(VENDOR, "event", uuid, body, uploaded, uploaded)
    company.uses.append(Use(VENDOR, account, user, happening, uploaded))


def _told(instant: int) -> str:
    """As Amplitude writes times: UTC, without a zone, to the microsecond."""
    return stamp(instant).replace("T", " ").removesuffix("Z") + ".000000"


def _event_types(company: Company) -> None:
    """The taxonomy as Product keeps it there; entered when the tracker was built in."""
    categories = {SESSION: "Usage"} | dict.fromkeys(ONBOARDING, "Onboarding")
    for flow in FLOWS:
        categories |= dict.fromkeys(flow.steps, next(one.product for one in FEATURES if one.name == flow.feature))
    for name, category in categories.items():
        body = {"event_type": name, "category": {"name": category}, "description": name.replace("_", " ").capitalize(),
                "display_name": name, "is_active": True, "owner": OWNER, "tags": []}  # fmt: skip
        company.book.hold(VENDOR, "event_type", name, body, BEACON_STARTED, BEACON_STARTED)


def _cohort(company: Company, number: int, name: str, description: str) -> None:
    key = token("", 8, VENDOR, "cohort", number).lower()
    created = BEACON_STARTED + (number + 1) * DAY
    if created <= company.until:
        body = {"id": key, "appId": PROJECT, "name": name, "description": description, "published": True,
                "archived": False, "finished": True, "type": "redshift", "size": 40 + 20 * number, "definition": {},
                "owners": [OWNER], "createdAt": created, "lastMod": created,
                "lastComputed": created}  # fmt: skip
        company.book.hold(VENDOR, "cohort", key, body, created, created)


def ready(uploaded: int, now: int) -> bool:
    """Whether an event can be exported: its hour of upload is over, and the time to prepare it, too."""
    return (uploaded // HOUR + 1) * HOUR + READY_AFTER <= now


def events(company: Company) -> Iterator[tuple[tuple[str], int]]:
    """The key of each event that can be exported by now, and when it was uploaded."""
    for held in company.book.objects.values():
        if (held.vendor, held.kind) == (VENDOR, "event") and ready(held.created, company.until):
            yield (held.id,), held.created
