"""What SQL that somebody keeps gave, as a table of a file: exact, in its own columns. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from app.export.table import Field, Kind, Table, is_name, plain
from app.sql.run import Found
from app.ui.sql_words import shown

KINDS: dict[str, Kind] = {"number": "number", "day": "day", "time": "instant"}


def found_table(title: str, found: Found) -> Table:
    """The rows as they came; an instant is UTC, as on the page SQL.

    A column is of people or customers where any word of its name says so: in SQL they are named at will.
    """
    fields = tuple(Field(name, KINDS.get(kind, "text"), is_name=_names(name))
                   for name, kind in zip(found.names, found.kinds, strict=True))  # fmt: skip
    return Table(title, fields, tuple(tuple(map(_cell, row)) for row in found.rows))


def _names(column: str) -> bool:
    words = column.lower().replace(" ", "_").split("_")
    return is_name(column.lower()) or any(is_name(word) for word in words)


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        return shown(value)
    found = plain(value)
    if isinstance(found, datetime):
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    is_plain = found is None or isinstance(found, str | bool | int | float | Decimal | date)
    return found if is_plain else shown(found)
