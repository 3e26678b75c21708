"""A reading whose figures were written by hand: what a panel asks for is answered from a table, without a warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import pandas as pd

from app.answers import Answer, answered
from app.compile import additivity_of
from app.errors import QuestionError
from app.metrics import Metric, catalogue
from app.status import Status
from app.ui.reading import Reading, as_float

OCTOBER = date(2026, 10, 1)
SEPTEMBER = date(2026, 9, 1)
NOVEMBER = date(2026, 11, 1)
NOBODY = Status(None, None, None, (), (), is_stale=False)
Split = Mapping[str, float | None]


class ByHand:
    """Stands for a Reading of November 2026, whose last closed month is October.

    Attributes:
        splits: (metric, dimension) → month → part → value; a tuple of None and a reason for a value that is missing.
        wholes: metric → month → value without a split; a metric that is not there cannot be asked so.
        marts: mart → its rows; a mart that is not there may not be read.
        asked: the metrics that were asked for without a split.
    """

    closed, running, compare = OCTOBER, NOVEMBER, 1
    where: tuple[tuple[str, str], ...] = ()
    is_past = False
    pages: Mapping[str, str] = {}
    as_of, zone = datetime(2026, 11, 22, 6, tzinfo=UTC), ZoneInfo("UTC")

    def __init__(self, splits: Mapping[tuple[str, str], Mapping[date, Mapping[str, Any]]] | None = None,
                 wholes: Mapping[str, Mapping[date, float | None]] | None = None,
                 marts: Mapping[str, list[dict[str, Any]]] | None = None) -> None:  # fmt: skip
        self.splits, self.wholes, self.marts = splits or {}, wholes or {}, marts or {}
        self.asked: list[str] = []

    def metric(self, name: str) -> Metric:
        return catalogue()[name]

    def answer(self, name: str, months: int, by: tuple[str, ...] = (), *, partial: bool = False) -> Answer:
        known = self.splits[(name, by[0])]
        first = OCTOBER if months == 1 else SEPTEMBER
        rows = []
        for month, parts in sorted(known.items()):
            for part, value in parts.items():
                number, reason = value if isinstance(value, tuple) else (value, None)
                rows += [(month, part, number, reason)] if first <= month <= OCTOBER else []
        columns = ("month", by[0], "value", "reason")
        return answered(rows, columns, "", self.metric(name), additivity_of(self.metric(name), catalogue()), NOBODY)

    def series(self, name: str, months: int, *, partial: bool = False) -> dict[date, float | None]:
        self.asked.append(name)
        if name not in self.wholes:
            raise QuestionError(f"{name} is only known split.")
        last = NOVEMBER if partial else OCTOBER
        return {month: as_float(value) for month, value in self.wholes[name].items() if month <= last}

    def table(self, mart: str, *, where: Mapping[str, Any]) -> pd.DataFrame | None:
        if mart not in self.marts:
            return None
        rows = [row for row in self.marts[mart] if all(row[name] == value for name, value in where.items())]
        return pd.DataFrame(rows, columns=list(self.marts[mart][0]))

    def why_null(self, name: str, month: date) -> str:
        return self.metric(name).why_null

    @property
    def reading(self) -> Reading:
        return cast(Reading, self)


def texts(html: str) -> list[list[str]]:
    """A table's rows as their cells' texts, without what a phone says below them."""
    found = []
    for row in html.split("<tr")[1:]:
        cells = [cell.split(">", 1)[1].split("</t")[0] for cell in row.replace("<th", "<td").split("<td")[1:]]
        found.append([plain(cell.split('<span class="pl-narrow')[0]) for cell in cells])
    return found


def plain(cell: str) -> str:
    """A cell's text without its tags; escaped signs stay escaped."""
    return "".join(piece.split(">", 1)[-1] for piece in cell.split("<"))
