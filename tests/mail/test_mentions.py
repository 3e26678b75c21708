"""Whom a comment mentions gets it by e-mail: once, with the figure as they may see it, and not who may not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from app.access import Viewer
from app.errors import FellShort
from app.kept_mail import mail_folder
from app.secrets import ADMIN
from app.settings import Settings
from app.warehouse import Warehouse
from pipelines.job import Run
from pipelines.mailstore import list_mail
from pipelines.mentions import mentions

from .conftest import AS_OF, sql

EVA, FEMI = Viewer("eva@example.test", ("executive",)), Viewer("femi@example.test", ("finance",))
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def warehouse(clean: Settings) -> Iterator[Warehouse]:
    sql(clean, ADMIN, "truncate portal.comment_mention, portal.comment, portal.comment_thread")
    built = "insert into portal.build_run values (gen_random_uuid(), now(), now(), %s, 'ok', 60, null)"
    sql(clean, ADMIN, built, (AS_OF,))
    made = Warehouse(clean)
    yield made
    made.close()
    sql(clean, ADMIN, "delete from portal.build_run")


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


def test_what_still_fails_after_three_days_is_given_up_and_named(
    warehouse: Warehouse, clean: Settings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> str:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("pipelines.mentions.send", broken)
    warehouse.comments.begin(FEMI, "net_mrr", OCTOBER, (), "Look, @eva")
    for is_left in (True, False):
        found = mentions(run)
        assert "eva@example.test: ZeroDivisionError: a defect" in str(found.error)
        assert (results(clean)["eva@example.test"] is None) == is_left
        sql(clean, ADMIN, "update portal.comment set written_at = written_at - interval '73 hours'")
    assert results(clean) == {"eva@example.test": "given_up"} and mentions(run).detail == {"failed": {}}


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
    asked = "select outcome from portal.audit where action = 'mail mention' order by at desc limit 2"
    told = sql(mailbox, ADMIN, asked)
    assert told == [("refused",), ("refused",)]
