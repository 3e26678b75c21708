"""Each metric's worked example: rows made by hand, a question, and the answer that somebody worked out on paper.

One file per department in `worked/`. Its `tables` are rollups, which marts are views on; its `metrics` say what is
asked of each and what that gives. A file reads so:

    tables:
      email_month:
        same: {is_complete: true}             # what every row has
        columns: [month, system, sent_count]
        rows: [[2026-03, HubSpot, 20]]
    metrics:
      emails_sent:
        - by: [system]                        # any part of a Question; `where` and `unless` as {dimension: value}
          gives: [[2026-03, HubSpot, 20]]     # rows as answered: period, parts, value; 18/20 is a number, too
        - where: {system: None}
          refuses: "is no system"             # part of what the refusal says
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection
from psycopg2.extras import execute_values
from ruamel.yaml import YAML

from app.access import OPERATOR
from app.answers import Answer
from app.errors import QuestionError
from app.metrics import Question
from app.warehouse import Warehouse

FOLDER = Path(__file__).with_name("worked")
DEPARTMENTS = tuple(sorted(path.stem for path in FOLDER.glob("*.yml")))
AS_OF = datetime(2026, 5, 10, 16, tzinfo=UTC)
"""Noon in New York: April is over, May runs, and the last complete day is the 9th."""
MONTH = re.compile(r"\d{4}-\d{2}")
NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)/(\d+(?:\.\d+)?)")
TUPLES, PAIRS, PLAIN = ("by",), ("where", "unless"), ("include_partial", "top", "grain", "compare", "average")
NEAR = Fraction(1, 10**12)


@dataclass(frozen=True)
class Table:
    """Rows of a rollup; each has a value for every column."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Example:
    """A question, and its rows; or what its refusal says."""

    question: Question
    gives: tuple[tuple[Any, ...], ...]
    refuses: str

    @property
    def numbers(self) -> set[Fraction]:
        """The values that were worked out; periods and parts are none."""
        return {number for row in self.gives for number in (_number(value) for value in row[1:]) if number is not None}


@dataclass(frozen=True)
class Department:
    """What one file of `worked/` says."""

    name: str
    tables: tuple[Table, ...]
    examples: tuple[Example, ...]

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics it has an example of, each once."""
        return tuple(dict.fromkeys(example.question.metric for example in self.examples))

    def numbers_of(self, metric: str) -> set[Fraction]:
        """The different values that a metric's examples hold."""
        return {each for example in self.examples if example.question.metric == metric for each in example.numbers}


def department(name: str) -> Department:
    """The examples of a file.

    Raises:
        ValueError: something in it is not of the form that the head of this module shows; which metric or table.
    """
    said = YAML(typ="safe").load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    tables = tuple(_table(table, rows) for table, rows in said["tables"].items())
    examples = tuple(_example(metric, one) for metric, asked in said["metrics"].items() for one in asked)
    return Department(name, tables, examples)


def _table(name: str, said: Mapping[str, Any]) -> Table:
    same = {column: _told(value) for column, value in said.get("same", {}).items()}
    columns = (*said["columns"], *same)
    rows = tuple((*(_told(value) for value in row), *same.values()) for row in said["rows"])
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"{name}: {row} has {len(row)} values, expected {len(columns)}: {', '.join(columns)}.")
    return Table(name, columns, rows)


def _example(metric: str, said: Mapping[str, Any]) -> Example:
    allowed = {*TUPLES, *PAIRS, *PLAIN, "since", "until", "gives", "refuses"}
    if set(said) - allowed or ("gives" in said) == ("refuses" in said):
        raise ValueError(f"{metric}: {said}. Expected gives or refuses, and of {', '.join(sorted(allowed))}.")
    asked: dict[str, Any] = {name: said[name] for name in PLAIN if name in said}
    asked |= {name: tuple(said[name]) for name in TUPLES if name in said}
    asked |= {name: tuple(_pairs(said[name])) for name in PAIRS if name in said}
    asked |= {name: _told(said[name]) for name in ("since", "until") if name in said}
    gives = tuple(tuple(_told(value) for value in row) for row in said.get("gives", ()))
    return Example(Question(metric, **asked), gives, said.get("refuses", ""))


