"""Rows of a mart as they are: which columns, which conditions, in which order."""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, column, literal_column, select, table
from sqlalchemy.sql import ColumnElement

from app.errors import QuestionError

RELATION = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
COMPARISONS = {
    "": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def select_rows(mart: str, columns: Sequence[str], where: Mapping[str, Any], order_by: Sequence[str]) -> Select[Any]:
    """The statement that reads rows of a mart; names are quoted, values bound.

    Args:
        mart: schema and name.
        columns: which; all where none is named.
        where: column → value, all of which must hold; a comparison may follow the column's name.
        order_by: columns; `-column` for the largest first. Nulls come last.

    Raises:
        QuestionError: not a mart's name, or no such comparison.
    """
    if not RELATION.fullmatch(mart):
        raise QuestionError(f"{mart!r} is not the name of a mart. Expected schema.name, such as mart_executive.alerts.")
    schema, _, name = mart.partition(".")
    wanted: list[ColumnElement[Any]] = [column(each) for each in columns] or [literal_column("*")]
    statement = select(*wanted).select_from(table(name, schema=schema))
    for condition, value in where.items():
        statement = statement.where(_condition(condition, value))
    for each in order_by:
        down = each.startswith("-")
        ordered: ColumnElement[Any] = column(each.removeprefix("-"))
        statement = statement.order_by(ordered.desc().nulls_last() if down else ordered.asc().nulls_last())
    return statement


def _condition(condition: str, value: Any) -> ColumnElement[bool]:
    name, _, sign = condition.partition(" ")
    if sign not in COMPARISONS:
        allowed = ", ".join(filter(None, COMPARISONS))
        raise QuestionError(f"No comparison is written {sign!r}. Expected one of: {allowed}.")
    here: ColumnElement[Any] = column(name)
    if isinstance(value, list | tuple | set | frozenset):
        return here.in_(list(value))
    if value is None:
        return here.is_not(None) if sign == "!=" else here.is_(None)
    compared: ColumnElement[bool] = COMPARISONS[sign](here, value)
    return compared
