"""Files of the invented marts: every number is the warehouse's own answer, and nothing leaves that may not."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader
from sqlalchemy import create_engine, text

from app.access import ROLES, Viewer
from app.errors import NotPermitted, UsageError
from app.export.asked import FORMATS
from app.export.desk import Busy, Exported, Exports, ReasonNeeded
from app.export.gather import parts_of
from app.gallery import dashboards
from app.made_of import dimensions_of
from app.metrics import Question, catalogue
from app.secrets import warehouse_url
from app.settings import Settings
from app.warehouse import Warehouse

from .invented import AS_OF

EVA = Viewer("eva@export.example", ("executive",), "192.0.2.7")
FEMI = Viewer("femi@export.example", ("finance",))
INES = Viewer("ines@export.example", ("engineer",))
REASON = "For the auditors of 2026"
MONTH = {"month": ["September 2026"], "product": ["Core", "Vault"]}
UNITS = {"US dollars": "usd", "ratio": "ratio", "number": "count"}


@pytest.fixture(scope="module")
def warehouse(filled: Settings) -> Iterator[Warehouse]:
    made = Warehouse(filled)
    yield made
    made.close()


@pytest.fixture(scope="module")
def exports(warehouse: Warehouse) -> Exports:
    return Exports(warehouse)


def audited(filled: Settings, email: str) -> list[tuple[str, dict[str, Any], str]]:
    """What the audit keeps of somebody's exports: outcome, what was told, from where; oldest first."""
    engine = create_engine(warehouse_url(filled))
    query = text("select outcome, filters, coalesce(address, '') from portal.audit where email = :email "
                 "and action = 'export' order by at, audit_id")  # fmt: skip
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(query, {"email": email})]
    engine.dispose()
    return found


def book(made: Exported, *, values: bool = False) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(made.content), data_only=values)


def lines(sheet: Any, top: int = 4) -> list[dict[str, Any]]:
    """The rows below a sheet's header."""
    head, *rows = sheet.iter_rows(min_row=top, values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def table(made: Exported) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.content.decode("utf-8-sig"), newline="")))


def test_a_file_says_of_promises_what_its_page_says(exports: Exports) -> None:
    paper = PdfReader(io.BytesIO(exports.export(EVA, dashboards()["executive"], "pdf", {}).content))
    assert "2 of 3 promises are kept" in paper.pages[0].extract_text()


@pytest.mark.parametrize("chosen", [{}, MONTH], ids=["as the page begins", "an earlier month of two products"])
def test_every_number_of_a_workbook_is_what_the_warehouse_answers(
    exports: Exports, warehouse: Warehouse, chosen: dict[str, list[str]]
) -> None:
    made = exports.export(EVA, dashboards()["executive"], "xlsx", chosen)
    names = {metric.label: name for name, metric in catalogue().items()}
    where = tuple(("product", each) for each in chosen.get("product", ()))
    seen, asked = 0, dict[Question, Any]()
    for sheet in book(made).worksheets[1:-1]:
        if sheet["A4"].value != "Figure":
            continue
        for row in lines(sheet):
            seen += 1
            month = row["Month"].date()
            by = tuple(each.lower() for each in ("Product", "Country") if row.get(each) not in (None, "All"))
            metric = catalogue()[names[row["Figure"]]]
            kept = where if "product" in dimensions_of(metric, catalogue()) else ()
            question = Question(metric.name, by=by, where=kept, include_partial=True)
            parts = [row[each.capitalize()] for each in by]
            if question not in asked:
                asked[question] = warehouse.answer(EVA, question, as_of=AS_OF, with_receipt=False).rows
            found = [each[-1] for each in asked[question]
                     if each[0] == month and [worded(part) for part in each[1:-1]] == parts]  # fmt: skip
            assert [row["Value"]] == [None if each is None else pytest.approx(float(each)) for each in found], row
            assert row["Unit"] in UNITS or row["Unit"] == "months"
    assert seen > 100


