"""The question ledger and R1 to R5, against a log of 23 audit rows and five handed questions that was worked by hand.

Its clock stands in November 2024, where no other test leaves a row. Times are UTC; the reporting zone is five hours
behind, so that each stays on its day.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy import text as sql

import app.clock
import app.portal
import pipelines.services
from app.access import OPERATOR, ROLES, Viewer
from app.errors import NotPermitted, UsageError
from app.gallery import dashboards
from app.ledger.entries import Entry
from app.ledger.links import page_of
from app.ledger.measured import ledger_of, measured
from app.ledger.measures import Measure, Weeks
from app.ledger.store import READERS
from app.login import public_url
from app.secrets import warehouse_url
from app.settings import Settings
from app.ui.panels import measures as panel
from app.warehouse import Warehouse
from pipelines.commands import measures as command

from .test_pages import EMAIL, door, text, visit

__all__ = ["door"]
NOW = datetime(2024, 11, 21, 17, tzinfo=UTC)  # a Thursday, noon in New York
EVERY = ",".join(ROLES)
LOG: tuple[tuple[str, str, str, str, str, str, int | None], ...] = (
    # Sofía searches, searches again, opens an answer: 6 minutes. An hour later nothing is found, and she gives up.
    ("11-18 15:00", "sofia", "sales", "search questions", "discounts", "ok", None),
    ("11-18 15:04", "sofia", "sales", "search questions", "discount", "ok", None),
    ("11-18 15:06", "sofia", "sales", "open answer", "F2", "ok", None),
    ("11-18 16:06", "sofia", "sales", "search questions", "zebra", "ok", None),
    # Petra opens a prepared answer: no ad-hoc question.
    ("11-19 15:00", "petra", "product", "open answer", "P1", "ok", None),
    # Arjun: an error, nothing, five rows, three rows: 18 minutes. Eleven minutes later another statement, without rows.
    ("11-12 15:00", "arjun", "analyst", "sql", "", "failed", None),
    ("11-12 15:05", "arjun", "analyst", "sql", "", "ok", 0),
    ("11-12 15:09", "arjun", "analyst", "sql", "", "ok", 5),
    ("11-12 15:18", "arjun", "analyst", "sql", "", "ok", 3),
    ("11-12 15:29", "arjun", "analyst", "sql", "", "ok", 0),
    # Femi builds a report, keeps it after 7 minutes and looks at it half a minute later. Eva begins one, keeps none and
    # opens another after 5.
    ("11-05 15:00", "femi", "finance", "begin report", "", "ok", None),
    ("11-05 15:07", "femi", "finance", "save report", "", "ok", None),
    ("11-05 15:07:30", "femi", "finance", "open report", "", "ok", None),
    ("11-05 16:00", "eva", "executive", "begin report", "", "ok", None),
    ("11-05 16:05", "eva", "executive", "open report", "", "ok", None),
    # An engineer and the operator ask by themselves: in no measure.
    ("11-20 15:00", "ines", "engineer", "sql", "", "ok", 10),
    ("11-20 15:00", "cli", EVERY, "ask metric", "net_mrr", "ok", None),
    # Before the last four weeks, and before the thirteen.
    ("10-01 15:00", "femi", "finance", "drill", "net_mrr", "ok", 5),
    ("08-01 15:00", "femi", "finance", "drill", "net_mrr", "ok", 5),
    # Marco searches, and three minutes later asks an engineer (below).
    ("11-13 15:00", "marco", "marketing", "search questions", "webinar", "ok", None),
    # Five minutes ago: it can still go either way. And an answer that is not in her role.
    ("11-21 16:55", "eva", "executive", "search questions", "runway", "ok", None),
    ("11-21 14:00", "sofia", "sales", "open answer", "F6", "refused", None),
    # No question.
    ("11-20 15:01", "sofia", "sales", "answer", "net_mrr", "ok", 12),
)
HANDED = (
    # Answered by an engineer 6 hours after the search, by an analyst after a day, before the last four weeks; one that
    # waits since yesterday, and one that has waited for weeks.
    ("marco", "marketing", "11-13 15:03", "Which webinar brought most?", "engineer", "engineer", "11-13 21:00", 90),
    ("chloe", "customer_success", "11-06 15:00", "Who renews?", "analyst", "analyst", "11-07 15:00", 20),
    ("petra", "product", "09-23 15:00", "Who uses exports?", "engineer", "engineer", "09-24 15:00", 30),
    ("marco", "marketing", "11-20 15:00", "Which post?", "analyst", None, None, None),
    ("chloe", "customer_success", "11-01 15:00", "Why slow?", "engineer", None, None, None),
)


def at(said: str) -> datetime:
    return datetime.fromisoformat(f"2024-{said}").replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def logged(filled: Settings) -> Iterator[Settings]:
    """The log in the warehouse, and what a question took before: 60 hours."""
    engine = create_engine(warehouse_url(filled))
    put = sql("insert into portal.audit (at, email, role, action, metric, filters, row_count, outcome) values (:at, "
              ":email, :role, :action, :metric, cast(:filters as jsonb), :rows, :outcome)")  # fmt: skip
    hand = sql("insert into portal.asked_question (question_id, asked_by, asked_roles, asked_at, words, to_role, "
               "answered_by, answered_role, answered_at, answer, minutes) values (gen_random_uuid(), :by, :roles, :at, "
               ":words, :to, :who, :who, :when, :who, :minutes)")  # fmt: skip
    with engine.begin() as connection:
        for when, who, role, action, about, outcome, rows in LOG:
            name = {"search questions": "words", "open answer": "question"}.get(action)
            connection.execute(put, {
                "at": at(when), "email": who, "role": role, "action": action, "outcome": outcome, "rows": rows,
                "metric": about if about and name is None else None,
                "filters": json.dumps({name: about} if name else {"text": "select 'secret'"}),
            })  # fmt: skip
        for who, role, when, words, to, by, answered, minutes in HANDED:
            connection.execute(hand, {"by": who, "roles": [role], "at": at(when), "words": words, "to": to, "who": by,
                                      "when": at(answered) if answered else None, "minutes": minutes})  # fmt: skip
    with closing(Warehouse(filled)) as warehouse:
        warehouse.ledger.say_before(OPERATOR, 60, "Ann Lee, CFO", date(2024, 10, 1))
    yield filled
    with engine.begin() as connection:
        connection.execute(sql("delete from portal.audit where at < '2025-01-01'"))
        connection.execute(sql("delete from portal.asked_question where asked_at < '2025-01-01'"))
        connection.execute(sql("delete from portal.measure_baseline"))
    engine.dispose()


@pytest.fixture(scope="module")
def found(logged: Settings) -> dict[str, Measure]:
    with closing(Warehouse(logged)) as warehouse:
        return {one.key: one for one in measured(warehouse, Viewer("eva", ("executive",)), NOW)}


def by_monday(measure: Measure) -> dict[date, float]:
    return {week.monday: week.value for week in measure.weeks if week.value is not None}


def test_steps_become_questions_as_by_hand(logged: Settings) -> None:
    with closing(Warehouse(logged)) as warehouse:
        entries = ledger_of(warehouse, Viewer("eva", ("executive",)), Weeks(NOW, logged.timezone))

    def told(one: Entry) -> tuple[str, str, str, str, float | None]:
        return (f"{one.began_at:%m-%d %H:%M}", "+".join(one.roles) if len(one.roles) < 8 else "every",
                "+".join(one.ways), one.state, None if one.hours is None else round(one.hours * 60, 2))  # fmt: skip

    assert [told(one) for one in entries] == [
        ("09-23 15:00", "product", "people", "answered", 1440),
        ("10-01 15:00", "finance", "records", "answered", 0),
        ("11-01 15:00", "customer_success", "people", "unanswered", None),
        ("11-05 15:00", "finance", "build+kept+report", "answered", 7.5),
        ("11-05 16:00", "executive", "build+report", "answered", 5),
        ("11-06 15:00", "customer_success", "people", "answered", 1440),
        ("11-12 15:00", "analyst", "sql", "answered", 18),
        ("11-12 15:29", "analyst", "sql", "unanswered", None),
        ("11-13 15:00", "marketing", "search+people", "answered", 360),
        ("11-18 15:00", "sales", "search+answer", "answered", 6),
        ("11-18 16:06", "sales", "search", "unanswered", None),
        ("11-19 15:00", "product", "answer", "answered", 0),
        ("11-20 15:00", "every", "metric", "answered", 0),
        ("11-20 15:00", "engineer", "sql", "answered", 0),
        ("11-20 15:00", "marketing", "people", "open", None),
        ("11-21 14:00", "sales", "answer", "unanswered", None),
        ("11-21 16:55", "executive", "search", "open", None),
    ]
    assert "secret" not in repr(entries), "what is written in SQL is not read"


def test_r1_is_the_median_beside_what_it_took_before(found: dict[str, Measure]) -> None:
    one = found["R1"]  # 5, 6, 7.5, 18, 360 and 1,440 minutes; three unanswered
    assert one.value == pytest.approx(12.75 / 60) and (one.count, one.left) == (9, 3)
    assert (one.goal, one.is_met) == (15, True)
    assert by_monday(one) == pytest.approx({
        date(2024, 9, 23): 24, date(2024, 9, 30): 0, date(2024, 11, 4): 7.5 / 60, date(2024, 11, 11): 189 / 60,
        date(2024, 11, 18): 0.1,
    })  # fmt: skip


def test_r2_counts_the_unanswered_and_leaves_out_what_engineers_ask(found: dict[str, Measure]) -> None:
    one = found["R2"]  # of eleven, four stayed unanswered and one took an engineer
    assert one.value == pytest.approx(6 / 11) and (one.count, one.left, one.is_met) == (11, 4, False)
    assert (one.ready, one.known) == (5, 26), "F1, F2, F3, F6 and C3 rest on marts that are among the invented ones"
    assert by_monday(one)[date(2024, 9, 23)] == 0 and by_monday(one)[date(2024, 11, 18)] == 0.5


def test_r3_counts_what_was_kept_by_people_without_sql(found: dict[str, Measure]) -> None:
    assert (found["R3"].value, found["R3"].is_met) == (1, True)
    assert [each.roles for each in found["R3"].entries] == [("finance",)]


def test_r4_is_what_the_reconciliation_leaves(found: dict[str, Measure]) -> None:
    one = found["R4"]
    assert (one.value, one.count, one.is_met) == (1, 3, False)
    assert {(line.department, line.unexplained) for line in one.lines if line.unexplained} == {
        ("finance", Decimal("12.75"))
    }


def test_r5_is_what_engineers_noted_by_the_week_of_their_answer(found: dict[str, Measure]) -> None:
    one = found["R5"]  # 90 minutes in four weeks
    assert one.value == pytest.approx(0.375) and one.is_met is True
    weeks = {monday: hours for monday, hours in by_monday(one).items() if hours}
    assert weeks == {date(2024, 9, 23): 0.5, date(2024, 11, 11): 1.5} and len(one.weeks) == 13


def test_without_a_baseline_and_before_anybody_asked_nothing_is_claimed(filled: Settings) -> None:
    with closing(Warehouse(filled)) as warehouse:
        before = datetime(2023, 3, 1, tzinfo=UTC)
        r1, r2, r3, _, r5 = measured(warehouse, Viewer("eva", ("executive",)), before)
    assert [one.value for one in (r1, r2, r3, r5)] == [None, None, 0, None]
    assert r1.is_met is None and "No ad-hoc question" in r1.why and r5.is_met is None


def test_page_and_command_say_the_same(
    logged: Settings, found: dict[str, Measure], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.portal, "wall", lambda: NOW)
    panel.at_once.cache_clear()
    said = text(visit("executive", "success-measures"))
    for words in (
        "3 of 5 success measures are met",
        "Ad-hoc questions are answered in 13 min, 99.6 % faster than before",
        "Target at most 15.0 h: 75 % less than the 2.5 days that Ann Lee, CFO named on 1 Oct 2024",
        "Median of 6 answered of 9 asked in four weeks",
        "54.5 % of questions were answered without an engineer",
        "a page answers 5 of the 26 questions of the business",
        "1 report built without SQL in four weeks",
        "Engineers spent 0.4 h a week on data requests",
        "1 of 3 claims leaves a rest that nobody explains",
        "“Which webinar brought most?”",
        "answered by an engineer",
        "“zebra”",
    ):
        assert words in said, words
    assert "marco" not in said and "secret" not in said, "roles are named, people and SQL are not"
    monkeypatch.setattr(app.clock, "wall", lambda: NOW)
    monkeypatch.setattr(pipelines.services, "running", lambda *_: nullcontext())
    monkeypatch.setattr(command, "get_settings", lambda: logged)
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(command, "answer", lambda payload, *_: told.extend(payload["measures"]))
    command.show_measures()
    assert {one["measure"]: one["value"] for one in told} == {key: one.value for key, one in found.items()}


def test_whoever_opens_the_page_may_read_the_ledger_and_nobody_else(filled: Settings) -> None:
    assert set(dashboards()["success-measures"].audience) == set(READERS)
    with closing(Warehouse(filled)) as warehouse, pytest.raises(NotPermitted, match="executive and analyst"):
        warehouse.ledger.steps(Viewer("femi", ("finance", "engineer")), NOW, NOW)


@pytest.mark.parametrize(
    ("said", "link"),
    [
        ("", ""), (" /sales ", "/sales"), ("/sales/", "/sales"), ("/sales#pl-tile", "/sales#pl-tile"),
        ("https://Portal.example:8443/sales?month=October+2026&x=%3F#a?b", "/sales?month=October+2026&x=%3F#a?b"),
        (f"/reports?report={'a' * 1993}", f"/reports?report={'a' * 1993}"),
    ],
    ids=["none", "blanks", "a slash behind it", "a place", "a whole address", "a long report"],
)  # fmt: skip
def test_the_link_of_an_answer_is_a_page_as_the_browser_shows_it(said: str, link: str) -> None:
    assert page_of(said, {"sales", "reports"}, lambda: "https://portal.example:8443") == link


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("https://evil.example/sales", "whose address is https://portal.example:8443"),
        ("https://portal.example:8443@evil.example/sales", "no page of the portal"),
        ("http://portal.example:8443/sales", "no page of the portal"), ("javascript:alert(1)", "no page of the portal"),
        ("https://portal.example:8443", "no page of the portal"),
        ("/sale", "Did you mean /sales"), ("/", "no page of the portal"), ("/sales\x00", "no page of the portal"),
        ("/alert/3", "no page of the portal"), ("/sales?a b", "no page of the portal"),
        (f"/reports?{'a' * 2001}", "2,001 characters behind the ?. Expected 2,000 at most"),
    ],
)  # fmt: skip
def test_what_is_no_page_is_refused_with_what_was_expected(said: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        page_of(said, {"sales", "reports"}, lambda: "https://portal.example:8443")
    assert words in str(refused.value)


def test_windows_at_once_hand_over_ten_questions_at_most(filled: Settings) -> None:
    with closing(Warehouse(filled)) as warehouse:
        rosa = Viewer("rosa@windows.example", ("sales",))

        def ask(number: int) -> bool:
            try:
                return bool(warehouse.ledger.ask(rosa, f"Number {number}?", "analyst"))
            except UsageError as error:
                assert "10 questions of yours wait already" in str(error)
                return False

        with ThreadPoolExecutor(8) as windows:
            asked = sum(windows.map(ask, range(24)))
        engine = create_engine(warehouse_url(filled))
        with engine.begin() as connection:
            connection.execute(sql("delete from portal.asked_question where asked_by = :by"), {"by": rosa.email})
        engine.dispose()
    assert asked == 10


def test_a_question_is_handed_over_on_the_page_answered_once_and_read_by_whoever_asked(filled: Settings) -> None:
    page = visit("sales", "questions")
    page.text_input(key="q").set_value("llamas").run()
    assert page.text_area(key="asked_words").value == "llamas", "what was not found is asked"
    page.text_area(key="asked_words").set_value("How many <b>llamas</b>?")
    page.button(key="questions_0_ask").click().run()
    assert "Asked. An analyst finds it on this page" in text(page) and "waits for an analyst" in text(page)
    assert "llamas" not in text(visit("finance", "questions")), "to others it is not shown"

    desk = visit("analyst", "questions")
    assert "for an answer" in text(desk), "beside what waits in the log, where it is there"
    drawn = " ".join(element.proto.body for element in desk.get("html"))
    assert "&lt;b&gt;llamas&lt;/b&gt;" in drawn and "Sofía" in drawn
    with closing(Warehouse(filled)) as warehouse:
        short = warehouse.ledger.mine(Viewer(EMAIL["sales"], ("sales",)))[0].question_id[:8]
    desk.text_area(key=f"answer_words_{short}").set_value("Three.")
    desk.button(key=f"answer_send_{short}").click().run()
    assert "An answer does not take 0 minutes" in text(desk)
    desk.number_input(key=f"answer_minutes_{short}").set_value(15)
    for no_page in ("//evil.example", "/auth/logout", "/\\evil.example", "sales", "/finanace"):
        desk.text_input(key=f"answer_link_{short}").set_value(no_page)
        desk.button(key=f"answer_send_{short}").click().run()
        assert "is no page of the portal" in text(desk), no_page
    assert "Did you mean /finance?" in text(desk)
    desk.text_input(key=f"answer_link_{short}").set_value(f"{public_url(filled)}/sales?month=October+2026")
    desk.button(key=f"answer_send_{short}").click().run()
    assert "Answered. Whoever asked" in text(desk) and "llamas" not in text(desk)
    again = visit("sales", "questions")
    assert "Three." in text(again) and "by Arjun Rao" in text(again)
    assert 'href="/sales?month=October+2026"' in " ".join(element.proto.body for element in again.get("html"))
    with closing(Warehouse(filled)) as warehouse:
        arjun, sofia = Viewer(EMAIL["analyst"], ("analyst",)), Viewer(EMAIL["sales"], ("sales",))
        asked = warehouse.ledger.mine(sofia)[0]
        assert (asked.answered_by, asked.minutes) == (EMAIL["analyst"], 15)
        with pytest.raises(UsageError, match="answered already"):
            warehouse.ledger.answer(arjun, asked.question_id, "Four.", 5)
        with pytest.raises(NotPermitted):
            warehouse.ledger.answer(sofia, asked.question_id, "Four.", 5)
        with pytest.raises(UsageError, match="needs 1 to 1000 characters"):
            warehouse.ledger.ask(sofia, "  ", "analyst")
