"""The reconciliation as a workbook that calculates: each step is the sum of its records, what is left has to be zero.

Every formula carries the value that it has, so that a viewer that does not calculate shows the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from xlsxwriter.utility import xl_rowcol_to_cell as cell
from xlsxwriter.worksheet import Worksheet

from app.export.about import FORMATS, About, Meaning
from app.export.claims import Claimed, records_table
from app.export.workbook import Book, begin, definitions, table_sheet
from app.reconciliation import Claim
from app.ui import claim_words as words

TOP = 4
"""The row of a table's first line, from 0."""


def claims_workbook(told: About, claims: Sequence[Claimed], meant: Sequence[Meaning], zone: ZoneInfo) -> bytes:
    """The file's bytes: for each figure its claims, its bridges and its records, then the definitions."""
    book = Book(zone)
    begin(book, told)
    for each in claims:
        if each.found.known:
            _figure(book, each)
    definitions(book, meant)
    return book.done()


def _figure(book: Book, claims: Claimed) -> None:
    """Three sheets of one figure, that refer to each other."""
    claimed, bridge = f"{claims.label}, claims", f"{claims.label}, bridges"
    first, second, third = (book.sheet(name) for name in (claimed, bridge, f"{claims.label}, records"))
    table = records_table(claims)
    table_sheet(book, third, table, f"The records between the claims and the certified {claims.label}",
                f"What each adds to its department's claim, {claims.amount}")  # fmt: skip
    reach = (TOP + 1, TOP + max(len(claims.records), 1))
    spans = {name: f"'{third.get_name()}'!${letter}${reach[0]}:${letter}${reach[1]}"
             for name, letter in (("department", "A"), ("reason", "B"), ("amount", "G"))}  # fmt: skip
    last = _bridges(book, second, claims, spans)
    _claims(book, first, claims, second.get_name(), last)


def _bridges(book: Book, sheet: Worksheet, claims: Claimed, spans: dict[str, str]) -> int:
    """A line for each department and reason, whose amount and number are taken from the records.

    Returns:
        The last line's row, from 1.
    """
    unit = claims.found.unit
    sheet.write_string(0, 0, f"From each claim to the certified {claims.label}", book.style(bold=True, font_size=14))
    sheet.write_string(1, 0, "Amounts and numbers are sums over the sheet of records", book.style())
    book.head(sheet, 3, [("Department", False), ("Reason", False), ("Explained", False), ("Records", True),
                         (claims.amount, True)])  # fmt: skip
    row = TOP
    for claim in claims.found.known:
        for step in claim.steps:
            book.put(sheet, row, 0, claim.department.capitalize())
            book.put(sheet, row, 1, step.label)
            book.put(sheet, row, 2, step.is_explained)
            own = f"{spans['department']},$A{row + 1},{spans['reason']},$B{row + 1}"
            _formula(book, sheet, row, 3, f"=COUNTIFS({own})", step.records, "count")
            _formula(book, sheet, row, 4, f"=ROUND(SUMIFS({spans['amount']},{own}),2)", step.amount, unit)
            row += 1
    for column, wide in enumerate((16, 52, 11, 11, 18)):
        sheet.set_column(column, column, wide)
    sheet.freeze_panes(TOP, 0)
    return max(row, TOP + 1)


def _claims(book: Book, sheet: Worksheet, claims: Claimed, bridge: str, last: int) -> None:
    """A line for each department: claim, certified figure, what the reasons explain, and what is left."""
    unit = claims.found.unit
    sheet.write_string(0, 0, f"{claims.label}: {words.lead(claims.found)}", book.style(bold=True, font_size=14))
    sheet.write_string(1, 0, "Residual is the claim less the certified figure less all steps of its bridge, and is 0 "
                             "where every record is known. Change an amount among the records and see.", book.style())
    heads = ("Department", "Source", "Claimed", "Certified", "Difference", "Steps of the bridge", "Residual",
             "Of it unexplained", "Records in its bridge")  # fmt: skip
    book.head(sheet, 3, [(head, at > 1) for at, head in enumerate(heads)])
    departments, explained, amounts = (f"'{bridge}'!${letter}${TOP + 1}:${letter}${last}" for letter in "ACE")
    numbers = f"'{bridge}'!$D${TOP + 1}:$D${last}"
    for row, claim in enumerate(claims.found.known, TOP):
        book.put(sheet, row, 0, claim.department.capitalize())
        book.put(sheet, row, 1, words.reported(claim))
        book.put(sheet, row, 2, claim.claimed, unit)
        book.put(sheet, row, 3, claim.certified, unit)
        own = f"{departments},$A{row + 1}"
        steps = sum((step.amount for step in claim.steps), Decimal(0))
        formulas: tuple[tuple[str, Decimal | int, str], ...] = (
            (f"=ROUND({cell(row, 2)}-{cell(row, 3)},2)", claim.difference or Decimal(0), unit),
            (f"=ROUND(SUMIFS({amounts},{own}),2)", steps, unit),
            (f"=ROUND({cell(row, 2)}-{cell(row, 3)}-{cell(row, 5)},2)", _residual(claim, steps), unit),
            (f'=ROUND(SUMIFS({amounts},{own},{explained},"no"),2)', claim.unexplained, unit),
            (f"=SUMIFS({numbers},{own})", sum(step.records for step in claim.steps), "count"),
        )  # fmt: skip
        for column, (formula, value, kind) in enumerate(formulas, 4):
            _formula(book, sheet, row, column, formula, value, kind, bold=column == 6)
    for column, wide in enumerate((16, 44, 16, 16, 16, 18, 12, 16, 18)):
        sheet.set_column(column, column, wide)
    sheet.freeze_panes(TOP, 1)


def _residual(claim: Claim, steps: Decimal) -> Decimal:
    """What neither the certified figure nor a step accounts for."""
    return (claim.claimed or Decimal(0)) - claim.certified - steps


def _formula(book: Book, sheet: Worksheet, row: int, column: int, formula: str, value: Decimal | int, unit: str,
             **more: bool) -> None:  # fmt: skip
    """A formula with the value that it has."""
    sheet.write_formula(row, column, formula, book.style(num_format=FORMATS[unit], **more), float(value))
