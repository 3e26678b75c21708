"""What is handed out for a question: rows, the same for drawing, the SQL, and how fresh and sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd

from app.compile import Additivity
from app.metrics import Metric
from app.question import GRAINS
from app.status import BuildFailure, Status

NUMBERS = ("value", "compared", "change", "relative")
NOTHING_KNOWN = "nothing is known of this month"


@dataclass(frozen=True)
class Answer:
    """A figure by period (and dimension), with how fresh and sure it is.

    Attributes:
        rows: (period, *dimensions, value) in order, exact; a value of None is undefined. `columns` names them: of a
            cohort metric the age follows the month, of a comparison three more numbers follow the value.
        frame: the same for drawing: the period as a timestamp, numbers as floats.
        sql: the statement as it can be run by hand.
        promises_kept, promises_broken, promises_warned: names of the promises it rests on.
        build_failed: the newest build, where it failed and the figure is that of the build before.
        reasons: period → why it has no value, where that is known; of several parts the last one's.
        columns: the names of a row's values.
        additivity: over what the values add up.
        row_reasons: for each row why it has no value; None where it has one, or nobody says.
        nothing_known: what to say of a month that has no row.
        receipt: the id of its receipt; None before the first build, or where a program asked and nobody is shown it.
    """

    rows: tuple[tuple[Any, ...], ...]
    frame: pd.DataFrame
    sql: str
    metric: Metric
    data_until: datetime | None
    checked_at: datetime | None
    promises_kept: tuple[str, ...]
    promises_broken: tuple[str, ...]
    promises_warned: tuple[str, ...] = ()
    build_failed: BuildFailure | None = None
    reasons: Mapping[date, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ("month", "value")
    additivity: Additivity | None = None
    row_reasons: tuple[str | None, ...] = ()
    receipt: str | None = None
    nothing_known: str = NOTHING_KNOWN

    def why_null(self, month: date) -> str:
        """Why that month has no value, in words; empty when nobody says.

        The metric's own reason is that of a row without a value; where there is no row, nothing is known.
        """
        if all(row[0] != month for row in self.rows):
            return self.nothing_known
        return self.reasons.get(month) or self.metric.why_null


def answered(
    rows: Sequence[tuple[Any, ...]],
    columns: tuple[str, ...],
    sql: str,
    metric: Metric,
    additivity: Additivity,
    status: Status,
    receipt: str | None = None,
    nothing_known: str = NOTHING_KNOWN,
) -> Answer:
    """The answer of a statement's rows, whose last column is the reason where there is such a column."""
    why: tuple[str | None, ...] = (None,) * len(rows)
    if columns[-1] == "reason":
        why, columns = tuple(row[-1] for row in rows), columns[:-1]
        rows = tuple(row[:-1] for row in rows)
    value = columns.index("value")
    told = [(row[0], reason) for row, reason in zip(rows, why, strict=True) if row[value] is None and reason]
    frame = pd.DataFrame(list(rows), columns=list(columns))
    for name in columns:
        if name in GRAINS:
            frame[name] = pd.to_datetime(frame[name])
        elif name in NUMBERS:
            frame[name] = frame[name].astype("float64")
    return Answer(
        rows=tuple(rows),
        frame=frame,
        sql=sql,
        metric=metric,
        data_until=status.data_until,
        checked_at=status.checked_at,
        promises_kept=status.kept,
        promises_broken=status.broken,
        promises_warned=status.warned,
        build_failed=status.build_failed,
        reasons=dict(told),
        columns=columns,
        additivity=additivity,
        row_reasons=why,
        receipt=receipt,
        nothing_known=nothing_known,
    )
