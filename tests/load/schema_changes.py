"""A vendor that changes its objects: a field that is new, one that is gone, and a number that comes as a text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from sqlite3 import Connection
from typing import Any

import orjson

from pipelines.sandbox.company.times import DAY
from pipelines.sandbox.store import open_store
from tests.load.campaign import FEW, Campaign, Outcome
from tests.load.whole_company import WholeCompany

Body = dict[str, Any]
FIELDS = "a new and a missing field"
TYPES = "a number that became a text"
TEXT = "no number any more"
DAYS = 3 * DAY
"""In one the small company may have no ticket."""


@dataclass(frozen=True)
class Change:
    """What a vendor changes in the objects of one kind.

    Attributes:
        kind: as in the sandbox's store.
        gone: a field that vanishes; a path, by dots.
        number: a field that becomes a text.
    """

    kind: str
    gone: str
    number: str


CHANGES: Mapping[str, Change] = {
    "amplitude": Change("event", "os_name", "session_id"),
    "facebook": Change("insight", "reach", "clicks"),
    "google_ads": Change("campaign_day", "metrics.conversionsValue", "metrics.clicks"),
    "hubspot": Change("contact", "properties.website", "properties.associatedcompanyid"),
    "mixpanel": Change("event", "properties.$browser", "properties.time"),
    "salesforce": Change("Opportunity", "Type", "Amount"),
    "sendgrid": Change("mail_day", "metrics.deferred", "metrics.opens"),
    "stripe": Change("charge", "description", "amount"),
    "zendesk": Change("ticket_metric", "assignee_stations", "replies"),
}
"""GA4 answers what it is asked for in the types of its protocol: it has no objects that could change."""


def widen(campaign: Campaign) -> None:
    """Some days in which fields come and go; the next load shows what becomes of the rows."""
    company = campaign.company
    company.live_on(DAYS)
    for vendor, count in _change(company, campaign.at(FIELDS), _widen).items():
        if count:
            campaign.struck(FIELDS, vendor)
    company.ask_taps_anew()


def retype(campaign: Campaign) -> None:
    """Some days in which a number is a text; then all is as it was."""
    company = campaign.company
    vendors = [vendor for vendor in campaign.at(TYPES) if vendor in CHANGES]
    if not vendors:
        return
    company.live_on(DAYS)
    changed = _change(company, vendors, _retype)
    company.ask_taps_anew()
    loaded = company.load(vendors, lanes=FEW, retries=3)
    aside = _set_aside(company)
    for vendor, differences in company.differences().items():
        if changed.get(vendor):
            others = {name: sums for name, sums in differences.items() if name not in aside}
            campaign.found[TYPES, vendor] = Outcome(others, loaded.failed.get(vendor))
    _take_back(company)
    campaign.judge_again(TYPES)


def _set_aside(company: WholeCompany) -> set[str]:
    """The streams of which an incident is open, since they cannot be loaded; as `source.stream`."""
    rows = company.house.rows(
        "select source || '.' || stream as name from portal.drift where kind = 'not_loadable' and resolved_at is null"
    )
    return {str(row["name"]) for row in rows}


def _widen(body: Body, change: Change) -> None:
    place, name = _place(body, change.gone)
    place.pop(name, None)
    place["zz_new"] = "new"


def _retype(body: Body, change: Change) -> None:
    place, name = _place(body, change.number)
    place[name] = TEXT


def _place(body: Body, path: str) -> tuple[Body, str]:
    *parents, name = path.split(".")
    for parent in parents:
        body = body[parent]
    return body, name


def _change(
    company: WholeCompany, vendors: Collection[str], act: Callable[[Body, Change], None]
) -> Mapping[str, int]:
    """Changes all objects of these vendors that changed in the last `DAYS`; how many, by vendor."""
    counts = {}
    since = company.until - DAYS
    with open_store(company.settings) as store:
        for vendor in vendors:
            if (change := CHANGES.get(vendor)) is None:
                continue
            rows = store.execute(
                "select id, cast(body as blob) from object where vendor = ? and kind = ? and updated > ?",
                (vendor, change.kind, since),
            ).fetchall()
            counts[vendor] = len(rows)
            for key, raw in rows:
                body = orjson.loads(raw)
                act(body, change)
                store.execute("update object set body = ? where vendor = ? and kind = ? and id = ?",
                              (orjson.dumps(body), vendor, change.kind, key))  # fmt: skip
        if "stripe" in vendors:
            _change_events(store, since, act)
    return counts


def _change_events(store: Connection, since: int, act: Callable[[Body, Change], None]) -> None:
    change = CHANGES["stripe"]
    for key, raw in store.execute(
        "select id, cast(body as blob) from event where created > ? and type like ?", (since, f"{change.kind}.%")
    ).fetchall():
        event = orjson.loads(raw)
        act(event["data"]["object"], change)
        store.execute("update event set body = ? where id = ?", (orjson.dumps(event), key))


def _take_back(company: WholeCompany) -> None:
    """Every vendor has its objects as they were."""
    company.live_on(0)
    with open_store(company.settings) as store:
        store.execute("delete from event")
    company.live_on(0)
