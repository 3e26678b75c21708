"""Adds up the company's days to a report: one group of rows per combination of dimension values.

Users are counted, not added: a row of a day has users who came for the first time that day, and users who had come that
day in an earlier row. The latter count in a group only where that earlier row does not lie in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.sandbox.company.web import COLUMNS, DEVICES

AT = {name: place for place, name in enumerate(COLUMNS)}
EVENTS = {
    "page_view": "views", "session_start": "sessions", "first_visit": "new", "user_engagement": "engaged",
    "view_pricing": "pricing", "form_start": "forms", "generate_lead": "leads", "sign_up": "signups",
}  # fmt: skip
KEY = {"generate_lead": "leads", "sign_up": "signups"}
OF_EVENT = frozenset({"eventName", "isKeyEvent"})
SUMS = ("sessions", "engaged", "new", "views", "seconds", "leads", "signups")
Values = tuple[str, ...]


@dataclass
class Group:
    """The sums of one row of a report."""

    sums: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SUMS, 0))
    events: int = 0
    users: int = 0

    def metric(self, name: str) -> float:
        """The value of a metric; 0 for one that nothing was measured of."""
        sums, users, sessions = self.sums, self.users, self.sums["sessions"]
        key = sums["leads"] + sums["signups"]
        value: Mapping[str, float] = {
            "sessions": sessions, "engagedSessions": sums["engaged"], "newUsers": sums["new"], "totalUsers": users,
            "activeUsers": users, "screenPageViews": sums["views"], "userEngagementDuration": sums["seconds"],
            "eventCount": self.events, "keyEvents": key, "keyEvents:generate_lead": sums["leads"],
            "keyEvents:sign_up": sums["signups"], "engagementRate": _ratio(sums["engaged"], sessions),
            "bounceRate": _ratio(sessions - sums["engaged"], sessions),
            "eventsPerSession": _ratio(self.events, sessions),
            "averageSessionDuration": _ratio(sums["seconds"], sessions),
            "sessionKeyEventRate": _ratio(key, sessions), "eventCountPerUser": _ratio(self.events, users),
            "sessionsPerUser": _ratio(sessions, users), "screenPageViewsPerSession": _ratio(sums["views"], sessions),
        }  # fmt: skip
        return value.get(name, 0)


def count(day: Mapping[str, Any], dimensions: Sequence[str]) -> dict[Values, Group]:
    """The groups of a report over a day, by the values of its dimensions.

    Args:
        day: body of one of the company's objects `ga4/day`.
        dimensions: names of dimensions.
    """
    found: dict[Values, Group] = {}
    rows = day["rows"]
    keys = [_values(day, row, dimensions) for row in rows]
    for number, row in enumerate(rows):
        for event, times in _events(row, dimensions):
            key = _named(keys[number], dimensions, event)
            _add(found.setdefault(key, Group()), row, event, times, keys[row[AT["first"]]] == keys[number])
    return found


def _add(group: Group, row: Sequence[int], event: str, times: int, met_before: bool) -> None:
    """One row of a day into a group: of one event, or of all of them (no event)."""
    people = row[AT["users"]] + (0 if met_before else row[AT["again"]])
    group.events += times
    group.users += people if event in ("", "page_view", "session_start") else min(times, row[AT["sessions"]])
    for name in SUMS:
        if not event or name not in ("leads", "signups") or KEY.get(event) == name:
            group.sums[name] += row[AT[name]]


def _events(row: Sequence[int], dimensions: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The events of a row, each with how often it happened; all together where nobody asks which."""
    counted = [(event, row[AT[column]]) for event, column in EVENTS.items() if row[AT[column]]]
    if OF_EVENT.intersection(dimensions):
        yield from counted
    else:
        yield "", sum(times for _, times in counted)


def _named(values: Values, dimensions: Sequence[str], event: str) -> Values:
    if not event:
        return values
    own = {"eventName": event, "isKeyEvent": "true" if event in KEY else "false"}
    return tuple(own.get(name, value) for name, value in zip(dimensions, values, strict=True))


def _values(day: Mapping[str, Any], row: Sequence[int], dimensions: Sequence[str]) -> Values:
    """The values of all dimensions in a row but those of single events."""
    source, medium, campaign, channel = day["origins"][row[AT["origin"]]]
    code, country = day["countries"][row[AT["country"]]]
    page, plain = day["pages"][row[AT["page"]]], day["date"].replace("-", "")
    known = {
        "date": plain, "year": plain[:4], "month": plain[4:6], "yearMonth": plain[:6], "sessionSource": source,
        "sessionMedium": medium, "sessionCampaignName": campaign, "sessionDefaultChannelGroup": channel,
        "sessionSourceMedium": f"{source} / {medium}", "source": source, "campaignName": campaign,
        "defaultChannelGroup": channel, "landingPage": page, "pagePath": page, "platform": "web",
        "deviceCategory": DEVICES[row[AT["device"]]], "country": country, "countryId": code,
    }  # fmt: skip
    return tuple(known.get(name, "(not set)") for name in dimensions)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
