"""The line under a page's title: the month it speaks of, its promises, what keeps it behind, what is chosen. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from app.dashboard import (
    CommentDesk,
    Dashboard,
    Desk,
    Drill,
    Glossary,
    LiveTiles,
    Measures,
    OwnDashboards,
    Questions,
    ReportDesk,
    SourceDesk,
    SqlDesk,
    Tile,
    TimelineDesk,
)
from app.ui import format as f
from app.ui import titles
from app.ui.chosen import Choice
from app.ui.reading import Reading, month_end, shift
from app.warehouse import Status

LEADS = {
    CommentDesk: titles.COMMENTS_LEAD, Drill: titles.RECORDS_LEAD, Glossary: titles.GLOSSARY_LEAD,
    LiveTiles: titles.LIVE_LEAD, Measures: titles.MEASURES_LEAD, Questions: titles.QUESTIONS_LEAD,
    OwnDashboards: titles.OWN_LEAD, ReportDesk: titles.REPORTS_LEAD, SqlDesk: titles.SQL_LEAD,
    TimelineDesk: titles.TIMELINE_LEAD,
}  # fmt: skip


def statuses(dashboard: Dashboard, reading: Reading) -> tuple[Status, ...]:
    """Those of the page's tiles, as far as they are built and for this reader."""
    names = [element.metric for element in dashboard.panels() if isinstance(element, Tile)]
    return tuple(status for name in names if (status := reading.status(name)) is not None)


def lead(dashboard: Dashboard, reading: Reading, choice: Choice, known: Sequence[Status]) -> str:
    """The line under the title; `known` are the statuses of its tiles."""
    for kind, said in LEADS.items():
        if any(isinstance(element, kind) for element in dashboard.panels()):
            # what keeps Live behind its tiles say themselves, and anew with each look
            times = f" {times_are(reading)}" if kind is LiveTiles else ""
            return f'<p class="pl-lead">{said}{times}</p>'
    has_desk = any(isinstance(element, Desk) for element in dashboard.panels())
    if has_desk and not any(isinstance(element, SourceDesk) for element in dashboard.panels()):
        return f'<p class="pl-lead">{times_are(reading)}</p>'
    if dashboard.section == "Operations":
        return f'<p class="pl-lead">{times_are(reading)}{standing(reading, None)}</p>'
    narrowed = f" <b>Only {escape(choice.said)}.</b>" if choice.said else ""
    lost = f' <span class="pl-stale">{escape(choice.unknown_said)}</span>' if choice.unknown else ""
    closed = f"<b>{f.month_year(reading.closed)}</b>, closed {f.day(month_end(reading.closed))}"
    behind = f"{'' if reading.is_past else standing(reading, reading.unbuilt)}{narrowed}{lost}"
    if not any(isinstance(element, Tile) for element in dashboard.panels()):
        return f'<p class="pl-lead">{closed}.{behind}</p>'
    kept, broken, warned = (len({p for s in known for p in getattr(s, one)}) for one in ("kept", "broken", "warned"))
    on = f" Changes are on {f.month_name(shift(reading.closed, -1))}." if dashboard.layout == "phone" else ""
    return f'<p class="pl-lead">{closed}.{on} {titles.promises(kept, broken, warned)}.{behind}</p>'


def times_are(reading: Reading) -> str:
    """In which time zone the page's times are."""
    return f"Times are {reading.zone.key.replace('_', ' ')}."


def standing(reading: Reading, unbuilt: date | None) -> str:
    """What keeps the page behind, in the colour of what is late; nothing where it is up to date."""
    failed = reading.build_failed_at
    said = titles.standing(unbuilt, f.clock_time(failed, reading.zone) if failed else "")
    return f'<span class="pl-stale">{said}</span>' if said else ""