def worded(part: str) -> str:
    from app.ui.places import shown

    return shown("country", part)


def test_a_csv_file_is_one_tidy_table_with_targets_and_receipts(exports: Exports) -> None:
    """12 × 1,060,000 dollars in October."""
    rows = table(exports.export(EVA, dashboards()["executive"], "csv", {"panel": ["1"]}))
    october = next(row for row in rows if row["Figure"] == "ARR" and row["Month"] == "2026-10-01")
    assert float(october["Value"]) == 12_720_000 and october["Unit"] == "US dollars"
    assert october["Target"] and re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}", october["Receipt"])
    assert [row["Target"] for row in rows if row["Month"] != "2026-10-01"] == [""] * (len(rows) - len(
        [row for row in rows if row["Month"] == "2026-10-01"]))  # fmt: skip


def test_a_workbook_says_what_it_is_and_what_its_figures_mean(exports: Exports) -> None:
    made = exports.export(EVA, dashboards()["executive"], "xlsx", {**MONTH, "compare": ["Year before"]})
    opened = book(made)
    told = {row[0]: row[1] for row in opened["About"].iter_rows(min_row=4, values_only=True)}
    assert told["Month"] == "September 2026, closed 30 September 2026; as known now"
    assert (told["Compared with"], told["Only where"]) == ("Year before", "Core or Vault")
    assert told["Made for"] == EVA.email and told["Data until"].startswith("22 Nov 2026")
    arr = next(row for row in lines(opened["Definitions"], 3) if row["Figure"] == "ARR")
    assert arr["What it means"] == catalogue()["arr"].definition
    assert arr["Owner"] == "Finance" and arr["Certified by"] == "CFO" and "select" in arr["SQL"]
    assert len(arr["Receipts"].splitlines()) >= 1 and made.name == "plumbline-executive-2026-09.xlsx"


def evaluated(opened: openpyxl.Workbook, sheet: str, formula: str) -> float:
    """What one of our formulas is, worked out by a slow hand: it knows ROUND, SUMIFS, COUNTIFS and minus."""

    def cells(span: str) -> list[Any]:
        name, _, area = span.replace("$", "").rpartition("!")
        found = opened[name.strip("'") or sheet][area]
        found = found if isinstance(found, tuple) else ((found,),)
        return [worth(opened, name.strip("'") or sheet, cell) for row in found for cell in row]

    body = formula.removeprefix("=")
    if rounded := re.fullmatch(r"ROUND\((.*),2\)", body):
        return round(evaluated(opened, sheet, rounded[1]), 2)
    if asked := re.fullmatch(r"(SUMIFS|COUNTIFS)\((.*)\)", body):
        spans = re.findall(r"'[^']*'![$A-Z0-9:]+|\"[^\"]*\"|[$A-Z0-9:]+", asked[2])
        amounts = cells(spans.pop(0)) if asked[1] == "SUMIFS" else None
        wanted = [(cells(spans[at]), spans[at + 1]) for at in range(0, len(spans), 2)]
        keys = [key.strip('"') if key.startswith('"') else cells(key)[0] for _, key in wanted]
        hits = [at for at in range(len(wanted[0][0]))
                if all(str(span[at]).lower() == str(key).lower() for (span, _), key in zip(wanted, keys, strict=True))]
        return float(len(hits)) if amounts is None else float(sum(amounts[at] for at in hits))
    first, *rest = [float(cells(part)[0]) for part in body.split("-")]
    return first - sum(rest)


def worth(opened: openpyxl.Workbook, sheet: str, cell: Any) -> Any:
    return evaluated(opened, sheet, cell.value) if str(cell.value).startswith("=") else cell.value


