"""Reads and checks a whole file before anything of it is used."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from .schemas import FileSchema, Value


class BrokenFile(ValueError):
    """A file breaks its schema: the message names file, line, column, what was found and what is allowed."""


def read(path: Path, schema: FileSchema) -> list[dict[str, Value]]:
    """Every row of a file that keeps its schema, in the file's order; empty when it has only a header.

    A row also carries `line_number`, its line in the file.

    Raises:
        BrokenFile: the header, a value or a key is not as the schema says, or the file is not UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(_rows(path.name, csv.reader(file, strict=True), schema))
    except UnicodeDecodeError as error:
        raise BrokenFile(
            f"{path.name}: byte {error.start} is not UTF-8. Found {error.object[error.start : error.start + 1]!r}, "
            "expected text saved as UTF-8. Save the file as UTF-8 and load again."
        ) from None
    except csv.Error as error:
        raise BrokenFile(
            f"{path.name} is not well-formed CSV: {error}. Expected commas between values and quotes in pairs. "
            "Correct the file and load again."
        ) from None


def _rows(name: str, lines: Iterator[list[str]], schema: FileSchema) -> Iterator[dict[str, Value]]:
    expected = [column.name for column in schema.columns]
    header = [cell.strip() for cell in next(lines, [])]
    if header != expected:
        raise BrokenFile(
            f"{name}, line 1: the header is wrong. Found {', '.join(header) or 'nothing'}; expected "
            f"{', '.join(expected)}. Correct the header and load again."
        )
    seen: dict[tuple[Value, ...], int] = {}
    reader = lines
    for cells in reader:
        line = reader.line_num  # type: ignore[attr-defined]
        if not cells:
            continue
        row = _row(name, line, cells, schema)
        key = tuple(row[column] for column in schema.key)
        if key in seen:
            raise BrokenFile(
                f"{name}, line {line}: the row is there twice. Found {', '.join(schema.key)} = "
                f"{', '.join(str(part) for part in key)} again, first on line {seen[key]}; expected one row for each. "
                "Remove one and load again."
            )
        seen[key] = line
        yield row | {"line_number": line}


def _row(name: str, line: int, cells: list[str], schema: FileSchema) -> dict[str, Value]:
    if len(cells) != len(schema.columns):
        raise BrokenFile(
            f"{name}, line {line}: the number of values is wrong. Found {len(cells)}, expected {len(schema.columns)} "
            f"({', '.join(column.name for column in schema.columns)}). Correct the line and load again."
        )
    row: dict[str, Value] = {}
    for column, cell in zip(schema.columns, cells, strict=True):
        text = cell.strip()
        if not text and column.may_be_empty:
            row[column.name] = "" if column.name in schema.key else None
            continue
        try:
            row[column.name] = column.read(text) if text else _refuse()
        except ValueError:
            raise BrokenFile(
                f"{name}, line {line}, column {column.name}: the value is wrong. Found {text!r}, expected "
                f"{column.allowed}. Correct the value and load again."
            ) from None
    return row


def _refuse() -> Value:
    raise ValueError("empty")
