"""The statement that reads a figure's records: a page of them, largest first, with their number and sum over all."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Numeric, Select, cast, column, func, literal, literal_column, select, table
from sqlalchemy.sql import ColumnElement

from app.compile.scope import grouped, shifted
from app.drill.files import Counted, Records
from app.metrics import Metric

AMOUNT, COUNTED, TOTAL = "amount_of_record", "counted_of_all", "total_of_all"


def select_records(
    metric: Metric, records: Records, month: date, where: tuple[tuple[str, str], ...], today: date, *, limit: int,
    offset: int,
) -> Select[Any]:  # fmt: skip
    """The statement.

    Args:
        metric: one that has records.
        records: where they are.
        month: the first day of the month.
        where: (dimension, value) pairs; several values of one dimension are alternatives.
        today: the business day; the running month is known until then.
        limit, offset: which of them.

    Returns:
        A select of the columns shown, the amount of each, and over all: how many, and the sum. A record that adds
        nothing is none.
    """
    how = records.metrics[metric.name]
    names = [each.column for each in records.columns]
    every = {*names, records.id, records.time_column, *how.where, *metric.only, *(name for name, _ in where)}
    every |= {name for name in (how.sum, how.count, how.distinct) if name}
    schema, _, view = records.mart.partition(".")
    mart = table(view, *(column(name) for name in sorted(every)), schema=schema)
    kept = [*_time_kept(metric, records, mart, month, today), *_rows_kept(metric, how, mart, where)]
    if how.distinct:
        ids = mart.c[how.distinct]
        shown = [ids.label(name) if name == how.distinct else func.min(mart.c[name]).label(name) for name in names]
        amount: ColumnElement[Any] = cast(func.count(), Numeric)
        inner = select(*shown, amount.label(AMOUNT)).where(*kept, ids.is_not(None)).group_by(ids).subquery("records")
        total: ColumnElement[Any] = func.count().over()
    else:
        counted = how.sum or how.count
        amount = cast(mart.c[counted], Numeric) if counted else cast(literal(1), Numeric)
        inner = select(*(mart.c[name] for name in names), amount.label(AMOUNT)).where(*kept, amount != 0).subquery(
            "records"
        )
        total = func.sum(inner.c[AMOUNT]).over()
    columns = [inner.c[name] for name in names]
    return (
        select(*columns, inner.c[AMOUNT], func.count().over().label(COUNTED), cast(total, Numeric).label(TOTAL))
        .order_by(func.abs(inner.c[AMOUNT]).desc(), *_largest_first(records, inner), *columns)
        .limit(limit)
        .offset(offset)
    )


def _largest_first(records: Records, inner: Any) -> list[ColumnElement[Any]]:
    """Of records that count alike, those with more money come first."""
    money = next((each.column for each in records.columns if each.kind == "money"), None)
    return [inner.c[money].desc().nulls_last()] if money else []


def _rows_kept(
    metric: Metric, how: Counted, mart: Any, where: tuple[tuple[str, str], ...]
) -> list[ColumnElement[bool]]:
    """What the metric's file, the records' file and the reader ask for."""
    conditions: list[ColumnElement[bool]] = [mart.c[name] == value for name, value in metric.only.items()]
    for name, value in how.where.items():
        conditions.append(mart.c[name].is_(value) if isinstance(value, bool) else mart.c[name] == value)
    conditions += [mart.c[name].in_(values) for name, values in grouped(where).items()]
    return conditions


def _time_kept(metric: Metric, records: Records, mart: Any, month: date, today: date) -> list[ColumnElement[bool]]:
    """The month; of what counts within so many days, those up to the last day of it that is known."""
    time = mart.c[records.time_column]
    if metric.grain == "month":
        return [time == month]
    last = shifted(month, 1) - timedelta(days=1)
    if last < today:
        return [time <= last, time > last - timedelta(days=int(metric.days or 1))]
    newest = select(func.max(time)).where(time < today).scalar_subquery()
    return [time <= newest, time > newest - literal_column(str(int(metric.days or 1)))]