def test_the_reconciliation_calculates_and_its_residual_is_zero(exports: Exports) -> None:
    made = exports.export(EVA, dashboards()["reconciliation"], "xlsx", {}, REASON)
    opened, cached = book(made), book(made, values=True)
    formulas = [(sheet.title, cell) for sheet in opened for row in sheet.iter_rows() for cell in row
                if str(cell.value).startswith("=")]  # fmt: skip
    assert len(formulas) == 5 * 3 + 2 * 5  # three claims with five each, five steps with two each
    for title, cell in formulas:
        stored = cached[title][cell.coordinate].value
        assert stored == pytest.approx(evaluated(opened, title, cell.value)), (title, cell.coordinate)
    found = {row["Department"]: row for row in lines(cached["ARR, claims"])}
    assert {name: row["Residual"] for name, row in found.items()} == {"Sales": 0, "Finance": 0}
    assert (found["Finance"]["Difference"], found["Finance"]["Of it unexplained"]) == (1512.75, 12.75)
    opened["ARR, records"]["G5"].value += 100
    residual = next(cell for title, cell in formulas if title == "ARR, claims" and cell.coordinate == "G6")
    assert evaluated(opened, "ARR, claims", residual.value) == -100, "Finance's first record weighs 100 more"


@pytest.mark.parametrize(("slug", "viewer"), [("executive", EVA), ("revenue", FEMI), ("reconciliation", EVA),
                                              ("pipelines", INES)])  # fmt: skip
def test_paper_says_figures_and_nothing_of_the_machinery(exports: Exports, slug: str, viewer: Viewer) -> None:
    made = exports.export(viewer, dashboards()[slug], "pdf", {}, REASON)
    pages = PdfReader(io.BytesIO(made.content)).pages
    said = " ".join(page.extract_text() for page in pages).replace("\u2060", "")
    expected = {"executive": ("$12.72", "Twelve times MRR", "missed"), "revenue": ("Core", "Söhne <b>"),
                "reconciliation": ("1,080,000.25", "Signed but not live"),
                "pipelines": ("One row per month",)}  # fmt: skip
    assert all(part in said for part in expected[slug]), said
    assert f"1 / {len(pages)}" in pages[0].extract_text().replace("\u2060", "") and "Data until 22 Nov 2026" in said
    assert not re.search(r"\b(None|nan|NaT)\b", said)
    if slug != "pipelines":  # that page names datasets to those who look after them
        assert not re.search(r"\b[a-z]+_(usd|ratio|count|mrr|id|name)\b", said)


def test_one_panel_is_a_picture(exports: Exports) -> None:
    made = exports.export(EVA, dashboards()["executive"], "png", {"panel": ["3"]})
    assert made.content.startswith(b"\x89PNG") and made.name == "plumbline-executive-mrr-step-by-step-2026-10.png"
    width, height = (int.from_bytes(made.content[at : at + 4]) for at in (16, 20))
    assert 700 < width < 1000 and 300 < height < 900


def test_nobody_gets_a_page_that_is_not_theirs_by_any_address(exports: Exports, filled: Settings) -> None:
    refused = 0
    for role in ROLES:
        viewer = Viewer("canary@export.example", (role,))
        for dashboard in dashboards().values():
            if role in dashboard.audience:
                continue
            for kind in FORMATS:
                for panel in ({}, {"panel": ["1"]}):
                    with pytest.raises(NotPermitted):
                        exports.export(viewer, dashboard, kind, panel, REASON)
                    refused += 1
    assert refused > 300
    assert [outcome for outcome, _, _ in audited(filled, "canary@export.example")] == ["refused"] * refused


