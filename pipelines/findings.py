"""Looks for what deserves attention: odd days, missed targets, late sources, broken promises, failed jobs.

One kind that cannot be worked out keeps none of the others back: that it could not be is a finding of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Engine, text

from app.access import OPERATOR
from app.clock import wall
from app.errors import NotBuilt, NotPermitted
from app.metrics import Metric, catalogue
from app.ui import format as f
from app.ui.reading import Reading, read_at
from app.warehouse import Warehouse
from pipelines.alerts import Finding, Severity
from pipelines.job import Run
from pipelines.job_outcome import told
from pipelines.machine_findings import failed_jobs, kept_log, overdue_jobs, quarantined_events
from pipelines.source import MINUTES
from pipelines.sources import all_sources
from pipelines.watchlist import Series, series_named

NEWS_DAYS = 7
ACT_FROM_SCORE = 1.5
ACT_FROM_MISS = 0.05
WEEK = 7
TARGETS = "mart_executive.targets_monthly"


@dataclass(frozen=True)
class Found:
    """What was found, and which kinds could not be worked out, each with the reason."""

    findings: tuple[Finding, ...]
    not_computed: Mapping[str, str]


def find_all(run: Run, engine: Engine, reading: Reading) -> Found:
    """Everything found as of the run, in no order that matters."""
    zone = run.settings.timezone
    looks: Mapping[str, Callable[[], Iterable[Finding]]] = {
        "odd days": lambda: odd_days(engine, run.as_of.astimezone(zone).date()),
        "missed targets": lambda: missed_targets(reading),
        "late sources": lambda: late_sources(engine),
        "broken promises": lambda: broken_promises(engine),
        "failed jobs": lambda: failed_jobs(engine),
        "overdue jobs": lambda: overdue_jobs(engine, zone),
        "quarantined events": lambda: quarantined_events(engine),
        "production's log": lambda: kept_log(run.settings),
    }
    findings: list[Finding] = []
    failed: dict[str, str] = {}
    for what, look in looks.items():
        try:
            for finding in look():
                findings.append(finding)
        except Exception as error:  # a defect in one of them, too: the others must still be told
            failed[what] = told(error).partition("\n")[0]
    return Found((*findings, *(_blind(engine, what, why) for what, why in failed.items())), failed)


def _blind(engine: Engine, what: str, why: str) -> Finding:
    """A kind of finding that could not be worked out; the same until it could."""
    query = text(
        "select max(ended_at) from portal.job_run where step = 'alert' and detail -> 'found' is not null "
        "and not jsonb_exists(coalesce(detail -> 'not_computed', '{}'), :what)"
    )
    with engine.connect() as connection:
        last = connection.scalar(query, {"what": what})
    detail = {"found": why, "expected": "to be looked for in each run", "last_looked_at": last, "owner": "engineer"}
    key = f"finding_failed:{what}:{last.isoformat() if last else 'never'}"
    headline = f"Nobody looks for {what}: it cannot be worked out"
    return Finding("finding_failed", "act", None, None, headline, key, detail)


def reading_of(warehouse: Warehouse, run: Run, viewer: Any = OPERATOR) -> Reading:
    """A person's reading as of the run, or of the newest good build before it; without a person, the operator's, which
    nobody is shown.
    """
    as_of = read_at(run.as_of, warehouse.progress.data_until())
    return Reading(warehouse, viewer, as_of, wall(), run.settings.timezone, with_receipts=viewer is not OPERATOR)


def odd_days(engine: Engine, today: date) -> list[Finding]:
    """Odd days of the last week before the business day."""
    query = text(
        "select distinct on (unique_id, ds) unique_id, ds, value, expected, lo, hi, score, is_anomaly "
        "from workshop.anomaly where ds >= :since and ds < :today order by unique_id, ds, made_at desc"
    )
    since = today - timedelta(days=NEWS_DAYS + WEEK)
    with engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(query, {"since": since, "today": today}).mappings()]
    found = []
    for row in rows:
        series = series_named(row["unique_id"])
        if series is not None and row["is_anomaly"] and row["ds"] >= today - timedelta(days=NEWS_DAYS):
            week = [each for each in rows if each["unique_id"] == row["unique_id"]]
            found.append(_odd_day(series, row, [each for each in week if 0 <= (row["ds"] - each["ds"]).days < WEEK]))
    return found


def _odd_day(series: Series, row: Mapping[str, Any], week: list[dict[str, Any]]) -> Finding:
    value, expected, low, high = (float(row[name]) for name in ("value", "expected", "lo", "hi"))
    is_odd_alone = not low <= value <= high
    headline = odd_headline(series, row["ds"], value, low, high)
    if not is_odd_alone and len(week) == WEEK and series.watched.kind != "level":
        value = sum(float(each["value"]) for each in week)
        expected = sum(float(each["expected"]) for each in week)
        headline = odd_week_headline(series, row["ds"], value, expected)
    is_bad = (value < expected) == (series.better == "up")
    severity: Severity = "act" if is_bad and float(row["score"]) >= ACT_FROM_SCORE else "watch"
    detail = {
        "value": value, "expected": expected, "low": low, "high": high, "score": round(float(row["score"]), 2),
        "unit": series.unit, "is_bad": is_bad, "days": 1 if is_odd_alone else WEEK, "owner": series.owner,
    }  # fmt: skip
    name = series.watched.unique_id
    return Finding("anomaly", severity, name, row["ds"], headline, f"anomaly:{name}:{row['ds']}", detail)


def odd_headline(series: Series, day: date, value: float, low: float, high: float) -> str:
    """Such as "Failed card payments: 41 on 20 Nov, expected 12 to 22"."""
    say = _exact_money if series.watched.kind == "level" else f.money
    said = [say(each) if series.unit == "usd" else f.number(round(each)) for each in (value, low, high)]
    return f"{series.label}: {said[0]} on {f.day(day)}, expected {said[1]} to {said[2]}"


def odd_week_headline(series: Series, day: date, value: float, expected: float) -> str:
    """Such as "Sign-ups: 61 in the week to 20 Nov, expected about 94"."""
    said = [f.money(each) if series.unit == "usd" else f.number(round(each)) for each in (value, expected)]
    return f"{series.label}: {said[0]} in the week to {f.day(day)}, expected about {said[1]}"


def _exact_money(value: float) -> str:
    """A level moves by less than its short form shows: $1,012,345."""
    return f.money(value, 0) if abs(value) < 10_000 else f"{f.MINUS if value < 0 else ''}${f.number(abs(value))}"


def missed_targets(reading: Reading) -> Iterator[Finding]:
    """Targets of the last complete month that its figure does not meet.

    Raises:
        NotBuilt: the targets are not there, or (after all others were looked at) figures that have one.
    """
    if not reading.warehouse.may_read(reading.viewer, TARGETS):
        raise NotBuilt(f"{TARGETS} is not there. Expected the last build to have made it. Run `plumbline run build`.")
    unread: dict[str, str] = {}
    for name, target in sorted(reading.targets().items()):
        metric = catalogue().get(name)
        if metric is None:
            continue
        try:
            value = reading.series(name, 1).get(reading.closed)
        except (NotPermitted, NotBuilt) as error:
            unread[name] = str(error)
            continue
        if value is not None and not metric.is_met(value, target):
            yield _missed(metric, reading.closed, value, target)
    if unread:
        raise NotBuilt(f"The target of {', '.join(unread)} cannot be compared. {next(iter(unread.values()))}")


def _missed(metric: Metric, month: date, value: float, target: float) -> Finding:
    is_far = bool(target) and abs(value - target) / abs(target) >= ACT_FROM_MISS
    detail = {"value": value, "target": target, "unit": metric.unit, "owner": metric.owner}
    key = f"target:{metric.name}:{month}"
    headline = missed_headline(metric, month, value, target)
    return Finding("target_missed", "act" if is_far else "watch", metric.name, month, headline, key, detail)


def missed_headline(metric: Metric, month: date, value: float, target: float) -> str:
    """Such as "Gross MRR churn: 2.74 % in October, target at most 2.50 %"."""
    bound = "at most" if metric.better == "down" else "at least"
    shown, aim = f.figure(value, metric.unit), f.figure(target, metric.unit)
    return f"{metric.label}: {shown} in {f.month_name(month)}, target {bound} {aim}"


def late_sources(engine: Engine) -> list[Finding]:
    """Sources whose last good load is longer ago, by wall time, than the strictest of all metrics allows, or one and a
    half turns where a turn is longer than that. Those that somebody has paused are left out.
    """
    strictest = min((metric.freshness_minutes for metric in catalogue().values()), default=60)
    query = text(
        "select source, max(ended_at) filter (where result = 'ok') as loaded_at, max(started_at) as tried_at "
        "from portal.load_run where stream = '' and source not in (select source from portal.source_pause) "
        "group by source order by source"
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    found = []
    for name, loaded_at, tried_at in rows:
        source = all_sources().get(name)
        allowed = timedelta(minutes=max(strictest, 1.5 * MINUTES[source.cadence] if source else 0))
        if loaded_at is not None and wall() - loaded_at <= allowed:
            continue
        since = f"loaded last on {f.day(loaded_at)} at {f.clock(loaded_at)} UTC" if loaded_at else "never loaded yet"
        headline = f"{source.label if source else name} is late: {since}, so figures that need it wait"
        detail = {"source": name, "loaded_at": loaded_at, "tried_at": tried_at, "owner": "engineer"}
        key = f"stale:{name}:{loaded_at.isoformat() if loaded_at else 'never'}"
        found.append(Finding("stale_source", "held", None, None, headline, key, detail))
    return found


def broken_promises(engine: Engine) -> list[Finding]:
    """Promises that the newest check found broken, each since it broke."""
    query = text(
        "with newest as (select run_id from portal.check_result order by checked_at desc limit 1), "
        "kept as (select dataset, check_name, max(checked_at) as kept_at from portal.check_result "
        "where outcome = 'kept' group by dataset, check_name) "
        "select r.dataset, r.check_name, r.found, r.expected, kept.kept_at, "
        "(select count(distinct p.metric) from portal.metric_promise p where p.dataset = r.dataset "
        "and p.check_name = r.check_name) as metrics from portal.check_result r join newest using (run_id) "
        "left join kept on kept.dataset = r.dataset and kept.check_name = r.check_name "
        "where r.outcome = 'broken' order by r.dataset, r.check_name"
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    found = []
    for dataset, name, seen, expected, kept_at, metrics in rows:
        rests = f"; {metrics} figure{'' if metrics == 1 else 's'} rest on it" if metrics else ""
        headline = f"Promise broken in {dataset}: {name}{rests}"
        detail = {
            "dataset": dataset, "promise": name, "found": seen, "expected": expected, "figures": metrics,
            "kept_at": kept_at, "owner": "engineer",
        }  # fmt: skip
        key = f"broken:{dataset}:{name}:{kept_at.isoformat() if kept_at else 'never'}"
        found.append(Finding("broken_promise", "act" if metrics else "watch", None, None, headline, key, detail))
    return found
