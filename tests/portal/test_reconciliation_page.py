"""The Reconciliation page on invented claims: what it says, its records, signatures that outlive a changed figure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import create_engine
from sqlalchemy import text as sql
from streamlit.testing.v1 import AppTest

from app import reconciliation
from app.access import Viewer
from app.errors import NotPermitted, QuestionError, UsageError
from app.reconciliation import reconcile, records, records_csv
from app.secrets import warehouse_url
from app.settings import Settings
from app.signatures import signing_role
from app.warehouse import Warehouse

from .test_pages import door, text, visit

__all__ = ["door"]
FINANCE, SALES = Viewer("femi@example.com", ("finance",)), Viewer("sofia@example.com", ("sales",))
AT = datetime(2026, 11, 22, 11, tzinfo=UTC)


def press(page: AppTest, label: str) -> AppTest:
    [button] = [each for each in page.button if each.label == label]
    return button.click().run()


def test_the_page_says_who_claims_what_and_how_far_it_is_from_certified() -> None:
    said = text(visit("finance", "reconciliation"))
    for words in (
        "Two departments, three figures, one certified number. Not all of it has a reason.",
        "Salesforce, reported 22 Nov 2026",
        "1,080,000.25",
        "+80,000.25",
        "+8.0 %",
        "Sales claims $80.0K more than is certified",
        "Signed but not live",
        "−100,000.25",
        "+20,000.00",
        "12.75",
        "0 of 2 lines are signed as they stand",
    ):
        assert words in said, words


def test_a_department_s_records_are_searched_and_their_names_are_plain_text() -> None:
    page = visit("executive", "reconciliation")
    [department] = [each for each in page.get("button_group") if each.label == "Department"]
    department.set_value("finance").run()
    assert "Finance claims $1,513 more than is certified" in text(page)
    said = " ".join(element.proto.body for element in page.get("html"))
    assert "&lt;b&gt;finance&lt;/b&gt; &amp; Söhne 0" in said
    assert "30 of 30 records; page 1 of 2" in text(page)
    [sought] = [each for each in page.text_input if each.label == "Search"]
    sought.set_value("sub_finance_17").run()
    assert "1 of 30 records; page 1 of 1" in text(page)


def test_what_makes_no_claim_is_said(filled: Settings) -> None:
    page = visit("finance", "reconciliation")
    [figure] = [each for each in page.get("button_group") if each.label == "Figure"]
    figure.set_value("customers").run()
    said = text(page)
    assert "Marketing counts 1 customer more than are certified" in said
    assert "Product claims nothing: nothing was loaded from Production database yet." in said


@pytest.fixture
def unsigned(filled: Settings) -> Iterator[Settings]:
    """No signature before and after."""
    engine = create_engine(warehouse_url(filled))
    yield filled
    with engine.begin() as connection:
        connection.execute(sql("delete from portal.claim_signature"))
    engine.dispose()


def test_a_line_is_signed_from_the_page_and_stays_when_the_figure_changes(unsigned: Settings) -> None:
    page = visit("sales", "reconciliation")
    [name] = [each for each in page.text_input if each.label == "Your name"]
    name.set_value("Sofía Núñez").run()
    page = press(page, "Sign this line")
    assert "Signed: sales, 1,080,000.25." in text(page)
    assert "1 of 2 lines are signed as they stand" in text(page)
    change = "update mart_executive.claims_compared set certified_value = certified_value + {} where metric = 'arr'"
    engine = create_engine(warehouse_url(unsigned))
    try:
        with engine.begin() as connection:
            connection.execute(sql(change.format("1")))
        said = text(visit("sales", "reconciliation"))
    finally:
        with engine.begin() as connection:
            connection.execute(sql(change.format("-1")))
        engine.dispose()
    assert "0 of 2 lines are signed as they stand" in said
    assert "The figures have changed since: signed for 1,080,000.25 against 1,000,000.00" in said


def test_who_may_sign_is_finance_an_executive_or_the_department_itself(unsigned: Settings) -> None:
    assert signing_role(FINANCE, "sales") == "finance"
    assert signing_role(SALES, "sales") == "sales"
    assert signing_role(SALES, "finance") is None
    with closing(Warehouse(unsigned)) as warehouse:
        claims = {claim.department: claim for claim in reconcile(warehouse, SALES, "arr").claims}
        with pytest.raises(NotPermitted, match="finance or an executive"):
            warehouse.signing(SALES).sign("arr", claims["finance"], "Sofía", AT)
        for name in ("  ", "\u200b", "Ada\nLovelace", "\u202eadA", "A\0da", "a" * 121):
            with pytest.raises(UsageError, match="needs a name"):
                warehouse.signing(SALES).sign("arr", claims["sales"], name, AT)
        warehouse.signing(FINANCE).sign("arr", claims["sales"], " Femi\u00a0Ade ", AT)
        [signature] = warehouse.signing(SALES).newest("arr").values()
    assert (signature.department, signature.name, signature.role) == ("sales", "Femi Ade", "finance")
    assert signature.claimed == Decimal("1080000.25")
    engine = create_engine(warehouse_url(unsigned))
    with engine.begin() as connection:
        audited = connection.execute(sql("select count(*) from portal.audit where action = 'sign claim'")).scalar()
    engine.dispose()
    assert audited


def test_the_records_as_a_file_hold_nothing_that_a_spreadsheet_would_run(filled: Settings) -> None:
    with closing(Warehouse(filled)) as warehouse:
        [row] = records(warehouse, SALES, "arr", "sales", "signed_not_live")
    lines = records_csv([{**row, "customer_name": "=SUM(A1:A9)"}]).splitlines()
    assert lines[0].startswith("department,step,reason,")
    assert lines[1].endswith(",'=SUM(A1:A9),100000.25")


def test_records_that_are_too_many_are_refused_and_not_cut_short(
    filled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciliation, "MOST_RECORDS", 1)
    with closing(Warehouse(filled)) as warehouse, pytest.raises(QuestionError, match="At least 1 records"):
        records(warehouse, SALES, "arr", "sales")


def test_where_nothing_is_loaded_nothing_is_certified() -> None:
    """Zero would be a figure. A home that has its contracts alone has one that no department claims."""
    none = Decimal(0)
    claimed = reconciliation.Claim("sales", "salesforce", True, None, None, none, none, none, none, 0, 0, ())
    for claims, certified, value in (((), 0, None), ((), 5, 5), ((claimed,), 0, 0)):
        found = reconciliation.Reconciliation("arr", "arr", "usd", Decimal(certified), claims)
        assert found.certified_value == value
