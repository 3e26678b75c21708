"""Tables as a workbook: numbers as numbers, dates as dates, what it is in front and what its figures mean at the end.

Written by XlsxWriter, which stores a formula together with its value: a viewer that does not calculate (Excel's
protected view, a phone, a mail's preview) shows zeros otherwise, and openpyxl can write only one of both.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.export.about import FORMATS, About, Meaning
from app.export.gather import Made
from app.export.table import Field, Table
from app.ui.format import as_utc
from app.ui.look import tokens

WIDEST, NARROWEST = 60, 9
FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
MOST_TEXT = 32_000
"""A cell holds 32,767 characters."""


class Book:
    """A workbook that is being written, with the few formats it needs."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._bytes = io.BytesIO()
        self.book = xlsxwriter.Workbook(self._bytes, {
            "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
            "nan_inf_to_errors": False,
        })  # fmt: skip
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._names: set[str] = set()

    def style(self, **properties: Any) -> Format:
        """A format of these properties, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            font = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
            self._formats[key] = self.book.add_format({**font, **properties})
        return self._formats[key]

    def sheet(self, name: str) -> Worksheet:
        """A new sheet; a name that a workbook cannot hold is mended, one that is taken gets a number."""
        wanted = FORBIDDEN.sub(" ", name).strip(" '")[:31] or "Sheet"
        made, at = wanted, 2
        while made.lower() in self._names:
            made = f"{wanted[: 31 - len(str(at)) - 1]} {at}"
            at += 1
        self._names.add(made.lower())
        page = self.book.add_worksheet(made)
        page.hide_gridlines(2)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        return page

    def done(self) -> bytes:
        self.book.close()
        return self._bytes.getvalue()

    def head(self, sheet: Worksheet, row: int, heads: Sequence[tuple[str, bool]]) -> None:
        """A header: texts, and whether numbers stand below, over a rule."""
        for column, (head, is_number) in enumerate(heads):
            side = "right" if is_number else "left"
            style = self.style(bold=True, bottom=1, align=side, text_wrap=True, valign="bottom")
            sheet.write_string(row, column, head, style)

    def put(self, sheet: Worksheet, row: int, column: int, value: Any, unit: str = "", **more: Any) -> None:
        """One cell: a text is never run as a formula, a number has the format of its unit."""
        if value is None:
            sheet.write_blank(row, column, None, self.style(**more))
        elif isinstance(value, bool):
            sheet.write_string(row, column, "yes" if value else "no", self.style(**more))
        elif isinstance(value, int | float | Decimal):
            sheet.write_number(row, column, float(value), self.style(num_format=FORMATS.get(unit, "General"), **more))
        elif isinstance(value, datetime):
            local = as_utc(value).astimezone(self.zone).replace(tzinfo=None)
            sheet.write_datetime(row, column, local, self.style(num_format="yyyy-mm-dd hh:mm", align="left", **more))
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, self.style(num_format="yyyy-mm-dd", align="left", **more))
        else:
            sheet.write_string(row, column, str(value)[:MOST_TEXT], self.style(**more))


def workbook(told: About, made: Sequence[Made], meant: Sequence[Meaning], zone: ZoneInfo) -> bytes:
    """The file's bytes.

    Args:
        told: what it is, for its first sheet.
        made: its parts; a sheet for each table of each.
        meant: the definitions, for its last sheet.
        zone: the reporting time zone, in which instants are written.
    """
    book = Book(zone)
    begin(book, told)
    for each in made:
        for at, table in enumerate(each.tables):
            name = each.part.name if not at else f"{each.part.name[:20]}, {table.name.lower()}"
            table_sheet(book, book.sheet(name), table, each.title, each.picture.subtitle if each.picture else "")
    definitions(book, meant)
    return book.done()


def begin(book: Book, told: About) -> None:
    """The first sheet: what the file is."""
    book.book.set_properties({"title": f"{told.title}, {told.period}", "author": "Plumbline",
                              "comments": f"Data until {told.data_until}"})  # fmt: skip
    sheet = book.sheet("About")
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, told.title, book.style(bold=True, font_size=18))
    sheet.write_string(1, 0, told.period, book.style(font_color=tokens()["color"]["light"]["ink2"]))
    for row, (what, words) in enumerate(told.lines, 3):
        book.put(sheet, row, 0, what, bold=True)
        book.put(sheet, row, 1, words, text_wrap=True)


def table_sheet(book: Book, sheet: Worksheet, table: Table, title: str, subtitle: str) -> None:
    """A table below its finding: the header stays in view, each column can be filtered."""
    sheet.write_string(0, 0, title, book.style(bold=True, font_size=14))
    sheet.write_string(1, 0, subtitle, book.style(font_color=tokens()["color"]["light"]["ink2"]))
    top = 3
    book.head(sheet, top, [(field.head, field.kind == "number") for field in table.fields])
    for at, row in enumerate(table.rows):
        for column, (field, value) in enumerate(zip(table.fields, row, strict=True)):
            unit = field.unit or (table.units[at] if table.units and field.head != "Relative change" else "")
            book.put(sheet, top + 1 + at, column, value, unit)
    for column, field in enumerate(table.fields):
        sheet.set_column(column, column, width(field, [row[column] for row in table.rows]))
    sheet.freeze_panes(top + 1, 0)
    if table.rows:
        sheet.autofilter(top, 0, top + len(table.rows), len(table.fields) - 1)


def width(field: Field, values: Sequence[Any]) -> int:
    """How wide a column is, in characters: as wide as most of what stands in it."""
    longest = max((len(f"{value:,.2f}") if isinstance(value, float | Decimal) else len(str(value))
                   for value in values if value is not None), default=0)  # fmt: skip
    wanted = {"day": 12, "instant": 18}.get(field.kind, longest + 2)
    return max(NARROWEST, min(WIDEST, max(wanted, len(field.head) // 2 + 4, len(field.head) + 3
                                          if len(field.head) < 16 else 0)))  # fmt: skip


def definitions(book: Book, meant: Sequence[Meaning]) -> None:
    """The last sheet: what each figure means, who answers for it, and by which statement and receipt it came."""
    if not meant:
        return
    sheet = book.sheet("Definitions")
    columns = (("Figure", 28), ("What it means", 60), ("Owner", 16), ("Certified by", 14), ("Certified on", 13),
               ("Version", 9), ("Data until", 19), ("Promises broken", 22), ("Receipts", 24), ("SQL", 60))  # fmt: skip
    for column, (_, wide) in enumerate(columns):
        sheet.set_column(column, column, wide)
    sheet.write_string(0, 0, "What the figures mean", book.style(bold=True, font_size=14))
    book.head(sheet, 2, [(head, False) for head, _ in columns])
    for row, each in enumerate(meant, 3):
        certified = each.metric.certified
        texts = (each.metric.label, each.metric.definition, each.owner, certified.by.upper(), certified.on,
                 certified.version, each.data_until, "; ".join(each.broken) or "none", "\n".join(each.receipts),
                 each.sql)  # fmt: skip
        for column, value in enumerate(texts):
            book.put(sheet, row, column, value, text_wrap=True)
        sheet.set_row(row, 90)
    sheet.freeze_panes(3, 1)
