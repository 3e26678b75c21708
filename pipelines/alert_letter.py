"""The mail about alerts: each with its number, its chart, what was expected, since when, and where to look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.errors import NotBuilt, NotPermitted
from app.settings import Settings
from app.ui import format as f
from app.ui.reading import Reading, as_date, as_float
from pipelines.alerts import Alert
from pipelines.charts import WIDTH, Day, days_picture, months_picture, sign_picture
from pipelines.findings import missed_headline
from pipelines.letters import SIGN, Shown, portal_url, render, things_to_know
from pipelines.mail import Mail, Picture
from pipelines.watchlist import series_named

SHOWN = 5
DAYS_DRAWN = 60
MONTHS_DRAWN = 13
CHART_HEIGHT = 220


@dataclass(frozen=True)
class Item:
    """One alert as a mail shows it."""

    severity: str
    since: str
    headline: str
    facts: tuple[tuple[str, str], ...]
    link: str
    link_words: str
    picture: Shown | None = None


def alert_letter(alerts: Sequence[Alert], reading: Reading, settings: Settings) -> tuple[Mail, list[Alert]] | None:
    """One mail to one person about all that is new to them.

    Args:
        alerts: loudest first.
        reading: as that person, so that a figure they may not see is not in it.
        settings: for links and the time zone.

    Returns:
        The mail and the alerts it tells of; None when none of them may be told to this person.
    """
    told: list[Alert] = []
    items: list[Item] = []
    pictures: list[Picture] = []
    for alert in alerts:
        if len(items) == SHOWN:
            if _may_see(alert, reading):
                told.append(alert)
            continue
        try:
            item, picture = _item(alert, reading, settings)
        except (NotPermitted, NotBuilt):
            continue
        told.append(alert)
        items.append(item)
        pictures.extend([picture] if picture else [])
    if not told:
        return None
    subject = items[0].headline if len(told) == 1 else f"{items[0].headline}, and {len(told) - 1} more"
    today = reading.as_of.astimezone(settings.timezone).date()
    content = {
        "subject": subject,
        "title": things_to_know(len(told)),
        "lead": f"As of {f.long_day(today)}.",
        "items": items,
        "more": len(told) - len(items),
        "foot": [_why(reading)],
        "portal": portal_url(settings),
    }
    text, html = render("alert", content)
    key = ",".join(sorted(str(alert.alert_id) for alert in told))
    shown = (Picture(SIGN.cid, sign_picture()), *pictures)
    return Mail("alert", reading.viewer.email, key, subject, text, html, shown), told


def _may_see(alert: Alert, reading: Reading) -> bool:
    if alert.kind == "anomaly":
        return reading.warehouse.may_read(reading.viewer, "mart_executive.anomalies")
    return alert.kind != "target_missed" or alert.metric in reading.warehouse.visible_metrics(reading.viewer)


def _item(alert: Alert, reading: Reading, settings: Settings) -> tuple[Item, Picture | None]:
    """The alert as this person may see it.

    Raises:
        NotPermitted: its figure is not for them.
        NotBuilt: its figure is not there.
    """
    if alert.kind == "anomaly":
        return _odd_day(alert, reading, settings)
    if alert.kind == "target_missed":
        return _missed_target(alert, reading, settings)
    facts = [
        ("Found", alert.detail.get("found")),
        ("Expected", alert.detail.get("expected")),
        ("Failing since", alert.detail.get("failing_since")),
    ]
    item = Item(
        alert.severity, f"since {f.day(alert.raised_at.astimezone(settings.timezone))}", alert.headline,
        tuple((name, str(value)) for name, value in facts if value), portal_url(settings, "pipelines"),
        "Open Pipelines",
    )  # fmt: skip
    return item, None


def _odd_day(alert: Alert, reading: Reading, settings: Settings) -> tuple[Item, Picture | None]:
    day, name = alert.subject_date, str(alert.metric)
    series = series_named(name)
    if day is None or series is None:
        raise NotBuilt(f"The alert {alert.alert_id} names no day and series that are watched. It is left out.")
    rows = reading.warehouse.read(
        reading.viewer, "mart_executive.anomalies", order_by=("ds",),
        where={"unique_id": name, "ds >=": day - timedelta(days=DAYS_DRAWN - 1), "ds <=": day},
    )  # fmt: skip
    days = [
        Day(as_date(row["ds"]), float(row["value"]), as_float(row["lo"]), as_float(row["hi"]))
        for row in rows.to_dict("records")
    ]
    say = (lambda value: f"{f.MINUS if value < 0 else ''}${f.number(abs(value))}") if series.unit == "usd" else f.number
    number = {key: float(str(alert.detail[key])) for key in ("value", "expected", "low", "high")}
    span = "That day" if alert.detail.get("days") == 1 else "In the week"
    facts = (
        (span, say(number["value"])),
        ("Expected", say(round(number["expected"]))),
        ("19 in 20 days between", f"{say(round(number['low']))} and {say(round(number['high']))}"),
    )
    shown, picture = None, None
    if len(days) > 1 and days[-1].day == day:
        words = f"{series.label} a day, {f.day(days[0].day)} to {f.day(day)}; shaded: where 19 in 20 days were expected"
        shown = Shown(f"chart-{alert.alert_id}", WIDTH, CHART_HEIGHT, f"{alert.headline}. {words}.", words)
        picture = Picture(shown.cid, days_picture(days, series.unit, day))
    link = portal_url(settings, "executive")
    return Item(alert.severity, f"since {f.day(day)}", alert.headline, facts, link, "Open Executive", shown), picture


def _missed_target(alert: Alert, reading: Reading, settings: Settings) -> tuple[Item, Picture | None]:
    """The figure is read anew, as this person: what the mail says is what the portal shows them."""
    metric, month = reading.metric(str(alert.metric)), alert.subject_date or reading.closed
    known = reading.series(metric.name, MONTHS_DRAWN)
    months = [(at, value) for at, value in known.items() if value is not None and at <= month]
    target = float(str(alert.detail["target"]))
    if not months or months[-1][0] != month:
        raise NotBuilt(f"{metric.name} has no value for {month}. Expected one, as an alert is about it.")
    value = months[-1][1]
    facts = (
        (f.month_year(month), str(f.figure(value, metric.unit))),
        ("Target", f"{'at most' if metric.better == 'down' else 'at least'} {f.figure(target, metric.unit)}"),
        ("Difference", f.change(value, target, metric.unit)),
    )
    words = f"{metric.label}, {f.month_year(months[0][0])} to {f.month_year(month)}"
    headline = missed_headline(metric, month, value, target)
    shown = Shown(f"chart-{alert.alert_id}", WIDTH, CHART_HEIGHT, f"{headline}. {words}.", words)
    picture = Picture(shown.cid, months_picture(months, target, metric.unit, met=metric.is_met(value, target)))
    since = _since(metric.name, month, reading)
    link = portal_url(settings, "executive")
    return Item(alert.severity, f"since {f.month_year(since)}", headline, facts, link, "Open Executive", shown), picture


def _since(name: str, month: date, reading: Reading) -> date:
    """The first of the months in a row, up to this one, whose targets were missed."""
    where = {"metric": name, "month <=": month}
    rows = reading.table("mart_executive.targets_monthly", where=where, order_by=("-month",))
    values, metric, first = reading.series(name, MONTHS_DRAWN), reading.metric(name), month
    for row in [] if rows is None else rows.to_dict("records"):
        at, value = as_date(row["month"]), values.get(as_date(row["month"]))
        if value is None or metric.is_met(value, float(row["target"])):
            break
        first = at
    return first


def _why(reading: Reading) -> str:
    roles = f.words([role.replace("_", " ") for role in reading.viewer.roles])
    return f"You get this because of your role: {roles}. Every figure is the certified one."
