"""When a page is replayed and when it is drawn anew: nothing old is replayed for new."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy import text as sql

import app.status
from app.errors import TookTooLong
from app.gallery import dashboards
from app.secrets import warehouse_url
from app.settings import Settings
from app.ui import page as drawing
from app.warehouse import Warehouse

from .test_pages import audited, door, text, visit

__all__ = ["door"]
ALERT = "'00000000-0000-0000-0000-0000000000aa'"


@pytest.fixture
def change(filled: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Runs a statement as the owner; what is known of loads is read anew each time."""
    monkeypatch.setattr(app.status, "TTL_SECONDS", -1.0)
    engine = create_engine(warehouse_url(filled))

    def run(statement: str) -> None:
        with engine.begin() as connection:
            connection.execute(sql(statement))

    with engine.begin() as connection:
        kept = loads(connection)
    yield run
    with engine.begin() as connection:
        connection.execute(sql("delete from portal.alert where alert_id = " + ALERT))
        connection.execute(sql("delete from portal.build_run where result = 'failed'"))
        for source, ended in kept:
            connection.execute(sql("update portal.load_run set ended_at = :at where source = :name"),
                               {"at": ended, "name": source})  # fmt: skip
    engine.dispose()


def loads(connection: Connection) -> list[tuple[str, object]]:
    found = connection.execute(sql("select source, ended_at from portal.load_run where result = 'ok'")).all()
    return [(row.source, row.ended_at) for row in found]


def is_replayed(settings: Settings, slug: str = "executive", role: str = "executive") -> bool:
    """Whether the page is replayed when it is opened now: then the audit has no read of a figure."""
    before = len(audited(settings))
    visit(role, slug)
    actions = {row["action"] for row in audited(settings)[before:]}
    assert ("replay page" in actions) != ("answer" in actions), actions
    return "replay page" in actions


@pytest.mark.parametrize("statement", [
    pytest.param(f"insert into portal.alert (alert_id, kind, severity, headline, raised_at, as_of, dedup_key) values "
                 f"({ALERT}, 'anomaly', 'act', 'x', now(), now(), 'x')", id="an alert is raised"),
    pytest.param("update portal.load_run set ended_at = ended_at + interval '1 second' where result = 'ok'",
                 id="sources have loaded"),
    pytest.param("insert into portal.build_run (run_id, started_at, ended_at, as_of, result, error) select "
                 "'00000000-0000-0000-0000-0000000000ff', now(), now(), max(as_of), 'failed', 'x' from "
                 "portal.build_run", id="a build failed"),
])  # fmt: skip
def test_it_is_drawn_anew_when(filled: Settings, change: Callable[[str], None], statement: str) -> None:
    assert [is_replayed(filled), is_replayed(filled)] == [False, True]
    change(statement)
    assert [is_replayed(filled), is_replayed(filled)] == [False, True]


def test_who_takes_note_of_an_alert_finds_it_gone(filled: Settings, change: Callable[[str], None]) -> None:
    change("insert into portal.alert (alert_id, kind, severity, headline, raised_at, as_of, dedup_key) values "
           f"({ALERT}, 'anomaly', 'act', 'x', now(), now(), 'x')")  # fmt: skip
    assert [is_replayed(filled, "glance"), is_replayed(filled, "glance")] == [False, True]
    change(f"update portal.alert set acknowledged_at = now(), acknowledged_by = 'x' where alert_id = {ALERT}")
    assert not is_replayed(filled, "glance")


def test_a_figure_that_has_become_late_says_so(filled: Settings, change: Callable[[str], None]) -> None:
    assert "late: loaded" not in text(visit("executive", "executive"))
    change("update portal.load_run set ended_at = now() - interval '40 days'")
    assert "late: loaded 40 days ago" in text(visit("executive", "executive"))


def test_a_page_that_counts_what_people_do_is_replayed_for_a_minute_only(
    filled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [slug for slug, page in dashboards().items() if page.counts] == ["success-measures"]
    assert drawing.COUNTED_SECONDS == 60 < drawing.CACHE_SECONDS
    monkeypatch.setattr(drawing, "COUNTED_SECONDS", 0.001)
    visit("executive", "success-measures")
    before = len(audited(filled))
    visit("executive", "success-measures")
    assert "replay page" not in {row["action"] for row in audited(filled)[before:]}


def test_what_was_known_seconds_before_is_not_kept_with_a_new_check(filled: Settings) -> None:
    """Loads and promises are read every few seconds; a page drawn in between would be replayed for minutes."""
    engine = create_engine(warehouse_url(filled))
    assert "1 promise broken" in text(visit("executive", "executive"))  # gross margin's
    with engine.begin() as connection:
        connection.execute(sql(
            "insert into portal.check_result (run_id, checked_at, dataset, check_name, outcome, as_of) select "
            "'00000000-0000-0000-0000-0000000000cc', checked_at + interval '1 hour', dataset, check_name, 'kept', "
            "as_of from portal.check_result"
        ))  # fmt: skip
    try:
        assert "promise broken" not in text(visit("executive", "executive"))
    finally:
        with engine.begin() as connection:
            connection.execute(sql("delete from portal.check_result where run_id::text like '%cc'"))
        engine.dispose()


def test_that_a_figure_took_too_long_is_not_replayed(filled: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing.body.clear()
    with monkeypatch.context() as busy:
        busy.setattr(Warehouse, "answer", took_too_long)
        assert "took longer than 30 seconds" in text(visit("executive", "executive"))
    assert "took longer than" not in text(visit("executive", "executive"))
    assert is_replayed(filled)


def took_too_long(*_: object, **__: object) -> None:
    raise TookTooLong("The question took longer than 30 seconds and was stopped.")
