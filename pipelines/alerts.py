"""What deserves somebody's attention now, in plain words computed from its numbers, and the record of it.

Each finding has a key that says what it is about: the same oddity, target or outage is raised once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import Engine, text

from app.clock import wall

Kind = Literal[
    "anomaly", "target_missed", "stale_source", "broken_promise", "job_failed", "job_overdue", "event_quarantined",
    "production_log", "finding_failed",
]  # fmt: skip
ABOUT_FIGURES = ("anomaly", "target_missed")
"""The kinds that executives are told of; the others are about our own machinery and go to engineers."""
Severity = Literal["act", "watch", "held"]
LOUDEST_FIRST = ("act", "watch", "held")


@dataclass(frozen=True)
class Finding:
    """Something found, before it is known whether it is news.

    Attributes:
        kind: what it is.
        severity: `act` now, `watch` it, or `held`: figures wait for it.
        metric: the metric or series it is about, if it is about one.
        subject_date: the day or month it is about.
        headline: one sentence.
        detail: the numbers behind the headline.
        key: what it is about, the same each time it is found.
    """

    kind: Kind
    severity: Severity
    metric: str | None
    subject_date: date | None
    headline: str
    key: str
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Alert:
    """A finding that was raised; `mailed_to` says who has had a mail of it."""

    alert_id: UUID
    kind: Kind
    severity: Severity
    metric: str | None
    subject_date: date | None
    headline: str
    detail: Mapping[str, object]
    raised_at: datetime
    mailed_to: tuple[str, ...] = ()


def raise_alerts(engine: Engine, findings: Iterable[Finding], as_of: datetime) -> int:
    """Writes those findings that are news.

    Returns:
        How many were.
    """
    query = text(
        "insert into portal.alert (alert_id, kind, severity, metric, subject_date, headline, detail, raised_at, as_of, "
        "dedup_key) values (:alert_id, :kind, :severity, :metric, :subject_date, :headline, cast(:detail as jsonb), "
        ":raised_at, :as_of, :key) on conflict (dedup_key) do nothing"
    )
    raised = 0
    with engine.begin() as connection:
        for finding in findings:
            row = {
                "alert_id": uuid4(), "kind": finding.kind, "severity": finding.severity, "metric": finding.metric,
                "subject_date": finding.subject_date, "headline": finding.headline,
                "detail": json.dumps(dict(finding.detail), default=str), "raised_at": wall(), "as_of": as_of,
                "key": finding.key,
            }  # fmt: skip
            raised += connection.execute(query, row).rowcount
    return raised


def unmailed(engine: Engine, since: datetime) -> list[Alert]:
    """Alerts raised since a business instant that somebody has still to be told of; loudest and newest first."""
    query = text(
        "select alert_id, kind, severity, metric, subject_date, headline, detail, raised_at from portal.alert "
        "where mailed_at is null and as_of >= :since"
    )
    with engine.connect() as connection:
        rows = connection.execute(query, {"since": since}).mappings().all()
    alerts = [Alert(**row, mailed_to=tuple(row["detail"].get("mailed_to", ()))) for row in rows]
    return sorted(alerts, key=_loudest_first)


def note_mailed(engine: Engine, alerts: Iterable[Alert], recipient: str) -> None:
    """Notes that this person has had a mail of these alerts."""
    query = text(
        "update portal.alert set detail = jsonb_set(detail, '{mailed_to}', "
        "coalesce(detail -> 'mailed_to', '[]'::jsonb) || to_jsonb(cast(:recipient as text))) where alert_id = :alert_id"
    )
    with engine.begin() as connection:
        for alert in alerts:
            connection.execute(query, {"alert_id": alert.alert_id, "recipient": recipient})


def close_mailed(engine: Engine, alerts: Iterable[Alert]) -> None:
    """Notes that everybody concerned has had their mail."""
    query = text("update portal.alert set mailed_at = :now where alert_id = :alert_id and mailed_at is null")
    with engine.begin() as connection:
        for alert in alerts:
            connection.execute(query, {"alert_id": alert.alert_id, "now": wall()})


def _loudest_first(alert: Alert) -> tuple[int, int, str, str]:
    day = alert.subject_date or alert.raised_at.date()
    return (LOUDEST_FIRST.index(alert.severity), -day.toordinal(), alert.headline, str(alert.alert_id))
