"""The daily mail to executives: six figures with their change, target and trend, and what needs attention."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd

from app.counting import counted
from app.receipts.form import spoken
from app.settings import Settings
from app.ui import format as f
from app.ui.format import Figure
from app.ui.reading import Reading, as_date, month_end, shift
from pipelines.alerts import LOUDEST_FIRST
from pipelines.charts import sign_picture, spark_picture
from pipelines.findings import NEWS_DAYS
from pipelines.letters import SIGN, Shown, data_line, portal_url, render, things_to_know
from pipelines.mail import Mail, Picture

FIGURES = ("arr", "active_customers", "nrr", "gross_mrr_churn", "gross_margin", "cash_runway")
MONTHS = 13
SPARK = (236, 34)
ALERTS_SHOWN = 5


@dataclass(frozen=True)
class Tile:
    """One figure as the mail shows it; every text is ready to print."""

    label: str
    value: Figure | None
    reason: str
    change: str
    meaning: str
    compared_with: str
    target: str
    verdict: str
    age: str
    is_late: bool
    receipt: str
    picture: Shown | None


def report_letter(reading: Reading, settings: Settings) -> Mail:
    """The report for one person.

    Args:
        reading: as that person: every figure is read with their rights.
        settings: for links and the time zone.

    Raises:
        NotPermitted: a figure is not for this person.
        NotBuilt: a figure is not there yet.
    """
    targets = reading.targets()
    drawn = [_tile(name, reading, targets.get(name)) for name in FIGURES]
    alerts, more = _alerts(reading)
    today = reading.as_of.astimezone(settings.timezone).date()
    tiles = [tile for tile, _ in drawn]
    first = tiles[0]
    content = {
        "subject": f"{first.label} {first.value or f.MISSING} in {f.month_name(reading.closed)}: {_verdicts(tiles)}",
        "title": f"Your six figures, {f.day(today)}",
        "lead": f"{f.month_year(reading.closed)}, closed {f.long_day(month_end(reading.closed))}. "
        f"Changes are on {f.month_name(shift(reading.closed, -1))}.",
        "figures": tiles,
        "alerts": alerts,
        "more": more,
        "alerts_title": things_to_know(len(alerts) + more),
        "foot": [
            data_line(reading.warehouse.status(reading.viewer, FIGURES[0]).data_until, settings),
            _promises(reading),
        ],
        "portal": portal_url(settings, "executive"),
    }
    text, html = render("report", content)
    pictures = (Picture(SIGN.cid, sign_picture()), *(picture for _, picture in drawn if picture))
    return Mail("report", reading.viewer.email, today.isoformat(), str(content["subject"]), text, html, pictures)


def _tile(name: str, reading: Reading, target: float | None) -> tuple[Tile, Picture | None]:
    metric = reading.metric(name)
    known = reading.series(name, MONTHS)
    points = [known.get(shift(reading.closed, -back)) for back in range(MONTHS - 1, -1, -1)]
    value, before = points[-1], points[-2]
    change = f.change(value, before, metric.unit) if value is not None and before is not None else ""
    verdict = "" if value is None or target is None else "met" if metric.is_met(value, target) else "missed"
    bound = "at most " if metric.better == "down" else "at least " if metric.unit in ("months", "days", "hours") else ""
    age, is_late = _age(name, reading)
    receipts = reading.receipts.get(name, [])
    shown, picture = None, None
    if sum(point is not None for point in points) > 1:
        words = f"{metric.label}, {counted(len(known), 'month')} to {f.month_year(reading.closed)}"
        shown = Shown(f"trend-{name}", *SPARK, words)
        picture = Picture(shown.cid, spark_picture(points, *SPARK))
    tile = Tile(
        label=metric.label,
        value=None if value is None else f.figure(value, metric.unit),
        reason="" if value is not None else reading.why_null(name, reading.closed) or "not known for this month",
        change=change,
        meaning=_meaning(value, before, metric.better, change),
        compared_with=f.month_name(shift(reading.closed, -1)),
        target="No target set" if target is None else f"Target {bound}{f.figure(target, metric.unit)}",
        verdict=verdict,
        age=age,
        is_late=is_late,
        receipt=spoken(receipts[0]) if receipts else "",
        picture=shown,
    )
    return tile, picture


def _meaning(value: float | None, before: float | None, better: str, printed: str) -> str:
    """gain, loss or still; a change that prints as zero is none."""
    if value is None or before is None or not any(digit in printed for digit in "123456789"):
        return "still"
    return "gain" if (value > before) == (better == "up") else "loss"


def _age(name: str, reading: Reading) -> tuple[str, bool]:
    """When the figure closed; or that its data is late, or that a promise about it is broken."""
    status = reading.warehouse.status(reading.viewer, name)
    closed = f"Closed {f.day(month_end(reading.closed))}"
    if status.broken:
        return f"{closed}; {len(status.broken)} promise{'' if len(status.broken) == 1 else 's'} broken", True
    if status.is_stale:
        seen = f"loaded {f.clock_time(status.loaded_at, reading.zone)}" if status.loaded_at else "never loaded"
        return f"{closed}; late: {seen}", True
    return closed, False


def _verdicts(tiles: list[Tile]) -> str:
    """Such as "4 targets met, 2 missed", for the subject."""
    met, missed = (sum(tile.verdict == word for tile in tiles) for word in ("met", "missed"))
    if not met and not missed:
        return "no targets set"
    return f"{met} target{'' if met == 1 else 's'} met, {missed} missed"


def _alerts(reading: Reading) -> tuple[list[Mapping[str, Any]], int]:
    """The loudest alerts of the last week that nobody has taken on, and how many more there are."""
    since = reading.as_of - timedelta(days=NEWS_DAYS)
    rows = reading.table("mart_executive.alerts", where={"as_of >=": since, "acknowledged_at": None})
    found: list[Mapping[str, Any]] = [] if rows is None else [*_records(rows)]
    found.sort(key=_loudest_first)
    shown: list[Mapping[str, Any]] = [
        {"severity": row["severity"], "headline": row["headline"], "since": _since(row)} for row in found[:ALERTS_SHOWN]
    ]
    return shown, len(found) - len(shown)


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def _loudest_first(row: Mapping[str, Any]) -> tuple[int, int, str]:
    return LOUDEST_FIRST.index(row["severity"]), -as_date(row["subject_date"]).toordinal(), row["headline"]


def _since(row: Mapping[str, Any]) -> str:
    day = as_date(row["subject_date"])
    return f.month_year(day) if row["kind"] == "target_missed" else f.day(day)


def _promises(reading: Reading) -> str:
    """How many of the promises that the six figures rest on are kept."""
    statuses = [reading.warehouse.status(reading.viewer, name) for name in FIGURES]
    kept = {name for status in statuses for name in status.kept}
    rest = {name for status in statuses for name in (*status.broken, *status.warned)}
    if not kept and not rest:
        return "The promises about this data have not been checked yet."
    return f"{len(kept)} of {len(kept | rest)} promises about this data are kept."
