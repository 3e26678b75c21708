"""Connections: read-only means it, a rush waits and then says so, and nothing a driver says reaches people raw."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import text

from app import connections
from app.connections import Connections
from app.errors import NotBuilt, NotPermitted, PlumblineError, QuestionError, WarehouseDown
from app.settings import Settings
from pipelines.rights import WORKER

from .conftest import run_as


@pytest.fixture
def pools(with_marts: Settings) -> Iterator[Connections]:
    found = Connections(with_marts, pool_size=1)
    yield found
    found.close()


def test_a_read_cannot_write_even_what_its_login_may(pools: Connections, with_marts: Settings) -> None:
    write = text("insert into portal.metric_promise values ('x', 'y', 'z')")
    with pytest.raises(NotPermitted, match="read-only transaction"), pools.open(WORKER, read_only=True) as connection:
        connection.execute(write)
    with pools.open(WORKER) as connection:
        connection.execute(write)
    clean_up = "delete from portal.metric_promise where metric = 'x' returning dataset"
    assert run_as(with_marts, WORKER, clean_up) == [("y",)]


def test_what_fails_in_the_middle_leaves_nothing(pools: Connections, with_marts: Settings) -> None:
    with pytest.raises(QuestionError), pools.open(WORKER) as connection:
        connection.execute(text("insert into portal.metric_promise values ('x', 'y', 'z')"))
        connection.execute(text("select 1 / 0"))
    assert run_as(with_marts, WORKER, "select 1 from portal.metric_promise where metric = 'x'") == []


def test_what_is_asked_by_itself_is_kept_at_once_and_leaves_transactions_as_they_were(
    pools: Connections, with_marts: Settings
) -> None:
    kept = "select 1 from portal.metric_promise where metric = 'by itself'"
    with pools.ask(WORKER) as connection:
        connection.execute(text("insert into portal.metric_promise values ('by itself', 'y', 'z')"))
        assert run_as(with_marts, WORKER, kept) == [(1,)], "nothing waits for the end of the block"
    with pytest.raises(QuestionError), pools.open(WORKER) as connection:
        connection.execute(text("delete from portal.metric_promise where metric = 'by itself'"))
        connection.execute(text("select 1 / 0"))
    assert run_as(with_marts, WORKER, kept) == [(1,)], "what else uses the login is a transaction still"
    run_as(with_marts, WORKER, "delete from portal.metric_promise where metric = 'by itself' returning 1")


def test_a_rush_waits_and_then_says_that_the_warehouse_is_busy(
    pools: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "POOL_SECONDS", 0.1)
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(pools.open(WORKER))
        with pytest.raises(WarehouseDown, match="busy"):
            held.enter_context(pools.open(WORKER))


@pytest.mark.parametrize(
    ("statement", "kind", "said"),
    [
        ("select * from core.fct_nothing_here", NotBuilt, 'relation "core.fct_nothing_here" does not exist'),
        ("select * from nowhere.at_all", NotBuilt, "does not exist"),
        ("select session_id from portal.session", NotPermitted, "permission denied for table session"),
        ("select cast('x' as int)", QuestionError, 'invalid input syntax for type integer: "x"'),
        ("selekt", QuestionError, "syntax error"),
        ("insert into portal.person_role values ('nobody@example.com', 'sales', 'x')", QuestionError, "foreign key"),
    ],
)
def test_what_the_database_says_becomes_an_error_of_ours(
    pools: Connections, statement: str, kind: type[PlumblineError], said: str
) -> None:
    login = WORKER if "core" not in statement else "plumbline_builder"
    with pytest.raises(kind, match=said) as told, pools.open(login) as connection:
        connection.execute(text(statement))
    assert "LINE 1" not in str(told.value)
    assert "[SQL" not in str(told.value)
