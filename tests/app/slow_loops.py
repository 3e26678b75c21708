"""What the marts full of traps hold, reckoned by slow obvious loops over their rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from .trap_marts import COHORTS, VISITS, Row

NOV = date(2026, 11, 1)
D = Decimal


def month(row: Row) -> date:
    found: date = row.get("month") or row["day"]
    return found.replace(day=1)


def week(row: Row) -> date:
    found: date = row["day"]
    return found - timedelta(days=found.weekday())


def is_over(row: Row) -> bool:
    return month(row) < NOV


def summed(
    rows: Iterable[Row], column: str, *by: str, keep: Callable[[Row], bool] = is_over, period: Any = month
) -> list[tuple[Any, ...]]:
    found: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for row in rows:
        if keep(row):
            found[(period(row), *(row[name] for name in by))] += row[column]
    return in_order((*key, value) for key, value in found.items())


def counted(
    *by: str, keep: Callable[[Row], bool] = is_over, period: Any = month, fold: Callable[[Any], Any] = lambda name: name
) -> list[tuple[Any, ...]]:
    found: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for row in VISITS:
        if keep(row):
            found[(period(row), *(fold(row[name]) for name in by))].add(row["user_id"])
    return in_order((*key, len(people)) for key, people in found.items())


def divided(above: list[tuple[Any, ...]], below: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    over = {row[:-1]: row[-1] for row in above}
    return [(*row[:-1], over[row[:-1]] / D(row[-1]) if row[-1] > 0 else None) for row in below]


def cells(*, until: int = 11) -> list[tuple[Any, ...]]:
    """Each cohort and age whose month is over before that month."""
    return [
        (row["cohort_month"], row["age_months"], D(row["kept"]) / row["users"] if row["users"] else None)
        for row in COHORTS
        if row["cohort_month"].month + row["age_months"] < until
    ]


def averaged(first: date, last: date, ages: Iterable[int]) -> list[tuple[Any, ...]]:
    found = []
    for age in ages:
        rows = [row for row in COHORTS if first <= row["cohort_month"] <= last and row["age_months"] == age]
        found.append((age, D(sum(row["kept"] for row in rows)) / sum(row["users"] for row in rows)))
    return found


def in_order(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """As the database orders: a missing value last."""
    return sorted(rows, key=lambda row: [(value is None, value) for value in row[:-1]])
