"""Pages by e-mail: due by the reader's clock, each once, with the reader's rights, and stopped by one click."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from starlette.applications import Starlette

from app.access import Viewer
from app.errors import FellShort, NotPermitted, UsageError
from app.kept_mail import mail_folder
from app.secrets import ADMIN
from app.settings import Settings
from app.subscriptions.schedule import Schedule
from app.subscriptions.stop import stop_route
from app.subscriptions.store import MOST
from app.warehouse import Warehouse
from pipelines.job import Run
from pipelines.mailstore import list_mail, read_mail
from pipelines.rights import BUILDER
from pipelines.subscriptions import send_due
from tests.portal.in_process import Browser

from .conftest import built, sql

BERLIN = "Europe/Berlin"
EVA = Viewer("eva@example.test", ("executive",))
SOFIA = Viewer("sofia@example.test", ("sales",))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "now", "last", "following"),
    [
        (Schedule("day", 0, 8, BERLIN), "2026-11-22T11:00", "2026-11-22T07:00", "2026-11-23T07:00"),
        (Schedule("day", 0, 8, BERLIN), "2026-11-22T06:59", "2026-11-21T07:00", "2026-11-22T07:00"),
        (Schedule("day", 0, 8, BERLIN), "2026-11-22T07:00", "2026-11-22T07:00", "2026-11-23T07:00"),
        (Schedule("day", 0, 8, BERLIN), "2026-03-29T12:00", "2026-03-29T06:00", "2026-03-30T06:00"),
        (Schedule("day", 0, 2, BERLIN), "2026-03-29T12:00", "2026-03-29T01:00", "2026-03-30T00:00"),
        (Schedule("day", 0, 2, BERLIN), "2026-10-25T12:00", "2026-10-25T00:00", "2026-10-26T01:00"),
        (Schedule("business_day", 0, 8, BERLIN), "2026-11-22T11:00", "2026-11-20T07:00", "2026-11-23T07:00"),
        (Schedule("week", 0, 8, "America/New_York"), "2026-11-23T12:00", "2026-11-16T13:00", "2026-11-23T13:00"),
        (Schedule("week", 0, 9, "Pacific/Auckland"), "2026-11-22T20:30", "2026-11-22T20:00", "2026-11-29T20:00"),
        (Schedule("month", 28, 0, "Pacific/Kiritimati"), "2026-03-01T00:00", "2026-02-27T10:00", "2026-03-27T10:00"),
    ],
    ids=["later that day", "a minute before", "at that minute", "on the day the clock goes ahead",
         "in the hour that is skipped", "in the hour that comes twice, the first", "a Sunday",
         "a Monday not begun there", "a Monday begun there while it is Sunday here", "the last day of February"],
)  # fmt: skip
def test_when_it_is_due(schedule: Schedule, now: str, last: str, following: str) -> None:
    assert (schedule.last_due(at(now)), schedule.next_due(at(now))) == (at(last), at(following))


@pytest.mark.parametrize("wrong", [("year", 0, 8, BERLIN), ("day", 1, 8, BERLIN), ("week", 7, 8, BERLIN),
                                   ("month", 0, 8, BERLIN), ("month", 29, 8, BERLIN), ("day", 0, 24, BERLIN),
                                   ("day", 0, 8, "Mars/Olympus"), ("day", 0, 8, "../etc/passwd")])  # fmt: skip
def test_what_is_never_due_is_refused(wrong: tuple[Any, ...]) -> None:
    with pytest.raises(UsageError):
        Schedule(*wrong)


@pytest.fixture
def warehouse(clean: Settings) -> Iterator[Warehouse]:
    sql(clean, ADMIN, "delete from portal.subscription_due; delete from portal.subscription")
    with built(clean) as made:
        yield made


def subscribe(warehouse: Warehouse, viewer: Viewer = EVA, page: str = "executive", **options: Any) -> str:
    """Every day at eight in Berlin, since long ago."""
    kinds = {"only_changed": False, "with_pdf": False, **options}
    made = warehouse.subscriptions.add(viewer, page, {"product": ["Core"]}, Schedule("day", 0, 8, BERLIN), **kinds)
    sql(warehouse.settings, ADMIN, "update portal.subscription set created_at = '2026-01-01'")
    return made


def mail_of(settings: Settings, mail_id: str) -> EmailMessage:
    """A mail as it was received."""
    path = next(path for path in mail_folder(settings).glob("*.eml") if mail_id in path.name)
    message = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


NOW = at("2026-11-22T11:00")


def test_a_page_that_is_due_comes_once_with_its_figures_and_the_way_out(
    warehouse: Warehouse, mailbox: Settings, run: Run
) -> None:
    """By hand: ARR 12 × 990,000. Only Core was asked for, and all is Core."""
    subscribe(warehouse, with_pdf=True)
    assert send_due(run, NOW).detail == {"sent": 1, "failed": {}}
    assert send_due(run, NOW + timedelta(hours=19)).detail == {"failed": {}}, "not due again until eight in the morning"
    assert send_due(run, NOW + timedelta(hours=20)).detail == {"sent": 1, "failed": {}}
    mails = list_mail(mailbox)
    assert [mail.to for mail in mails] == ["eva@example.test"] * 2
    message = mail_of(mailbox, mails[-1].mail_id)
    assert message["Subject"] == "Executive, October 2026: ARR $11.88M"
    text = message.get_body(("plain",)).get_content()
    assert "ARR: $11.88M" in text and "Only Core." in text and "You get this every day at 08:00, Europe/Berlin" in text
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = message["List-Unsubscribe"].strip("<>").replace("\r\n ", "")
    assert link in text and link in message.get_body(("html",)).get_content()
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds.count("application/pdf") == 1 and kinds.count("image/png") >= 4
    assert next(message.iter_attachments()).get_content().startswith(b"%PDF")


def test_what_did_not_change_is_skipped_where_that_was_asked_for(
    warehouse: Warehouse, mailbox: Settings, run: Run
) -> None:
    subscribe(warehouse, only_changed=True)
    days = [NOW + timedelta(days=back) for back in range(3)]
    change = "update mart_finance.mrr_monthly set closing_mrr_usd = closing_mrr_usd + %s where month = '2026-10-01'"
    assert send_due(run, days[0]).detail == {"sent": 1, "failed": {}}
    assert send_due(run, days[1]).detail == {"unchanged": 1, "failed": {}}
    sql(mailbox, BUILDER, change, (0.01,))
    try:
        assert send_due(run, days[2]).detail == {"sent": 1, "failed": {}}
    finally:
        sql(mailbox, BUILDER, change, (-0.01,))


def test_what_could_not_be_sent_is_tried_again(
    warehouse: Warehouse, run: Run, request: pytest.FixtureRequest
) -> None:
    subscribe(warehouse)
    result = send_due(run, NOW)
    assert isinstance(result.error, FellShort) and "eva@example.test, executive" in str(result.error)
    mailbox = request.getfixturevalue("mailbox")
    assert send_due(run, NOW).detail == {"sent": 1, "failed": {}} and len(list_mail(mailbox)) == 1


def test_who_may_not_open_the_page_any_more_is_told_once_and_no_figure(
    warehouse: Warehouse, mailbox: Settings, run: Run
) -> None:
    subscribe(warehouse, SOFIA)
    assert send_due(run, NOW).detail == {"no_right": 1, "failed": {}}
    assert send_due(run, NOW + timedelta(days=9)).detail == {"failed": {}}
    (mail,) = list_mail(mailbox)
    text = read_mail(mailbox, mail.mail_id).text
    assert "none of your pages any more" in text and "$" not in text and "ARR" not in text
    assert warehouse.subscriptions.of(SOFIA) == ()


def test_one_click_stops_it_and_reading_the_link_does_not(warehouse: Warehouse, run: Run) -> None:
    made = subscribe(warehouse)
    token = warehouse.subscriptions.token(made)
    browser = Browser(Starlette(routes=[stop_route(warehouse)]), "http://portal")
    assert "Stop it" in browser.get(f"/stop/{token}").text and len(warehouse.subscriptions.of(EVA)) == 1
    forged = token[:-1] + ("0" if token[-1] != "0" else "1")
    for wrong in (forged, made, f"{made}.", "x.y", token.replace(made, "00000000-0000-0000-0000-000000000000")):
        assert browser.post(f"/stop/{wrong}").status_code == 404 and len(warehouse.subscriptions.of(EVA)) == 1
    answer = browser.post(f"/stop/{token}", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and "Stopped" in answer.text
    assert warehouse.subscriptions.of(EVA) == () and browser.post(f"/stop/{token}").status_code == 200
    assert send_due(run, NOW).detail == {"failed": {}}


def test_two_windows_at_once_subscribe_once_and_to_twenty_at_most(warehouse: Warehouse) -> None:
    def add(page: str) -> bool:
        try:
            return bool(subscribe(warehouse, page=page))
        except UsageError:
            return False

    with ThreadPoolExecutor(8) as windows:
        assert sum(windows.map(add, ["executive"] * 8)) == 1
        assert sum(windows.map(add, [f"page-{number}" for number in range(40)])) == MOST - 1
    assert len(warehouse.subscriptions.of(EVA)) == MOST


def test_nobody_subscribes_twice_or_stops_what_is_anothers(warehouse: Warehouse) -> None:
    made = subscribe(warehouse)
    with pytest.raises(UsageError, match="You get this page already, every day at 08:00, Europe/Berlin"):
        subscribe(warehouse)
    with pytest.raises(NotPermitted):
        warehouse.subscriptions.stop(SOFIA, made)
    warehouse.subscriptions.stop(EVA, made)
    asked = "select email, action from portal.audit where action like any (array['subscribe', 'unsubscribe']) "
    told = sql(warehouse.settings, ADMIN, asked + "order by at desc limit 2")
    assert told == [("eva@example.test", "unsubscribe"), ("eva@example.test", "subscribe")]
