"""The daily report: the six figures as this person may see them, once a day."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from app.access import Viewer
from app.errors import FellShort
from app.secrets import ADMIN
from app.settings import Settings
from app.ui import format as f
from app.warehouse import Warehouse
from pipelines.daily_report import FIGURES, report_letter
from pipelines.findings import reading_of
from pipelines.job import Run
from pipelines.mailstore import list_mail, read_mail
from pipelines.notify import alert, report

from .conftest import sql

EVA = Viewer("eva@example.test", ("executive",), "mail")


def test_only_executives_get_it_and_once_a_business_day(clean: Settings, mailbox: Settings, run: Run) -> None:
    assert report(run).detail == {"sent_to": ["eva@example.test"], "failed": {}}
    report(run)
    assert [mail.to for mail in list_mail(clean)] == ["eva@example.test"]
    report(replace(run, as_of=run.as_of + timedelta(days=1)))
    assert len(list_mail(clean)) == 2


def test_a_report_that_cannot_be_sent_fails_the_step_and_is_sent_by_the_next_run(
    clean: Settings, run: Run, request: pytest.FixtureRequest
) -> None:
    result = report(run)
    assert list(result.detail["failed"]) == ["eva@example.test"]  # type: ignore[call-overload]
    assert isinstance(result.error, FellShort)
    request.getfixturevalue("mailbox")
    assert report(run).error is None
    assert [mail.to for mail in list_mail(clean)] == ["eva@example.test"]


def test_without_an_executive_it_says_that_there_is_nobody(clean: Settings, run: Run) -> None:
    sql(clean, ADMIN, "update portal.person set is_active = false")
    try:
        result = report(run)
    finally:
        sql(clean, ADMIN, "update portal.person set is_active = true")
    assert result.error is None
    assert str(result.detail["nobody_to_mail"]).startswith("Nobody active has the role executive")


def test_its_figures_are_those_of_the_warehouse_for_this_person(clean: Settings, mailbox: Settings, run: Run) -> None:
    """By hand: ARR 12 × 990,000; 4,390 customers; 1,049 ÷ 1,000; 0.02 × 990,000 ÷ 980,000; 780 ÷ 1,000; 21 months."""
    report(run)
    text = read_mail(clean, "last").text
    lines = text.splitlines()
    said = dict(line.split(": ", 1) for line in lines if ": " in line and not line.startswith(" "))
    thin = f.THIN
    expected = {
        "ARR": "$11.88M", "Active customers": "4,390", "Net revenue retention": f"104.9{thin}%",
        "Gross MRR churn": f"2.02{thin}%", "Gross margin": f"78.0{thin}%", "Cash runway": f"21.0{thin}months",
    }  # fmt: skip
    assert {label: said[label] for label in expected} == expected
    warehouse = Warehouse(clean)
    reading = reading_of(warehouse, run, EVA)
    for name in FIGURES:
        value, metric = reading.series(name, 1)[reading.closed], reading.metric(name)
        assert value is not None
        assert said[metric.label] == str(f.figure(value, metric.unit))
    warehouse.close()


def test_change_target_and_verdict_stand_by_each_figure(clean: Settings, mailbox: Settings, run: Run) -> None:
    report(run)
    mail = read_mail(clean, "last")
    thin = f.THIN
    for words in (f"+1.0{thin}% on September", f"{f.MINUS}1.0{thin}months on September", "Target $12.00M: missed",
                  f"Target at most 2.50{thin}%: met", "No target set"):  # fmt: skip
        assert words in mail.text
    assert mail.kept.subject == "ARR $11.88M in October: 2 targets met, 1 missed"
    assert len(mail.pictures) == 1 + len(FIGURES)


def test_the_same_business_instant_gives_the_same_mail(clean: Settings, run: Run) -> None:
    warehouse = Warehouse(clean)
    first, again = (report_letter(reading_of(warehouse, run, EVA), clean) for _ in range(2))
    warehouse.close()
    assert first == again
    assert first.message_id == again.message_id


def test_each_figure_has_a_receipt_that_says_what_the_mail_says(clean: Settings, mailbox: Settings, run: Run) -> None:
    built = "insert into portal.build_run values (%s, now(), now(), %s, 'ok', 9)"
    sql(clean, ADMIN, built, (str(uuid4()), run.as_of))
    try:
        report(run)
        mail = read_mail(clean, "last")
        receipts = re.findall(r"^  Receipt ([0-9A-Z-]{14})$", mail.text, re.MULTILINE)
        with closing(Warehouse(clean)) as warehouse:
            shown = [warehouse.receipts.show(EVA, each).stored.receipt for each in receipts]
    finally:
        sql(clean, ADMIN, "truncate portal.build_run, portal.receipt cascade")
    assert tuple(each.metric for each in shown) == FIGURES
    assert shown[0].answer["rows"][-1] == ["2026-10-01", "11880000"]  # 12 × 990,000
    unbroken = r'Receipt <span[^>]*white-space: ?nowrap[^>]*>([0-9A-Z-]{14})</span>'
    assert re.findall(unbroken, mail.html) == receipts


def test_it_tells_what_needs_attention(odd_day: Settings, mailbox: Settings, run: Run) -> None:
    alert(run)
    report(run)
    text = read_mail(odd_day, "last").text
    assert "Two things to know" in text
    assert "ACT - Failed card payments: 41 on 20 Nov, expected 12 to 22 (20 Nov)" in text


def test_who_may_not_read_the_figures_gets_no_mail(clean: Settings, mailbox: Settings, run: Run) -> None:
    """The right is the database's: taken from the executive's login, the report holds nothing for them."""
    sql(clean, ADMIN, "revoke select on mart_finance.cash_monthly from plumbline_executive")
    try:
        result = report(run)
    finally:
        sql(clean, ADMIN, "grant select on mart_finance.cash_monthly to plumbline_executive")
    assert "eva@example.test" in result.detail["failed"]  # type: ignore[operator]
    assert str(result.error).startswith("1 of 1 mails could not be sent. eva@example.test: ")
    assert list_mail(clean) == []


def test_every_read_for_a_mail_is_audited_as_that_person(clean: Settings, mailbox: Settings, run: Run) -> None:
    sql(clean, ADMIN, "truncate portal.audit")
    report(run)
    rows = sql(clean, ADMIN, "select distinct email, role, address from portal.audit where metric is not null")
    assert rows == [("eva@example.test", "executive", "mail")]


def test_late_data_is_said_by_the_figure(clean: Settings, mailbox: Settings, run: Run) -> None:
    sql(clean, ADMIN, "update portal.load_run set ended_at = '2026-11-20 10:00+00'")
    report(replace(run, run_id=uuid4()))
    assert "Closed 31 Oct; late: loaded 20 Nov 2026, 05:00" in read_mail(clean, "last").text
