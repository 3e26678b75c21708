"""What a file is made of, without a warehouse: tables, cells, HTML set as Typst, addresses that come back."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from pypdf import PdfReader

from app.access import Viewer
from app.errors import UsageError
from app.export.about import About
from app.export.asked import link, read_address
from app.export.csv_file import csv_file
from app.export.markup import read, set_html, text_of
from app.export.paper import _compiled
from app.export.table import Field, Table, is_name, plain
from app.export.ways import ways
from app.export.workbook import Book, table_sheet, workbook
from app.gallery import dashboards
from app.ui.chosen import Choice, chosen, months_of
from app.ui.export_menu import menu_html
from app.ui.panels.listing import LISTS as OPERATIONAL
from app.ui.record_columns import LISTS

BERLIN = ZoneInfo("Europe/Berlin")
RUNS = ("=1+1", "+SUM(A1)", "-2+3", "@cmd", "\t=1", "\r=1", "\n=1", "  =1+1", '=HYPERLINK("http://x")')


def table(*values: Any, head: str = "Customer") -> Table:
    return Table("Some", (Field(head),), tuple((value,) for value in values))


def rows(made: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", RUNS)
def test_no_text_of_a_csv_file_runs_in_a_spreadsheet(text: str) -> None:
    said = rows(csv_file(table(text, head=text), BERLIN))
    assert [row[0] for row in said] == [f"'{text}", f"'{text}"]


@pytest.mark.parametrize("text", RUNS)
def test_no_text_of_a_workbook_is_a_formula_or_a_link(text: str) -> None:
    book = Book(BERLIN)
    table_sheet(book, book.sheet(text), table(text), text, text)
    sheet = openpyxl.load_workbook(io.BytesIO(book.done())).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"} and not any(cell.hyperlink for cell in cells)
    assert sheet["A5"].value.replace("_x000D_", "\r") == text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (Decimal("-1234567.10"), "-1234567.10"),
        (Decimal("1E+3"), "1000"),
        (1e-7, "0.0000001"),
        (True, "yes"),
        (date(2026, 10, 1), "2026-10-01"),
        (datetime(2026, 11, 22, 11, tzinfo=UTC), "2026-11-22T12:00:00+01:00"),
        (datetime(2026, 7, 22, 11), "2026-07-22T13:00:00+02:00"),
        ("Łódź & Söhne", "Łódź & Söhne"),
    ],
    ids=["nothing", "money", "no exponent of a Decimal", "no exponent of a float", "a yes", "a day", "an instant",
         "an instant without its zone is UTC", "letters of all Europe"],
)  # fmt: skip
def test_a_cell_of_a_csv_file(value: Any, written: str) -> None:
    assert rows(csv_file(table(value, 1), BERLIN))[1:] in ([[written], ["1"]], [[], ["1"]])


def test_what_pandas_made_of_nothing_is_nothing_and_of_numbers_numbers() -> None:
    import numpy
    import pandas

    assert [plain(each) for each in (float("nan"), pandas.NaT, pandas.NA, None)] == [None] * 4
    assert plain(numpy.int64(3)) == 3 and type(plain(numpy.float64(1.5))) is float
    assert plain(["a", "b"]) == "a, b" and plain({"a": 1}) == "a: 1"


def test_numbers_of_a_workbook_are_numbers_in_their_unit_and_days_days() -> None:
    fields = (Field("Day", "day"), Field("When", "instant"), Field("Value", "number"), Field("Owed", "number", "usd"))
    row = (date(2026, 10, 1), datetime(2026, 11, 22, 11, tzinfo=UTC), Decimal("0.0213"), Decimal("10.5"))
    book = Book(BERLIN)
    table_sheet(book, book.sheet("A"), Table("A", fields, (row, (None,) * 4), ("ratio", "usd")), "A title", "")
    sheet = openpyxl.load_workbook(io.BytesIO(book.done())).worksheets[0]
    found = [(cell.value, cell.number_format) for cell in sheet[5]]
    assert found == [(datetime(2026, 10, 1), "yyyy-mm-dd"), (datetime(2026, 11, 22, 12), "yyyy-mm-dd hh:mm"),
                     (0.0213, "0.00%"), (10.5, "#,##0.00")]  # fmt: skip
    assert [cell.value for cell in sheet[6]] == [None] * 4
    assert sheet.freeze_panes == "A5" and sheet.auto_filter.ref == "A4:D6"


def test_sheets_of_one_name_are_two_and_a_name_that_no_sheet_may_have_is_mended() -> None:
    book = Book(BERLIN)
    names = [book.sheet(name).get_name() for name in ("A/B: [c]*?", "Long " * 9, "Long " * 9, "long " * 9, "")]
    assert names == ["A B   c", "Long Long Long Long Long Long L", "Long Long Long Long Long Long 2",
                     "long long long long long long 3", "Sheet"]  # fmt: skip
    assert openpyxl.load_workbook(io.BytesIO(book.done())).sheetnames == names


def test_a_workbook_without_figures_has_no_empty_sheet_of_definitions() -> None:
    made = workbook(About("Pipelines", "today", "now", (("Page", "Pipelines"),)), [], [], BERLIN)
    assert openpyxl.load_workbook(io.BytesIO(made)).sheetnames == ["About"]


HOSTILE = ('"]) #panic() \\', "#eval(\"1+1\")", "$x^2$ *strong* _em_ @ref <label>", "// no /* comment", "a\\u{41}b")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_on_paper_is_markup(name: str) -> None:
    from html import escape

    html = f'<table class="pl-table"><thead><tr><th>{escape(name)}</th></tr></thead><tbody><tr><td>x</td></tr></table>'
    page = _compiled([f"#{set_html(html)}"], "pdf")
    found = "".join(PdfReader(io.BytesIO(page)).pages[0].extract_text().split())
    assert "".join(name.split()) in found.replace("\u200b", "")


def test_a_name_without_a_space_stays_in_its_column_on_paper() -> None:
    html = f'<table class="pl-table"><tr><td>{"o" * 240}</td><td>beside</td></tr></table>'
    page = PdfReader(io.BytesIO(_compiled([f"#{set_html(html)}"], "pdf"))).pages[0]
    placed: list[tuple[str, float]] = []
    page.extract_text(visitor_text=lambda said, box, at, *rest: placed.append((said, box[4] + at[4])))
    beside = next(left for said, left in placed if "beside" in said)
    lines = [(said.replace("\u200b", ""), left) for said, left in placed if "o" in said]
    assert sum(len(said.strip()) for said, _ in lines) == 240
    assert all(left + 4 < beside for _, left in lines) and beside < float(page.mediabox.width) - 60


def test_paper_shows_what_the_page_shows_and_not_what_a_phone_does() -> None:
    html = ('<div><p>One <b>two</b></p><td class="pl-num">3<span class="pl-narrow pl-below">4</span></td>'
            '<span class="pl-quiet">month </span>5<svg><text>6</text></svg><br>7&amp;</div>')  # fmt: skip
    assert text_of(html) == "One two 35 7&"
    code = set_html(html)
    assert '"4"' not in code and '"6"' not in code and "month" not in code


def test_bars_stand_where_the_page_has_them() -> None:
    parts = '<div class="pl-bar-fill" style="width:42.5%"></div><div class="pl-bar-tick" style="left:9%"></div>'
    bar = f'<div class="pl-bar">{parts}</div>'
    code = set_html(f'<table class="pl-ranked"><tr><td>A</td><td class="pl-bar-cell">{bar}</td></tr></table>')
    assert 'bar(0.0%, 42.5%, "full", 9.0%, "tick")' in code
    assert read(bar).by_class("pl-bar-fill") is not None


@pytest.mark.parametrize(
    "choice",
    [
        Choice(),
        Choice(12, date(2026, 9, 1), (("product", "Core"), ("product", "Vault"), ("country", "DE")), (),
               (("month", "September 2026"), ("compare", "Year before"), ("product", "Core"), ("product", "Vault"),
                ("country", "Germany"))),
    ],
    ids=["what every page begins with", "all that can be chosen"],
)  # fmt: skip
def test_the_address_of_a_file_asks_for_what_the_page_shows(choice: Choice) -> None:
    known = {"product": {"Core": "Core", "Vault": "Vault"}, "country": {"Germany": "DE"}}
    query = parse_qs(urlsplit(link(dashboards()["executive"], "pdf", choice, 2)).query)
    assert query.pop("panel") == ["2"]
    assert chosen(query, months_of(date(2026, 10, 1)), known) == choice


def test_what_there_is_not_is_named_and_never_left_out_in_silence() -> None:
    found = chosen({"month": ["May 1999"], "compare": ["Never"], "product": ["Cor"]}, months_of(date(2026, 10, 1)),
                   {"product": {"Core": "Core"}})  # fmt: skip
    assert found.unknown == (("month", "May 1999"), ("compare", "Never"), ("product", "Cor"))


@pytest.mark.parametrize(
    ("slug", "kind", "parameters", "said"),
    [
        ("executive", "doc", {}, "No file is made as 'doc'. Expected one of: pdf, xlsx, csv, png."),
        ("executive", "", {}, "No file is made as ''."),
        ("executive", "pdf", {"panel": ["8"]}, "'8' is none of the panels of Executive. Expected panel=1, 2, 3, 4"),
        ("executive", "pdf", {"panel": ["01"]}, "'01' is none of the panels"),
        ("executive", "csv", {}, "A CSV file holds one panel of Executive. Expected panel=1, 2"),
        ("executive", "pdf", {"rep": ["Ann"]}, "Executive has no choice called 'rep'."),
        ("files", "pdf", {}, "Nothing on Files leaves as a file."),
    ],
)  # fmt: skip
def test_an_address_that_asks_for_what_there_is_not_says_so(
    slug: str, kind: str, parameters: dict[str, list[str]], said: str
) -> None:
    viewer = Viewer("a@b", ("executive", "finance"))
    with pytest.raises(UsageError) as caught:
        read_address(dashboards()[slug], viewer, kind, parameters)
    assert str(caught.value).startswith(said)


def test_the_menu_offers_a_page_its_panels_and_nothing_where_nothing_leaves() -> None:
    viewer, choice = Viewer("a@b", ("executive",)), Choice(address=(("product", "A & B"),))
    offered = ways(dashboards()["executive"], viewer, choice)
    assert [way.name for way in offered][:3] == ["The whole page", "Key figures", "ARR"]
    assert "CSV" not in dict(offered[0].links) and dict(offered[1].links)["CSV"].endswith("?panel=1&product=A+%26+B")
    assert 'href="/export/executive.pdf?product=A+%26+B"' in menu_html(offered)
    assert ways(dashboards()["files"], viewer, choice) == ()


def test_columns_that_name_people_or_customers_are_known_as_such() -> None:
    named = {each.column for how in LISTS.values() for each in how.fields if is_name(each.column)}
    assert named == {"customer_name", "owner", "account_name", "opportunity_name", "rep"}
    assert all(is_name(how.key) for how in LISTS.values())
    operational = {name for _, shown in OPERATIONAL.values() for _, name, _ in shown if is_name(name)}
    assert operational == {"recipient"}
