"""A file to begin with: the header and one example row, as CSV or as a workbook."""

from __future__ import annotations

import csv
import io
from datetime import date

from .schema import Column, FileSchema


def template(schema: FileSchema, ending: str) -> bytes:
    """The template's bytes; `ending` is csv or xlsx."""
    return _workbook(schema) if ending == "xlsx" else _csv(schema)


def _csv(schema: FileSchema) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(schema.header)
    writer.writerow([column.example for column in schema.columns])
    return text.getvalue().encode("utf-8-sig")  # the mark tells spreadsheet programs that it is UTF-8


def _workbook(schema: FileSchema) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = schema.name
    sheet.append(list(schema.header))
    sheet.append([_cell(column) for column in schema.columns])
    for index, column in enumerate(schema.columns, 1):
        letter = chr(ord("A") + index - 1)
        sheet.column_dimensions[letter].width = max(12, len(column.name) + 2, len(column.example) + 2)
        if column.json_type.get("format") == "date":
            sheet[f"{letter}2"].number_format = "yyyy-mm-dd"
        elif "number" not in column.cells or column.json_type.get("type") == ["string", "null"]:
            sheet[f"{letter}2"].number_format = "@"  # so that what is typed below stays what was typed
    sheet.freeze_panes = "A2"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _cell(column: Column) -> object:
    if column.json_type.get("format") == "date":
        return date.fromisoformat(column.example)
    if column.cells == ("flag",):
        return column.example == "true"
    if column.json_type.get("type") == ["number", "null"]:
        return float(column.example) if "." in column.example else int(column.example)
    return column.example
