"""Which records a figure is made of, read from models/records/: plain data beside the metrics, and no part of what they
mean, so that showing a figure's records changes no certified definition.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from app.errors import MetricFileError
from app.metric_kinds import Identifier, Relation, Words
from app.settings import ROOT

FOLDER = ROOT / "models" / "records"
WITHOUT = "without"
"""The file of the figures that have no records of their own."""
Kind = Literal["text", "country", "day", "money", "number", "source", "id"]


Read = TypeVar("Read", bound=BaseModel)


class Strict(BaseModel):
    """Frozen, and a field that there is not is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Shown(Strict):
    """A column that is shown: its header, how it is printed, and whether a phone leaves it out."""

    column: Identifier
    head: Words
    kind: Kind = "text"
    is_extra: bool = False


class Counted(Strict):
    """How a metric comes of the rows: one of `sum` (an amount), `count` (a flag of 0 or 1) and `distinct` (an id).

    Attributes:
        rows: with none of the three: each row counts as one.
        where: column → value that rows must have; what the metric's own file says (`only`) holds beside it.
        note: what is to be known of how an amount is shared among records.
    """

    sum: Identifier | None = None
    count: Identifier | None = None
    distinct: Identifier | None = None
    rows: bool = False
    where: Mapping[Identifier, str | bool | int] = Field(default_factory=dict)
    note: Words | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if sum(map(bool, (self.sum, self.count, self.distinct, self.rows))) != 1:
            raise ValueError("one of the fields sum, count, distinct and rows")
        return self

    @property
    def is_amount(self) -> bool:
        """Whether each record has an amount of its own; else it counts as one."""
        return self.sum is not None


class Records(Strict):
    """A mart of records, and the metrics that are made of them.

    Attributes:
        mart: schema and view, one row per record and month (or day).
        one, many: what a record is called in a sentence.
        id: the column that holds the record's id in its source.
        system: where all its records are, in words; else the column `source` says it.
        columns: what is shown, beside the amount.
        time_column: of the rows, `month` or `day`.
        metrics: metric → how it comes of the rows.
    """

    mart: Relation
    one: Words
    many: Words
    id: Identifier = "record_id"
    system: Words | None = None
    time_column: Identifier = "month"
    columns: tuple[Shown, ...] = Field(min_length=1)
    metrics: Mapping[Identifier, Counted]


class Parts(Strict):
    """A figure that the warehouse works out of others: which, and how."""

    parts: tuple[Identifier, ...] = Field(min_length=1)
    how: Words


class Without(Strict):
    """The figures without records of their own: those made of others, and why the rest has none, in words."""

    made_of: Mapping[Identifier, Parts] = Field(default_factory=dict)
    reasons: Mapping[Identifier, Words] = Field(default_factory=dict)


class Catalogue(Strict):
    """Metric → its records; and what there is to say of the others."""

    records: Mapping[str, Records]
    without: Without


@lru_cache(maxsize=1)
def records_catalogue() -> Catalogue:
    """The records of this project's metrics, read once per process."""
    return load_records(FOLDER)


def load_records(folder: Path) -> Catalogue:
    """All files of a folder.

    Raises:
        MetricFileError: a file is malformed, or a metric has records in two.
    """
    found: dict[str, Records] = {}
    without = Without()
    for file in sorted(folder.glob("*.yml")):
        if file.stem == WITHOUT:
            without = _valid(Without, file)
            continue
        each = _valid(Records, file)
        if twice := sorted(set(each.metrics) & set(found)):
            raise MetricFileError(f"{file}: {twice[0]!r} has records in another file already. Expected one. Remove it.")
        found.update(dict.fromkeys(each.metrics, each))
    return Catalogue(records=MappingProxyType(found), without=without)


def _valid(kind: type[Read], file: Path) -> Read:
    try:
        plain: Any = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
        return kind.model_validate(plain)
    except (YAMLError, UnicodeDecodeError) as error:
        raise MetricFileError(f"{file}: not readable as YAML: {error}. Expected `field: value` lines.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        wanted = first["msg"].removeprefix("Value error, ")
        raise MetricFileError(
            f"{file}: the field {where!r} is wrong. Found {first['input']!r}. Expected: {wanted}."
        ) from None