def _pairs(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for dimension, values in said.items():
        for value in values if isinstance(values, list) else [values]:
            yield dimension, str(value)


def _told(value: Any) -> Any:
    """A value as it is meant: 2026-04 is the first of April, and a number is exact."""
    if isinstance(value, float):
        return Decimal(str(value))
    return date.fromisoformat(f"{value}-01") if isinstance(value, str) and MONTH.fullmatch(value) else value


def _number(value: Any) -> Fraction | None:
    if isinstance(value, str):
        found = NUMBER.fullmatch(value)
        return Fraction(found[1]) / Fraction(found[2]) if found else None
    return Fraction(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


@contextmanager
def filled(database: connection, tables: Sequence[Table]) -> Iterator[None]:
    """Rollups with these rows alone; afterwards they hold what they held before, whatever happened."""
    with database.cursor() as cursor:
        for table in tables:
            cursor.execute(f"create temporary table kept_{table.name} as table rollup.{table.name}")
            cursor.execute(f"delete from rollup.{table.name}")
            into = f"insert into rollup.{table.name} ({', '.join(table.columns)}) values %s"
            execute_values(cursor, into, table.rows)
    database.commit()
    try:
        yield
    finally:
        with database.cursor() as cursor:
            for table in tables:
                cursor.execute(f"delete from rollup.{table.name}")
                cursor.execute(f"insert into rollup.{table.name} table kept_{table.name}")
        database.commit()


def mistakes(warehouse: Warehouse, examples: Sequence[Example]) -> list[str]:
    """Each example whose answer is another: what was asked, expected and found."""
    return [said for example in examples if (said := _mistake(warehouse, example))]


def _mistake(warehouse: Warehouse, example: Example) -> str:
    asked = ", ".join(f"{name}={value}" for name, value in vars(example.question).items() if value not in ((), None))
    try:
        answer = warehouse.answer(OPERATOR, example.question, as_of=AS_OF, with_receipt=False)
    except QuestionError as error:
        if example.refuses and example.refuses in str(error):
            return ""
        return f"{asked}: expected {example.refuses or 'an answer'!r}, but was refused: {error}"
    if example.refuses:
        return f"{asked}: expected a refusal, {example.refuses!r}, found {_shown(answer.rows)}"
    found = [_with_reason(answer, place) for place in range(len(answer.rows))]
    fits = len(found) == len(example.gives) and all(map(_is_same_row, example.gives, found))
    return "" if fits else f"{asked}:\n  expected {_shown(example.gives)}\n  found    {_shown(found)}"


def _with_reason(answer: Answer, place: int) -> tuple[Any, ...]:
    """A row in which a missing value is what stands for it: why it is missing."""
    row, told = answer.rows[place], answer.row_reasons[place] or answer.metric.why_null
    return tuple({"why": told} if name == "value" and value is None else value
                 for name, value in zip(answer.columns, row, strict=True))  # fmt: skip


def _is_same_row(expected: tuple[Any, ...], found: tuple[Any, ...]) -> bool:
    return len(expected) == len(found) and all(map(_is_same, expected, found))


def _is_same(expected: Any, found: Any) -> bool:
    """Exact where the number ends within twelve decimals; a third is three up to there."""
    number = _number(expected)
    if number is None or not isinstance(found, int | Decimal):
        return bool(expected == found)
    ends = (number * 10**12).denominator == 1
    return Fraction(found) == number if ends else abs(Fraction(found) - number) < NEAR


def _shown(rows: Sequence[Sequence[Any]]) -> str:
    return "; ".join(", ".join(str(value) for value in row) for row in rows) or "no row"
