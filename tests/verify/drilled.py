"""Every figure that has records, drilled into: whole, and for each value of each of its dimensions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.access import OPERATOR
from app.drill.desk import Asked
from app.drill.files import records_catalogue
from app.made_of import apart_of
from app.metrics import Question, catalogue
from app.warehouse import Warehouse


def differences(
    warehouse: Warehouse, month: date, as_of: datetime, names: tuple[str, ...] = ()
) -> tuple[list[Any], int]:
    """What does not add up, as (metric, filters, certified, records), and how many figures were tried."""
    wrong: list[Any] = []
    tried = 0
    for name in names or tuple(records_catalogue().records):
        for where, certified in figures(warehouse, name, month, as_of):
            asked = Asked(name, month, where)
            total = warehouse.drill.total(OPERATOR, asked, as_of)
            residual = Decimal(0) if where else warehouse.drill.look(OPERATOR, asked, as_of).residual
            tried += 1
            if total != certified or (residual and certified == total):
                wrong.append((name, where, certified, total))
    return wrong, tried


def figures(
    warehouse: Warehouse, name: str, month: date, as_of: datetime
) -> Iterator[tuple[tuple[tuple[str, str], ...], Decimal]]:
    """(filters, certified figure): the whole where there is one, then each value of each dimension, by one question."""
    metric = catalogue()[name]
    apart = apart_of(metric, catalogue())
    cuts = [apart, *((*apart, each) for each in metric.dimensions if each not in apart)]
    for by in cuts:
        asked = Question(name, by=by, since=month, until=month, include_partial=True)
        for _, *values, figure in warehouse.answer(OPERATOR, asked, as_of=as_of, with_receipt=False).rows:
            if isinstance(figure, Decimal) and all(value is not None for value in values):
                yield tuple(zip(by, values, strict=True)), figure