def test_a_role_without_a_right_on_the_rows_gets_the_words_and_not_the_rows(
    exports: Exports, warehouse: Warehouse
) -> None:
    """Whoever is let in by the page still reads as their own login: Product may read some of it, and no MRR."""
    page = dashboards()["executive"]
    own = type(page)(**{**page.__dict__, "audience": ("product",)})
    pia = Viewer("pia@export.example", ("product",))
    opened = book(exports.export(pia, own, "xlsx", {}, REASON))
    told = {str(cell.value) for sheet in opened for row in sheet.iter_rows() for cell in row if cell.column == 1}
    labels = {metric.label: name for name, metric in catalogue().items()}
    shown = {labels[each] for each in told if each in labels}
    assert shown and "arr" not in shown and shown <= set(warehouse.visible_metrics(pia))
    paper = PdfReader(io.BytesIO(exports.export(pia, own, "pdf", {}).content))
    said = " ".join(page.extract_text() for page in paper.pages)
    assert "not in your role" in said and "12.72" not in said and "12,720,000" not in said


def named_panel(slug: str, kind: str) -> dict[str, list[str]]:
    return {"panel": [str(part.number) for part in parts_of(dashboards()[slug]) if type(part.panel).__name__ == kind]}


@pytest.mark.parametrize("reason", ["", "too short", " " * 40], ids=["none", "nine letters", "blanks"])
@pytest.mark.parametrize("kind", FORMATS)
def test_customers_by_name_leave_for_a_reason_only(exports: Exports, kind: str, reason: str) -> None:
    with pytest.raises(ReasonNeeded):
        exports.export(FEMI, dashboards()["revenue"], kind, named_panel("revenue", "Movements"), reason)


def test_with_a_reason_every_movement_leaves_and_the_audit_keeps_why(exports: Exports, filled: Settings) -> None:
    made = exports.export(FEMI, dashboards()["revenue"], "csv", named_panel("revenue", "Movements"), REASON)
    rows = table(made)
    assert [row["Customer"] for row in rows][:2] == ["Core & Söhne <b>", "Insights & Söhne <b>"] and len(rows) == 7
    outcome, told, _ = audited(filled, FEMI.email)[-1]
    assert outcome == "ok" and told["reason"] == REASON and told["bytes"] == len(made.content)
    assert told["format"] == "csv" and told["rows"] >= 7 and told["has_names"]


def test_the_audit_keeps_what_left_as_what_by_which_receipts(exports: Exports, filled: Settings) -> None:
    viewer = Viewer("audited@export.example", ("executive",), "192.0.2.9")
    made = exports.export(viewer, dashboards()["executive"], "csv", {"panel": ["2"], "product": ["Core"]})
    with pytest.raises(UsageError):
        exports.export(viewer, dashboards()["executive"], "csv", {"panel": ["2"], "product": ["Nothing"]})
    (outcome, told, address), (second, lost, _) = audited(filled, viewer.email)
    assert (outcome, second, address) == ("ok", "refused", "192.0.2.9")
    receipts = {row["Receipt"].replace("-", "") for row in table(made)}
    assert set(told["receipts"]) == receipts and told["chosen"] == {"product": ["Core"]}
    assert told["month"] == "2026-10-01" and told["rows"] > 20 and told["page"] == "executive"
    assert lost["why"] == "UsageError" and "receipts" not in lost


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"month": ["May 1999"]}, "The link asks for the month “May 1999”, which is not known here"),
        ({"compare": ["Never"]}, "The link asks for the comparison “Never”"),
        ({"product": ["Cor"]}, "The link asks for the product “Cor”"),
    ],
    ids=["a month", "a comparison", "a value"],
)  # fmt: skip
def test_a_file_never_leaves_out_in_silence_what_was_asked_for(
    exports: Exports, parameters: dict[str, list[str]], said: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        exports.export(EVA, dashboards()["executive"], "pdf", parameters)


def test_one_file_at_a_time(exports: Exports) -> None:
    with exports._one_at_a_time(EVA):
        with pytest.raises(Busy, match="still being made"):
            exports.export(EVA, dashboards()["executive"], "csv", {"panel": ["1"]})
        assert exports.export(FEMI, dashboards()["revenue"], "csv", {"panel": ["1"]}).content
    assert exports.export(EVA, dashboards()["executive"], "csv", {"panel": ["1"]}).content


