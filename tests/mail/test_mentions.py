"""Whom a comment mentions gets it by e-mail: once, with the figure as they may see it, and not who may not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.access import Viewer
from app.errors import FellShort, WarehouseDown
from app.kept_mail import mail_folder
from app.metrics import catalogue
from app.secrets import ADMIN
from app.settings import Settings
from app.ui.comment_words import comment_html
from app.warehouse import Warehouse
from pipelines.job import Run
from pipelines.mailstore import list_mail
from pipelines.mentions import mentions

from .conftest import built, sql

EVA, FEMI = Viewer("eva@example.test", ("executive",)), Viewer("femi@example.test", ("finance",))
OCTOBER = date(2026, 10, 1)
AUDITED = "select outcome from portal.audit where action = 'mail mention' order by at desc "


@pytest.fixture
def warehouse(clean: Settings) -> Iterator[Warehouse]:
    sql(clean, ADMIN, "truncate portal.comment_mention, portal.comment, portal.comment_thread")
    with built(clean) as made:
        yield made


def results(settings: Settings) -> dict[str, str | None]:
    found = sql(settings, ADMIN, "select email, result from portal.comment_mention")
    return {str(email): result for email, result in found}


def test_a_mention_arrives_once_with_the_figure_the_words_and_the_way(
    warehouse: Warehouse, clean: Settings, run: Run, request: pytest.FixtureRequest
) -> None:
    """By hand: MRR of October is 990,000. The first run finds no mail server, the second sends, the third is idle."""
    core, words = (("product", "Core"),), "Is <b>this</b> so?\n@eva"
    warehouse.comments.begin(FEMI, "net_mrr", OCTOBER, core, words, shown=980_000.0)
    result = mentions(run)
    assert isinstance(result.error, FellShort) and "eva@example.test" in str(result.error)
    assert results(clean) == {"eva@example.test": None}
    mailbox = request.getfixturevalue("mailbox")
    assert mentions(run).detail == {"sent": 1, "failed": {}}
    assert mentions(run).detail == {"failed": {}}
    (mail,) = list_mail(mailbox)
    message = message_from_bytes(next(mail_folder(mailbox).glob("*.eml")).read_bytes(), policy=default)
    assert isinstance(message, EmailMessage) and mail.to == "eva@example.test"
    assert message["Subject"] == "Femi mentions you: MRR of October 2026, Core"
    said = message.get_body(("plain",)).get_content()
    assert "MRR of October 2026, Core stands at $990,000.00. It was $980,000.00 when this was written." in said
    assert "Is <b>this</b> so?" in said and "/comments?metric=net_mrr&month=2026-10&product=Core" in said
    html = message.get_body(("html",)).get_content()
    assert "Is &lt;b&gt;this&lt;/b&gt; so?<br>@eva" in html and "990,000.00" in html
    sql(clean, ADMIN, "update portal.comment_mention set result = null")
    assert mentions(run).detail == {"sent": 1, "failed": {}} and len(list_mail(mailbox)) == 1, "the log knows it"


def away(*_: object) -> str:
    raise FellShort("450 try later.")


def pass_days(settings: Settings) -> None:
    """Three days and an hour go by."""
    sql(settings, ADMIN, "update portal.comment set written_at = written_at - interval '73 hours'")
    sql(settings, ADMIN, "update portal.comment_mention set done_at = done_at - interval '73 hours'")


def test_what_still_fails_three_days_after_its_first_try_is_given_up_and_its_thread_says_so(
    warehouse: Warehouse, clean: Settings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scheduler was off when it was written: its first try comes late, and is one of many."""
    monkeypatch.setattr("pipelines.mentions.send", away)
    warehouse.comments.begin(FEMI, "net_mrr", OCTOBER, (), "Look, @eva")
    pass_days(clean)
    for _ in range(2):
        said = str(mentions(run).error)
        assert said.startswith("1 mention could not be mailed. eva@example.test: 450 try later. Expected")
        assert "The next runs try 1 mention again" in said and "Given up" not in said
    assert results(clean) == {"eva@example.test": None}
    pass_days(clean)
    warehouse.comments.begin(FEMI, "arr", OCTOBER, (), "And here, @eva")
    found = mentions(run)
    said = str(found.error)
    assert said.startswith("2 mentions could not be mailed. eva@example.test: 450 try later. Expected")
    assert "try 1 mention again" in said and "Given up after 3 days: 1 mention," in said
    detail: Any = found.detail
    assert detail["given_up"] == 1 and len(detail["failed"]) == 2
    (lost,), (waits,) = (warehouse.comments.on(EVA, name, OCTOBER, ())[0].comments for name in ("net_mrr", "arr"))
    assert (lost.unmailed, waits.unmailed) == (("Eva",), ())
    assert "This could not be mailed to Eva." in comment_html(lost, catalogue()["net_mrr"], None, ZoneInfo("UTC"))
    pass_days(clean)
    assert "The next runs" not in str(mentions(run).error), "nothing waits any more"
    assert mentions(run).detail == {"failed": {}}


@pytest.mark.parametrize("why", ["away", "not built"])
def test_while_nobody_can_say_who_may_see_it_a_mention_waits(
    warehouse: Warehouse, mailbox: Settings, run: Run, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    def readers(*_: object) -> tuple[str, ...]:
        if why == "away":
            raise WarehouseDown("The warehouse does not answer.")
        return ()

    warehouse.comments.begin(FEMI, "net_mrr", OCTOBER, (), "Look, @eva")
    with monkeypatch.context() as patched:
        patched.setattr(Warehouse, "_readers", readers)
        assert mentions(run).error is not None and results(mailbox) == {"eva@example.test": None}
    assert sql(mailbox, ADMIN, AUDITED + "limit 1") == [("failed",)]
    assert mentions(run).detail == {"sent": 1, "failed": {}}


def test_who_lost_the_right_meanwhile_and_what_was_taken_back_is_not_sent(
    warehouse: Warehouse, mailbox: Settings, run: Run
) -> None:
    comments = warehouse.comments
    thread = comments.begin(FEMI, "net_mrr", OCTOBER, (), "A slip, @eva")
    comments.take_back(FEMI, thread, comments.on(FEMI, "net_mrr", OCTOBER, ())[0].comments[0].comment_id)
    assert mentions(run).detail == {"taken_back": 1, "failed": {}}
    comments.answer(FEMI, thread, "Now then, @eva")
    sql(mailbox, ADMIN, "update portal.person_role set role = 'sales' where email = 'eva@example.test'")
    try:
        assert mentions(run).detail == {"no_right": 1, "failed": {}}
    finally:
        sql(mailbox, ADMIN, "update portal.person_role set role = 'executive' where email = 'eva@example.test'")
    assert list_mail(mailbox) == []
    told = sql(mailbox, ADMIN, AUDITED + "limit 2")
    assert told == [("refused",), ("refused",)]
