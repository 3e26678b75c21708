"""A saved report and a dashboard of one's own by e-mail: with the rights of whoever gets it, and of the moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.access import Viewer
from app.errors import NotPermitted
from app.own.layout import Layout
from app.reports.report import judged
from app.secrets import ADMIN
from app.settings import Settings
from app.subscriptions.schedule import Schedule
from app.ui.panels.subscribed import line_html
from app.ui.reading import Reading
from app.warehouse import Warehouse
from pipelines.job import Run
from pipelines.mailstore import list_mail
from pipelines.rights import BUILDER
from pipelines.subscriptions import send_due

from .conftest import AS_OF, built, sql
from .test_subscriptions import mail_of

EVA, SOFIA = Viewer("eva@example.test", ("executive",)), Viewer("sofia@example.test", ("sales",))
NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)
DAILY = Schedule("day", 0, 8, "Europe/Berlin")


@pytest.fixture
def warehouse(clean: Settings) -> Iterator[Warehouse]:
    """Sales may read the customers, and no dollar."""
    sql(clean, ADMIN, "delete from portal.subscription_due; delete from portal.subscription")
    sql(clean, BUILDER, "grant usage on schema mart_finance to plumbline_sales; "
                        "grant select on mart_finance.customers_monthly to plumbline_sales")  # fmt: skip
    with built(clean) as made:
        yield made
    sql(clean, BUILDER, "revoke select on mart_finance.customers_monthly from plumbline_sales; "
                        "revoke usage on schema mart_finance from plumbline_sales")  # fmt: skip


def test_a_dashboard_comes_to_each_with_their_own_rights_until_it_is_shared_no_more(
    warehouse: Warehouse, mailbox: Settings, run: Run
) -> None:
    """By hand: MRR of October is 990,000 dollars."""
    reports, store = warehouse.reports, warehouse.dashboards
    report = reports.save(EVA, "MRR by product", judged({"values": ["net_mrr"], "rows": ["product"]}))
    reports.share(EVA, str(report.thing_id), ["sales"])
    layout = Layout().with_card("tile", "net_mrr").with_card("tile", "active_customers")
    layout = layout.with_card("report", str(report.thing_id), report.title).with_card("words", text="Mondays only")
    board = store.save(EVA, "Monday", layout)
    store.share(EVA, str(board.thing_id), ["sales"])
    for viewer, page, parameters in (
        (EVA, "my-dashboards", {"dashboard": [str(board.thing_id)]}),
        (SOFIA, "my-dashboards", {"dashboard": [str(board.thing_id)]}),
        (EVA, "reports", {"id": [str(report.thing_id)]}),
    ):
        warehouse.subscriptions.add(viewer, page, parameters, DAILY, only_changed=False, with_pdf=False)
    sql(warehouse.settings, ADMIN, "update portal.subscription set created_at = '2026-01-01'")
    assert send_due(run, NOW).detail == {"sent": 3, "failed": {}}
    mails = {(mail.to, mail.subject): mail_of(mailbox, mail.mail_id) for mail in list_mail(mailbox)}
    said = {key: message.get_body(("plain",)).get_content() for key, message in mails.items()}
    assert sorted(said) == [
        ("eva@example.test", "MRR by product, October 2026"),
        ("eva@example.test", "Monday, October 2026: MRR $990.0K"),
        ("sofia@example.test", next(subject for to, subject in said if to == SOFIA.email)),
    ]
    theirs = next(text for (to, _), text in said.items() if to == SOFIA.email)
    assert "not in your role" in theirs and "Active customers" in theirs and "Mondays only" in theirs
    assert "990" not in theirs and "$" not in theirs, theirs
    assert f"/my-dashboards?dashboard={board.thing_id}" in theirs
    mine = said["eva@example.test", "MRR by product, October 2026"]
    assert f"/reports?id={report.thing_id}" in mine and "Core" in mine

    store.share(EVA, str(board.thing_id), [])
    with pytest.raises(NotPermitted):
        store.open(SOFIA, str(board.thing_id))
    assert send_due(run, NOW + timedelta(hours=20)).detail == {"sent": 2, "no_right": 1, "failed": {}}
    last = next(mail for mail in list_mail(mailbox) if mail.to == SOFIA.email and "no more" in mail.subject)
    text = mail_of(mailbox, last.mail_id).get_body(("plain",)).get_content()
    assert last.subject == "My dashboards comes no more" and "Monday" not in text
    assert warehouse.subscriptions.of(SOFIA) == ()


def test_the_page_mail_calls_it_by_its_name_as_long_as_it_is_there(warehouse: Warehouse) -> None:
    board = warehouse.dashboards.save(EVA, "By its name", Layout().with_card("tile", "arr"))
    chosen = {"dashboard": [str(board.thing_id)], "product": ["Core"]}
    warehouse.subscriptions.add(EVA, "my-dashboards", chosen, DAILY, only_changed=False, with_pdf=False)
    (kept,) = warehouse.subscriptions.of(EVA)
    reading = Reading(warehouse, EVA, AS_OF, NOW, warehouse.settings.timezone, pages={"my-dashboards": "My dashboards"})
    assert "<b>By its name</b>, Core<div" in line_html(reading, kept)
    warehouse.dashboards.delete(EVA, str(board.thing_id))
    assert "<b>My dashboards: one that is not there for you now</b>, Core<div" in line_html(reading, kept)
