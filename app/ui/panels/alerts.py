"""What to know: anomalies, missed targets, late sources, broken promises. The most urgent first."""

from __future__ import annotations

from html import escape
from typing import Any

from app.dashboard import Alerts
from app.ui import format as f
from app.ui import titles
from app.ui.panels.frame import Picture, empty
from app.ui.reading import Reading, as_date, records

URGENCY = {"act": 0, "watch": 1, "held": 2}
QUIET = "No anomaly and no missed target is open."


def rows(reading: Reading) -> list[dict[str, Any]] | None:
    """The open alerts, most urgent first, then newest; None where they cannot be read, which says nothing."""
    found = reading.table("mart_executive.alerts")
    if found is None:
        return None
    return sorted((row for row in records(found) if is_open(row)), key=urgency)


def urgency(row: dict[str, Any]) -> tuple[int, int]:
    return URGENCY.get(str(row["severity"]), len(URGENCY)), -as_date(row["raised_at"]).toordinal()


def is_open(row: dict[str, Any]) -> bool:
    acknowledged = row.get("acknowledged_at")
    return acknowledged is None or acknowledged != acknowledged


def make(reading: Reading, panel: Alerts) -> Picture:
    """Reads and composes the panel."""
    known = rows(reading)
    if known is None:
        return empty("Alerts", "They have not been worked out yet, or your role does not include them.")
    shown = known[: panel.most]
    more = f'<p class="pl-more">{f.number(len(known) - len(shown))} more</p>' if len(known) > len(shown) else ""
    html = "".join(alert_html(row) for row in shown) + more if shown else f'<p class="pl-empty">{QUIET}</p>'
    newest = max((row["raised_at"] for row in known), default=None)
    aged = newest.to_pydatetime() if newest is not None else None
    corner = f.age(aged, reading.now) if aged else ""
    return Picture(titles.alerts(len(known)), "Anomalies and missed targets", corner, html=html, aged=aged)


def alert_html(row: dict[str, Any], *, is_linked: bool = True) -> str:
    """One alert: its urgency as a word, its day, its sentence, and the way to take note of it."""
    severity = str(row["severity"])
    subject = row.get("subject_date")
    moment = as_date(subject if subject is not None and subject == subject else row["raised_at"])
    day = f.month_name(moment) if row["kind"] == "target_missed" else f.day(moment)
    link = f' <a class="pl-note-it" href="/alert/{escape(str(row["alert_id"]))}" target="_self">Acknowledge</a>'
    return (
        f'<div class="pl-alert"><div class="pl-alert-head"><span class="pl-{escape(severity)}">'
        f'{escape(severity.capitalize())}</span><span>{day}</span></div>'
        f'<div>{escape(str(row["headline"]))}{link if is_linked else ""}</div></div>'
    )
