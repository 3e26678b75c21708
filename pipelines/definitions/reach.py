"""Who and what shows, watches, promises or mails a figure whose meaning changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from app.compile import marts_of
from app.connections import Connections
from app.gallery import dashboards
from app.grants import Grants
from app.metrics import Metric
from app.secrets import PORTAL
from pipelines.daily_report import FIGURES
from pipelines.definitions.side_by_side import SideBySide
from pipelines.dictionary.entries import shown_on
from pipelines.rights import BUILDER
from pipelines.watchlist import WATCHED

WATCHED_MART = "kpi_daily"
REPORT_READERS = "executive"
PACKS = text("""
    select p.name, p.month, array_agg(distinct f.metric order by f.metric) as metrics
    from portal.board_pack p join portal.board_figure f using (pack_id)
    where f.metric = any(:metrics) group by p.name, p.month order by p.month, p.name
""")
ALERTS = text("""
    select metric, headline from portal.alert
    where metric = any(:metrics) and acknowledged_at is null order by raised_at desc, headline
""")
SIGNED = text("""
    select distinct metric, department from portal.claim_signature where metric = any(:metrics) order by 1, 2
""")
PEOPLE = text("""
    select role, array_agg(email order by email) as emails
    from portal.person_role join portal.person using (email) where is_active group by role
""")
TARGETS = text("""
    select metric, target from mart_executive.targets_monthly where month = :month and metric = any(:metrics)
""")


@dataclass(frozen=True)
class Target:
    """A target of the last closed month, and whether the figure reaches it on each side; None where there is none."""

    metric: str
    target: Decimal
    stands: bool | None
    would_be: bool | None


@dataclass(frozen=True)
class Reach:
    """Whom and what a change concerns.

    Attributes:
        pages: title → the figures on it; packs: frozen board packs, which never change, with theirs.
        made_of: metric → the metrics that are made of it.
        watched: the daily series that are watched and forecast from what changes; alerts: those open about a figure.
        mailed: the figures in the daily mail; mailed_to: whom it goes to.
        roles: role → the figures it may see; people: role → who holds it.
        signed: `metric department` of signatures that were given for the figure as it stands.
    """

    pages: Mapping[str, tuple[str, ...]]
    made_of: Mapping[str, tuple[str, ...]]
    watched: tuple[str, ...]
    alerts: tuple[str, ...]
    targets: tuple[Target, ...]
    mailed: tuple[str, ...]
    mailed_to: tuple[str, ...]
    packs: Mapping[str, tuple[str, ...]]
    signed: tuple[str, ...]
    roles: Mapping[str, tuple[str, ...]]
    people: Mapping[str, tuple[str, ...]]


def reach_of(
    connections: Connections, metrics: Mapping[str, Metric], compared: Mapping[str, SideBySide],
    models: Iterable[str], closed: date,
) -> Reach:  # fmt: skip
    """Whom and what a change of these metrics concerns.

    Args:
        connections: to the warehouse.
        metrics: all of them, as they would be; those that would be gone as they stand.
        compared: the changed ones on both sides.
        models: the models that would be others.
        closed: the last closed month, whose targets are looked at.

    Returns:
        In every list those first whose figures differ.
    """
    names = sorted(compared, key=lambda name: (not compared[name].differs, name))
    with connections.open(PORTAL) as connection:
        packs = {f"{row.name} ({row.month:%Y-%m})": tuple(row.metrics) for row in _rows(connection, PACKS, names)}
        alerts = tuple(row.headline for row in _rows(connection, ALERTS, names))
        signed = tuple(f"{row.metric} {row.department}" for row in _rows(connection, SIGNED, names))
        people = {row.role: tuple(row.emails) for row in connection.execute(PEOPLE)}
    roles = _roles(Grants(connections), metrics, names)
    mailed = tuple(name for name in FIGURES if name in compared)
    return Reach(
        pages=_pages(names, models), made_of=_made_of(metrics, names),
        watched=tuple(one.label for one in WATCHED) if WATCHED_MART in set(models) else (), alerts=alerts,
        targets=_targets(connections, metrics, compared, closed), mailed=mailed,
        mailed_to=people.get(REPORT_READERS, ()) if mailed else (), packs=packs, signed=signed, roles=roles,
        people={role: people.get(role, ()) for role in roles},
    )  # fmt: skip


def _rows(connection: Connection, query: Any, names: list[str]) -> list[Any]:
    return list(connection.execute(query, {"metrics": names}))


def _pages(names: Iterable[str], models: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Pages by the figures on them, and by the marts that they list rows of."""
    found: dict[str, list[str]] = {}
    shown = shown_on()
    for name in names:
        for title in shown.get(name, ()):
            found.setdefault(title, []).append(name)
    changed = set(models)
    for page in dashboards().values():
        marts = {str(getattr(panel, "mart", "")).partition(".")[2] for panel in page.panels()}
        for mart in sorted(marts & changed - {""}):
            found.setdefault(page.title, []).append(f"rows of {mart}")
    return {title: tuple(what) for title, what in sorted(found.items())}


def _made_of(metrics: Mapping[str, Metric], names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found = {name: tuple(sorted(one for one, metric in metrics.items() if name in metric.bases)) for name in names}
    return {name: others for name, others in found.items() if others}


def _roles(grants: Grants, metrics: Mapping[str, Metric], names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name in names:
        for role in grants.roles_reading(marts_of(metrics[name], metrics)):
            found.setdefault(role, []).append(name)
    return {role: tuple(what) for role, what in found.items()}


def _targets(
    connections: Connections, metrics: Mapping[str, Metric], compared: Mapping[str, SideBySide], closed: date
) -> tuple[Target, ...]:
    month = closed.replace(day=1)
    with connections.open(BUILDER, read_only=True) as connection:
        rows = connection.execute(TARGETS, {"month": month, "metrics": sorted(compared)}).all()
    found = []
    for name, target in sorted(rows):
        last = next((row for row in reversed(compared[name].rows) if row.period == month), None)
        sides = (last.stands, last.would_be) if last else (None, None)
        met = [None if value is None else metrics[name].is_met(float(value), float(target)) for value in sides]
        found.append(Target(name, target, met[0], met[1]))
    return tuple(found)
