"""Ways from a figure to its records and onto a dashboard of one's own: each only for whom it leads somewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from urllib.parse import urlencode

from app.made_of import dimensions_of
from app.metrics import catalogue
from app.ui.dimension_words import Where
from app.ui.reading import Reading
from app.ui.tables import way

RECORDS = "records"
"""The page's address."""
DASHBOARDS = "my-dashboards"
"""The address of the page with dashboards of one's own."""


def way_to(reading: Reading, metric: str, month: date, parts: Where = ()) -> str:
    """The address of the records behind a figure, as the page has narrowed it; nothing where it leads nowhere.

    Args:
        reading: whose page, with its filters.
        metric: the figure's.
        month: the first day of its month.
        parts: (dimension, value) pairs of the part that the figure is of; they take the place of the page's filters of
            the same dimension.
    """
    if RECORDS not in reading.pages or not reading.warehouse.drill.leads_to(reading.viewer, metric):
        return ""
    known = dimensions_of(reading.metric(metric), catalogue())
    if any(dimension not in known or not value for dimension, value in parts):
        return ""
    own = {dimension for dimension, _ in parts}
    kept = [pair for pair in reading.narrowed(metric) if pair[0] not in own]
    return address(metric, month, (*kept, *parts), page=reading.page)


def way_to_dashboard(reading: Reading, kind: str, of: str) -> str:
    """HTML that leads to the form which puts something on a dashboard of one's own; nothing where it leads nowhere.

    Args:
        reading: whose page.
        kind: metric, report or query.
        of: the metric's name, or the id.
    """
    asked = urlencode({"put": f"{kind}:{of}"})
    return way("Put it on a dashboard", f"/{DASHBOARDS}?{asked}") if DASHBOARDS in reading.pages else ""


def address(metric: str, month: date, where: Sequence[tuple[str, str]] = (), *, at: int = 1, page: str = "") -> str:
    """The address of a figure's records: `/records?metric=net_mrr&month=2026-10&product=Core`.

    Args:
        metric: its name.
        month: the first day of the month.
        where: (dimension, value) pairs.
        at: which page of the records.
        page: the address of the page that leads there, for the way back.
    """
    pairs = [("metric", metric), ("month", f"{month:%Y-%m}"), *where]
    pairs += [("page", str(at))] if at > 1 else []
    pairs += [("from", page)] if page and not page.startswith(RECORDS) else []
    return f"/{RECORDS}?{urlencode(pairs)}"
