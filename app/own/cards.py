"""From a card to the element that every page has, and from what somebody may read to a card."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any

from app.access import Viewer
from app.dashboard import KeptQuery, Lines, Panel, Row, Saved, Tile, Trend, Words
from app.errors import DashboardError, NotPermitted
from app.metrics import catalogue
from app.own.layout import WIDTH, Card, Kind, Layout
from app.reports.choices import missing, wrong
from app.reports.report import TIME, Report, judged
from app.warehouse import Warehouse

GONE = "This figure is certified no more. Take it off the dashboard."
MONTHS = 24


def element_of(card: Card) -> Tile | Panel:
    """What draws a card, on a page as in a file."""
    width = WIDTH[card.size]
    if card.kind == "words":
        return Words(card.name, card.text, width)
    if card.kind == "report":
        return Saved(card.of, width, card.name)
    if card.kind == "query":
        return KeptQuery(card.of, card.name, width)
    if card.of not in catalogue():
        return Words(card.of.replace("_", " "), GONE, width)
    if card.kind == "tile":
        return Tile(card.of)
    is_money = catalogue()[card.of].unit == "usd"
    return Trend(card.of, months=MONTHS, width=width) if is_money else Lines((card.of,), months=MONTHS, width=width)


def name_of(card: Card) -> str:
    """What a card is called."""
    known = catalogue().get(card.of)
    return known.label if known and card.kind in ("tile", "trend") else card.name or card.text[:40] or card.of


def rows_of(layout: Layout) -> tuple[Row, ...]:
    """The rows as a page declares them: tiles and panels never share one."""
    made: list[Row] = []
    for row in layout.rows:
        elements = [element_of(card) for card in row]
        for _, group in groupby(elements, lambda each: isinstance(each, Tile)):
            made.append(tuple(group))  # type: ignore[arg-type]
    return tuple(made)


def figures(layout: Layout) -> tuple[str, ...]:
    """The metrics of its tiles and trends."""
    named = (card.of for card in layout.cards if card.kind in ("tile", "trend") and card.of in catalogue())
    return tuple(dict.fromkeys(named))


@lru_cache(maxsize=512)
def can_be(kind: Kind, metric: str, today: date) -> bool:
    """Whether a figure can stand alone as a tile, or as a line over time: some have a value for each part only."""
    fields: dict[str, Any] = {"kind": "kpi"} if kind == "tile" else {"kind": "line", "rows": [TIME]}
    report: Report = judged({**fields, "values": [metric]})
    return not (wrong(report, today) or missing(report))


def card_for(warehouse: Warehouse, viewer: Viewer, kind: Kind, of: str, today: date) -> tuple[str, str]:
    """What a card of something that somebody may read is of, and its name.

    Raises:
        NotPermitted: it is not there for them.
        DashboardError: it cannot stand on a dashboard so.
    """
    if kind == "report":
        report = warehouse.reports.seen(viewer, of)
        return str(report.thing_id), report.title
    if kind == "query":
        if not warehouse.sql.roles_of(viewer):
            raise NotPermitted("SQL is read by analysts and engineers. Ask for the right.")
        query = warehouse.sql.queries.open(viewer, of)
        return str(query.query_id), query.title
    if of not in warehouse.visible_metrics(viewer):
        raise NotPermitted(f"No figure {of[:60]!r} is there for you. Choose one of the list.")
    if not can_be(kind, of, today):
        raise DashboardError(
            f"“{catalogue()[of].label}” has a value for each of its parts and none alone. Build a report of it, and "
            "put that on the dashboard."
        )
    return of, ""
