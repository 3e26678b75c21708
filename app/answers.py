"""A certified figure as it is handed out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd

from app.metrics import Metric
from app.status import BuildFailure


@dataclass(frozen=True)
class Answer:
    """A figure by month (and dimension), with how fresh and sure it is.

    Attributes:
        rows: (month, *dimensions, value) in order, exact; a value of None is undefined.
        frame: the same for drawing: month as a timestamp, value as a float.
        sql: the statement as it can be run by hand.
        promises_kept, promises_broken, promises_warned: names of the promises it rests on.
        build_failed: the newest build, where it failed and the figure is that of the build before.
        reasons: month → why it has no value, where the mart says so.
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
    receipt: str | None = None

    def why_null(self, month: date) -> str:
        """Why that month has no value, in words; empty when nobody says."""
        return self.reasons.get(month) or self.metric.why_null
