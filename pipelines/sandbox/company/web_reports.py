"""What the reports on the web site must come to, counted from the company's own days by one loop for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.web import COLUMNS, DEVICES

Visit = Mapping[str, int]
Split = Callable[[Mapping[str, Any], Visit], Sequence[tuple[tuple[str, ...], int]]]
"""The groups of a report that a row of a day belongs to, and what it adds to each."""

Report = Callable[[Company], Iterator[tuple[tuple[str, ...], int]]]
"""The rows of a report: day and values of the other dimensions, and sessions; of `events` the number of events."""

EVENTS = (("page_view", "views"), ("session_start", "sessions"), ("first_visit", "new"), ("user_engagement", "engaged"),
          ("view_pricing", "pricing"), ("form_start", "forms"), ("generate_lead", "leads"),
          ("sign_up", "signups"))  # fmt: skip


def _by_origin(day: Mapping[str, Any], visit: Visit) -> Sequence[tuple[tuple[str, ...], int]]:
    source, medium, campaign, channel = day["origins"][visit["origin"]]
    return [((channel, source, medium, campaign), visit["sessions"])]


def _by_page(day: Mapping[str, Any], visit: Visit) -> Sequence[tuple[tuple[str, ...], int]]:
    return [((day["pages"][visit["page"]],), visit["sessions"])]


def _by_device(_: Mapping[str, Any], visit: Visit) -> Sequence[tuple[tuple[str, ...], int]]:
    return [((DEVICES[visit["device"]],), visit["sessions"])]


def _by_country(day: Mapping[str, Any], visit: Visit) -> Sequence[tuple[tuple[str, ...], int]]:
    return [((day["countries"][visit["country"]][1],), visit["sessions"])]


def _by_event(_: Mapping[str, Any], visit: Visit) -> Sequence[tuple[tuple[str, ...], int]]:
    return [((event,), visit[column]) for event, column in EVENTS if visit[column]]


def _report(split: Split) -> Report:
    def rows(company: Company) -> Iterator[tuple[tuple[str, ...], int]]:
        for held in company.book.objects.values():
            if (held.vendor, held.kind) != ("ga4", "day"):
                continue
            day = held.body
            found: dict[tuple[str, ...], int] = {}
            for values in day["rows"]:
                for group, count in split(day, dict(zip(COLUMNS, values, strict=True))):
                    found[group] = found.get(group, 0) + count
            yield from (((day["date"], *group), count) for group, count in found.items())

    return rows


REPORTS: Mapping[str, Report] = {
    "traffic": _report(_by_origin),
    "landing_pages": _report(_by_page),
    "events": _report(_by_event),
    "devices": _report(_by_device),
    "countries": _report(_by_country),
}
"""By the name of the stream."""
