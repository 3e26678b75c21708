"""The timeline in words and as a table: what its page says. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape
from zoneinfo import ZoneInfo

from app.counting import counted
from app.timeline.event import CALLED, Event, Happening
from app.timeline.rows import Version
from app.ui import format as f
from app.ui.event_marks import days, kind_html
from app.ui.tables import Column, table

NOTHING = "Nothing yet. Enter a launch, a price change, an outage: it then stands on every chart over time."
NONE_OF_KIND = "No event of this kind."
EVERYBODY = "everybody"
MOST = 100
FIELDS = {"kind": "kind", "first_day": "first day", "last_day": "last day", "title": "title", "words": "words",
          "roles": "who sees it"}  # fmt: skip


def title(events: Sequence[Event], today: date) -> str:
    """Such as "6 events in a year, the latest on 5 Oct 2026", by those that are not hidden and have begun."""
    begun = [each for each in events if not each.hidden and each.first_day <= today]
    if not begun:
        return "No event has begun yet" if events else "No event yet"
    recent = sum(each.first_day > today - timedelta(days=365) for each in begun)
    latest = max(each.first_day for each in begun)
    return f"{counted(recent, 'event')} in a year, the latest on {f.short_date(latest)}"


def seen_by(event: Event) -> str:
    """Who sees it; of what a source tells, whoever may read what it is made of."""
    if event.source:
        return "who may read it there"
    return ", ".join(role.replace("_", " ") for role in event.roles) or EVERYBODY


def table_html(events: Sequence[Event]) -> str:
    """The events as they come, each with its mark; what is hidden says why."""
    rows = []
    for each in events[:MOST]:
        words = f'<span class="pl-cell-note">{escape(each.words)}</span>' if each.words else ""
        hidden = f'<span class="pl-cell-note pl-stale">Hidden: {escape(each.hidden)}</span>' if each.hidden else ""
        rows.append(
            f'<tr><td>{days(each)}</td><td>{kind_html(each.kind)}</td><td class="pl-prose">{escape(each.title)}{words}'
            f'{hidden}</td><td class="pl-extra">{escape(each.by)}</td>'
            f'<td class="pl-extra">{escape(seen_by(each))}</td></tr>'
        )
    left = len(events) - MOST
    more = f'<p class="pl-more">and {counted(left, "earlier event")}</p>' if left > 0 else ""
    return (
        '<div class="pl-scroll" tabindex="0"><table class="pl-table pl-timeline"><caption>Events, the newest first'
        "</caption><thead><tr><th>Day</th><th>Kind</th><th>Event</th>"
        '<th class="pl-extra">From</th><th class="pl-extra">Seen by</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>{more}"
    )


def label(event: Event) -> str:
    """An event in a list to choose from."""
    return f"{f.short_date(event.first_day)}, {CALLED[event.kind].lower()}: {event.title}"


def versions_html(versions: Sequence[Version], zone: ZoneInfo) -> str:
    """Who changed what, the newest first."""
    rows = []
    for at, each in enumerate(versions):
        before = versions[at + 1].said if at + 1 < len(versions) else None
        what = "taken back" if each.is_taken_back else "entered" if before is None else changed(before, each.said)
        rows.append((str(each.version), what, each.written_by, f.clock_time(each.written_at, zone)))
    columns = (Column("Version"), Column("What", is_prose=True), Column("By"), Column("When"))
    return table(columns, rows, caption="Versions, the newest first")


def changed(before: Happening, now: Happening) -> str:
    """Such as "title, was “Pulse beta”"."""
    parts = []
    for name, words in FIELDS.items():
        was, is_now = getattr(before, name), getattr(now, name)
        if was != is_now:
            old = ", ".join(was) or EVERYBODY if name == "roles" else was
            parts.append(f"{words}, was “{old}”" if old else f"{words} added")
    return "; ".join(parts) or "nothing"
