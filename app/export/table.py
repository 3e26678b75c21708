"""A tidy table: what every file is made of. Plain data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import pandas as pd

Kind = Literal["text", "day", "month", "instant", "number"]
NAMES = re.compile(r"(customer|account|contact|opportunity|user|person|recipient|owner|rep|email|name)(_name|_id)?")
"""Columns and dimensions that hold people or customers by name, as the warehouse calls them."""
OURS = ("stream_name", "check_name")
"""Names of our own things, which are nobody's."""


@dataclass(frozen=True)
class Field:
    """A column: its header, what its cells are, and of numbers their unit where all of a column have one.

    Attributes:
        is_name: whether it holds people or customers by name or id, so that a reason is asked before it leaves.
    """

    head: str
    kind: Kind = "text"
    unit: str = ""
    is_name: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under a title.

    Attributes:
        name: short, such as a sheet's.
        fields: one for each cell of a row.
        rows: of `None`, texts, whole numbers, Decimals, floats, dates and instants with their zone.
        units: for each row the unit of its number, where rows have different ones.
    """

    name: str
    fields: tuple[Field, ...]
    rows: tuple[tuple[Any, ...], ...]
    units: tuple[str, ...] = ()

    @property
    def has_names(self) -> bool:
        return bool(self.rows) and any(field.is_name for field in self.fields)


def is_name(column: str) -> bool:
    """Whether a column or dimension of the warehouse holds people or customers by name."""
    return column not in OURS and NAMES.fullmatch(column) is not None


def plain(value: Any) -> Any:
    """A value as a table keeps it: what pandas and the driver made of it, unmade; None for what is missing."""
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(each) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {each}" for name, each in value.items())
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if isinstance(value, UUID):
        return str(value)
    return value.item() if hasattr(value, "item") else value


def kind_of(values: Sequence[Any]) -> Kind:
    """What the cells of a column are, by those that are there."""
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, datetime) for value in known):
        return "instant"
    if known and all(isinstance(value, date) for value in known):
        return "day"
    numbers = int | float | Decimal
    is_number = all(isinstance(value, numbers) and not isinstance(value, bool) for value in known)
    return "number" if known and is_number else "text"
