"""Comments on a figure: who reads and writes them, whom they mention, and what the page says when it has moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import create_engine
from sqlalchemy import text as sql
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import app.portal
from app.access import Viewer
from app.comments.thread import Person, handles, mentioned
from app.errors import NotPermitted, UsageError
from app.secrets import warehouse_url
from app.settings import Settings
from app.ui.comment_words import moved_html
from app.ui.passport import comments_html
from app.ui.reading import Reading
from app.warehouse import Warehouse

from .invented import AS_OF
from .test_pages import EMAIL, audited, door, front_door, text, visit
from .test_timeline import TABLES

__all__ = ["door"]
EVA, FEMI, CHLOE, INES = (Viewer(EMAIL[role], (role,))
                          for role in ("executive", "finance", "customer_success", "engineer"))  # fmt: skip
OCTOBER = date(2026, 10, 1)
WORDS = "Is the <b>rise</b> June's price?\nAsk @eva.executive."


@pytest.fixture(scope="module")
def warehouse(filled: Settings) -> Iterator[Warehouse]:
    engine = create_engine(warehouse_url(filled))
    found = Warehouse(filled)
    yield found
    found.close()
    with engine.begin() as connection:
        connection.execute(sql(f"truncate {TABLES}"))
    engine.dispose()


def at(**parameters: str) -> AppTest:
    """The page Comments as finance sees it, at an address."""
    page = AppTest.from_function(front_door, default_timeout=180)
    page.user = {"is_logged_in": True, "email": FEMI.email, "name": "Femi"}
    page._page_hash = calc_hash("comments")  # before the first run, as in test_records_page.py
    for key, value in parameters.items():
        page.query_params[key] = value
    return page.run()


def press(page: AppTest, label: str) -> AppTest:
    return next(each for each in page.button if each.label == label).click().run()


@pytest.mark.parametrize("value", ["a\nb", "a\x00b", "x" * 201], ids=["two lines", "a null", "too long"])
def test_an_address_that_narrows_by_what_can_be_no_value_takes_no_comment(warehouse: Warehouse, value: str) -> None:
    with pytest.raises(UsageError, match="which can be no value"):
        warehouse.comments.begin(FEMI, "net_mrr", OCTOBER, (("product", value),), "Is it so?")


@pytest.mark.parametrize("month", [date(9999, 12, 1), date(1789, 7, 1)])
def test_a_month_of_which_no_company_keeps_books_takes_no_comment(warehouse: Warehouse, month: date) -> None:
    with pytest.raises(UsageError, match=f"A figure of {month.year} is none that can be known"):
        warehouse.comments.begin(FEMI, "net_mrr", month, (), "Is it so?")


def test_a_thread_is_there_for_whoever_may_see_the_figure_and_for_nobody_else(
    warehouse: Warehouse, filled: Settings
) -> None:
    comments = warehouse.comments
    thread = comments.begin(FEMI, "net_mrr", OCTOBER, (("product", "Core"),), WORDS, shown=530_000.0)
    (found,) = comments.on(EVA, "net_mrr", OCTOBER, (("product", "Core"),))
    assert (found.thread_id, found.comments[0].words, found.comments[0].name) == (thread, WORDS, "Femi Adeyemi")
    assert comments.on(EVA, "net_mrr", OCTOBER, ()) == () == comments.on(EVA, "net_mrr", date(2026, 9, 1), ())
    before = len(audited(filled))
    for viewer in (CHLOE, INES, Viewer("x@y.z", ())):
        assert comments.open_threads(viewer) == () == comments.open_on(viewer, "net_mrr", OCTOBER, found.where)
        for act in (lambda v=viewer: comments.on(v, "net_mrr", OCTOBER, found.where),
                    lambda v=viewer: comments.people(v, "net_mrr"), lambda v=viewer: comments.answer(v, thread, "I"),
                    lambda v=viewer: comments.begin(v, "net_mrr", OCTOBER, (), "I"),
                    lambda v=viewer: comments.resolve(v, thread)):  # fmt: skip
            with pytest.raises(NotPermitted):
                act()
    assert len(audited(filled)) - before == 15, "each refusal leaves its row"
    with pytest.raises(NotPermitted):
        comments.answer(EVA, str(uuid4()), "I")
    comments.answer(EVA, thread, "It is.")
    comments.resolve(EVA, thread)
    assert comments.open_threads(FEMI) == () and not comments.on(FEMI, "net_mrr", OCTOBER, found.where)[0].is_open
    comments.answer(FEMI, thread, "It was not.")
    assert [each.thread_id for each in comments.open_threads(EVA)] == [thread], "an answer opens it again"
    comments.resolve(EVA, thread)


def test_only_whoever_may_see_the_figure_can_be_mentioned(warehouse: Warehouse, filled: Settings) -> None:
    people = warehouse.comments.people(EVA, "net_mrr")
    assert {each.email for each in people} == {EMAIL[role] for role in ("executive", "finance", "analyst")}
    for words in ("See @chloe.success", f"See @{CHLOE.email}", "See @nobody"):
        with pytest.raises(UsageError, match="nobody of that name may see this figure"):
            warehouse.comments.begin(EVA, "net_mrr", OCTOBER, (), words)
    with pytest.raises(UsageError, match="nobody of that name"):
        warehouse.comments.begin(EVA, "net_mrr", OCTOBER, (), "See this", chosen=(INES.email,))
    assert warehouse.comments.on(EVA, "net_mrr", OCTOBER, ()) == (), "nothing is kept of what was refused"
    engine = create_engine(warehouse_url(filled))
    with engine.connect() as connection:
        waiting = connection.execute(sql("select email, result from portal.comment_mention")).all()
    engine.dispose()
    assert [tuple(row) for row in waiting] == [(EVA.email, None)]


def test_a_mention_is_an_at_sign_before_a_name_and_nothing_else() -> None:
    people = (Person("ada@x.example", "Ada"), Person("bo.li@x.example", "Bo"))
    for words, expected in (("@ada, and @bo.li.", people), ("@ADA@x.example!", people[:1]), ("mail ada@x.example", ()),
                            ("@ada @ada", people[:1])):  # fmt: skip
        assert mentioned(words, (), people) == tuple(each.email for each in expected), words
    assert mentioned("x", ("bo.li@x.example",), people) == ("bo.li@x.example",)


def test_two_people_of_one_handle_are_told_apart_by_their_addresses() -> None:
    people = [Person("Eva@x.example", "Eva"), Person("eva@y.example", "Eva too"), Person("bo@x.example", "Bo")]
    assert handles(people) == {"Eva@x.example": "Eva@x.example", "eva@y.example": "eva@y.example", "bo@x.example": "bo"}
    assert mentioned("@bo and @eva@y.example", (), people) == ("bo@x.example", "eva@y.example")
    for words in ("ask @eva", "ask @EVA."):
        with pytest.raises(UsageError, match=r"2 people here.*@Eva@x\.example, @eva@y\.example"):
            mentioned(words, (), people)


def test_one_takes_back_one_s_own_words_and_that_there_were_some_stays(warehouse: Warehouse) -> None:
    comments = warehouse.comments
    thread = comments.begin(FEMI, "arr", OCTOBER, (), "A slip")
    comment = comments.on(FEMI, "arr", OCTOBER, ())[0].comments[0].comment_id
    with pytest.raises(NotPermitted, match="not yours to take back"):
        comments.take_back(EVA, thread, comment)
    comments.take_back(FEMI, thread, comment)
    (kept,) = comments.on(EVA, "arr", OCTOBER, ())[0].comments
    assert kept.words == "" and kept.taken_back_at is not None
    comments.resolve(EVA, thread)


def test_the_passport_and_the_tile_say_what_is_said_and_that_the_figure_has_moved(warehouse: Warehouse) -> None:
    """ARR stands at 12 × 1,060,000."""
    thread = warehouse.comments.begin(FEMI, "arr", OCTOBER, (), WORDS, shown=12_700_000.0)
    reading = Reading(warehouse, EVA, AS_OF, datetime.now(UTC), warehouse.settings.timezone, pages={"comments": ""})
    said = comments_html(reading, "arr", OCTOBER, 12_720_000.0, 0)
    assert "Is the &lt;b&gt;rise&lt;/b&gt; June&#x27;s price?<br>Ask @eva.executive." in said
    assert "The figure was $12,700,000.00 then. It is $12,720,000.00 now." in said
    assert 'href="/comments?metric=arr&amp;month=2026-10"' in said
    comment = warehouse.comments.open_threads(EVA)[0].comments[0]
    assert moved_html(comment, reading.metric("arr"), 12_700_000.001) == ""
    html = " ".join(element.proto.body for element in visit("executive", "executive").get("html"))
    assert html.count('<div class="pl-commented" title="1 comment">') == 2, "on the tile and on the trend"
    app.portal.warehouse().comments.resolve(EVA, thread)
    html = " ".join(element.proto.body for element in visit("executive", "executive").get("html"))
    assert '<div class="pl-commented"' not in html, "an act counts at once, though the body is kept for a minute"


def test_the_page_writes_answers_takes_back_and_resolves(warehouse: Warehouse) -> None:
    page = at(metric="net_mrr", month="2026-10", product="Vault")
    assert "MRR of October 2026, Vault: nothing has been said" in text(page)
    page.text_area(key="comments_0_new_words").set_value("Five per cent of all?")
    page.multiselect(key="comments_0_new_whom").set_value([EVA.email])
    said = text(press(page, "Write"))
    assert "1 open thread" in said and "Five per cent of all?" in said and "It stands at $53,000.00" in said
    (thread,) = warehouse.comments.on(FEMI, "net_mrr", OCTOBER, (("product", "Vault"),))
    assert thread.comments[0].shown == 53_000.0, "5 % of 1,060,000"
    page.text_area(key=f"comments_0_{thread.thread_id}_words").set_value("@ines.engineer look")
    assert "@ines.engineer cannot be mentioned here" in text(press(page, "Answer"))
    page.text_area(key=f"comments_0_{thread.thread_id}_words").set_value("It is.")
    assert "It is. " in text(press(page, "Answer"))
    assert "taken back by Femi Adeyemi" in text(press(page, "Take back my last words"))
    assert "all is resolved" in text(press(page, "Resolve")) and not page.exception
    assert "No open thread" in text(visit("finance", "comments"))
    page = at(metric="health_score_average", month="2026-10")
    assert "Your role does not include this figure" in text(page) and len(page.text_area) == 0
