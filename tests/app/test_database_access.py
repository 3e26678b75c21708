"""Logins of people's own: exactly what their role's login reads, nothing written, nobody else's, and an end."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import timedelta

import psycopg2
import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from app.access import Viewer
from app.clock import wall
from app.database_access import Login
from app.errors import NotPermitted, UsageError
from app.people import ensure_people
from app.secrets import ADMIN, warehouse_url
from app.settings import Settings
from app.ui.login_words import only_here, standing, ways
from app.warehouse import Warehouse
from pipelines import personal_logins
from pipelines.personal_logins import end_login, see, tend
from pipelines.scheduler import _tend_logins

from .conftest import run_as
from .sql_corpus import HOSTILE
from .test_sql_room import CANARY, PLANTED

ARJUN = Viewer("arjun@access.example", ("analyst",))
INES = Viewer("ines@access.example", ("engineer",))
FEMI = Viewer("femi@access.example", ("finance",))
READABLE = """
select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'v', 'm', 'p', 'f', 'S') and has_schema_privilege('{login}', n.oid, 'usage')
    and has_table_privilege('{login}', c.oid, '{right}') order by 1
"""
CALLABLE = "select p.oid::regprocedure::text from pg_proc p where has_function_privilege('{login}', p.oid, 'execute')"


@pytest.fixture(scope="module")
def home(with_marts: Settings) -> Settings:
    run_as(with_marts, "plumbline_builder", PLANTED)
    ensure_people(with_marts, [(each.email, "Somebody", each.roles) for each in (ARJUN, INES, FEMI)])
    return with_marts


@pytest.fixture(scope="module")
def warehouse(home: Settings) -> Iterator[Warehouse]:
    made = Warehouse(home)
    yield made
    made.close()


@pytest.fixture
def worker(home: Settings) -> Iterator[Connection]:
    engine = create_engine(warehouse_url(home, "plumbline_worker"), poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def given(home: Settings, warehouse: Warehouse, worker: Connection) -> Iterator[tuple[Login, str]]:
    """A login that Arjun asked for and the scheduler made; it is gone afterwards."""
    login, password = warehouse.database_access.ask(ARJUN, "analyst", "  psql  at home ", 7)
    assert tend(home, worker) == 1
    yield login, password
    run_as(home, ADMIN, "update portal.database_login set revoked_at = now(), revoked_by = 'x' where ended_at is null")
    tend(home, worker)
    assert run_as(home, ADMIN, "select 1 from pg_roles where starts_with(rolname, 'plumbline_p_')") == []


def enter(settings: Settings, login: str, password: str) -> psycopg2.extensions.connection:
    url = warehouse_url(settings).set(drivername="postgresql", username=login, password=password)
    made = psycopg2.connect(url.render_as_string(hide_password=False))
    made.autocommit = True
    return made


def ask(connection: psycopg2.extensions.connection, statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def state(warehouse: Warehouse, login: Login, viewer: Viewer = ARJUN) -> str:
    return standing(next(each for each in warehouse.database_access.of(viewer) if each.login == login.login))


def test_it_may_exactly_what_its_roles_login_may(home: Settings, given: tuple[Login, str]) -> None:
    rights = ("select", "insert", "update", "delete")
    for statement in (*(READABLE.replace("{right}", right) for right in rights), CALLABLE):
        theirs, roles = (run_as(home, ADMIN, statement.replace("{login}", name))
                         for name in (given[0].login, "plumbline_analyst"))  # fmt: skip
        assert theirs == roles
    run_as(home, "plumbline_builder", "create table mart_finance.later as select 1 as a",
           "grant select on mart_finance.later to plumbline_analyst")  # fmt: skip
    with closing(enter(home, *(given[0].login, given[1]))) as tool:
        assert ask(tool, "select a from mart_finance.later") == [(1,)]
        assert ask(tool, "select count(*) from mrr_monthly") == [(8,)], "the search path is the role's schemas"
        mine = ask(tool, "select current_user, session_user, current_setting('default_transaction_read_only')")
    assert mine == [(given[0].login, given[0].login, "on")]
    run_as(home, ADMIN, "drop table mart_finance.later")


def test_hostile_statements_get_nothing(home: Settings, given: tuple[Login, str]) -> None:
    for one in HOSTILE:
        with closing(enter(home, given[0].login, given[1])) as tool:
            ask(tool, "set default_transaction_read_only = off")  # anybody may, so it is no fence
            try:
                said = str(ask(tool, one.statement))
            except psycopg2.Error as error:
                assert not one.harmless, (one.statement, str(error))
                assert error.pgcode in one.codes, (one.statement, error.pgcode)
                continue
            assert one.harmless and CANARY not in said, one.statement


@pytest.mark.parametrize("role", ["analyst", "finance", "builder", "portal", "worker", "loader", "admin"])
def test_it_becomes_nobody_else(home: Settings, given: tuple[Login, str], role: str) -> None:
    """Not even the login whose rights it has: it could change that one's password, and shut everybody out."""
    with closing(enter(home, given[0].login, given[1])) as tool:
        ask(tool, "set default_transaction_read_only = off")
        for statement in (f"set role plumbline_{role}", f"set session authorization plumbline_{role}",
                          f"alter role plumbline_{role} password 'x'", f"grant plumbline_{role} to {given[0].login}",
                          f"alter role {given[0].login} valid until 'infinity'"):  # fmt: skip
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                ask(tool, statement)


def test_the_password_is_kept_nowhere(home: Settings, warehouse: Warehouse, worker: Connection) -> None:
    login, password = warehouse.database_access.ask(ARJUN, "analyst", "Looker", 30)
    asked = run_as(home, ADMIN, "select * from portal.database_login, portal.audit")
    tend(home, worker)
    rows = run_as(home, ADMIN, "select verifier, made_at is not null from portal.database_login where login = "
                  f"'{login.login}'")  # fmt: skip
    assert password not in str(asked) and rows == [(None, True)]
    logs = "".join(path.read_text(errors="replace") for path in (home.home / "logs").rglob("*.log"))
    assert password not in logs
    with closing(enter(home, login.login, password)) as tool:
        assert ask(tool, "select 1") == [(1,)]
        see(home, worker)
        warehouse.database_access.revoke(ARJUN, str(login.login_id))
        assert tend(home, worker) == 1
        with pytest.raises(psycopg2.OperationalError):
            ask(tool, "select 1")
    with pytest.raises(psycopg2.OperationalError, match="authentication failed"):
        enter(home, login.login, password)
    assert state(warehouse, login) == f"ended: revoked by {ARJUN.email}"
    found = next(each for each in warehouse.database_access.of(ARJUN) if each.login == login.login)
    assert found.last_seen_at is not None and tend(home, worker) == 0


ENDS = {
    "its owner has the role no more": ("delete from portal.person_role where email = 'arjun@access.example'",
                                       "insert into portal.person_role (email, role, granted_by) values "
                                       "('arjun@access.example', 'analyst', 'test')"),
    "its owner has the role no more ": ("update portal.person set is_active = false where email like 'arjun@access%'",
                                        "update portal.person set is_active = true where email like 'arjun@access%'"),
    "its days were over": ("update portal.database_login set ends_at = now() where ended_at is null", "select 1"),
    "revoked by ines@access.example": ("", ""),
}  # fmt: skip


@pytest.mark.parametrize("why", list(ENDS), ids=["the role is taken", "shut out", "over", "by the engineer"])
def test_it_ends(home: Settings, warehouse: Warehouse, worker: Connection, given: tuple[Login, str], why: str) -> None:
    begin, restore = ENDS[why]
    with closing(enter(home, given[0].login, given[1])) as tool:
        if begin:
            run_as(home, ADMIN, begin)
        else:
            warehouse.database_access.revoke(INES, str(given[0].login_id))
        assert tend(home, worker) == 1
        if restore:
            run_as(home, ADMIN, restore)
        with pytest.raises(psycopg2.OperationalError):
            ask(tool, "select 1")
    with pytest.raises(psycopg2.OperationalError):
        enter(home, given[0].login, given[1])
    assert state(warehouse, given[0]) == f"ended: {why.strip()}"


def test_what_a_login_leaves_behind_keeps_neither_it_nor_another_from_its_end(
    home: Settings, warehouse: Warehouse, worker: Connection, given: tuple[Login, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    login, password = given
    other, _ = warehouse.database_access.ask(ARJUN, "analyst", "Tableau", 1)
    tend(home, worker)
    with closing(enter(home, login.login, password)) as own, own, own.cursor() as cursor:
        cursor.execute("set transaction read write")
        cursor.execute("alter default privileges grant select on tables to public")
    with monkeypatch.context() as patched:  # as if it left what nobody foresaw
        patched.setattr(personal_logins, "end_login", lambda admin, name: ends(admin, name, login.login))
        for each in (login, other):
            warehouse.database_access.revoke(ARJUN, str(each.login_id))
        tend(home, worker)
    assert state(warehouse, login) == "ending" and state(warehouse, other).startswith("ended")
    tend(home, worker)
    assert state(warehouse, login).startswith("ended")


def ends(admin: psycopg2.extensions.connection, name: str, not_this: str) -> None:
    if name == not_this:
        raise psycopg2.errors.DependentObjectsStillExist("something depends on it")
    end_login(admin, name)


def test_one_that_is_over_is_refused_though_nobody_ended_it(home: Settings, given: tuple[Login, str]) -> None:
    run_as(home, ADMIN, f"alter role {given[0].login} valid until '2020-01-01'")
    with pytest.raises(psycopg2.OperationalError, match="authentication failed"):
        enter(home, given[0].login, given[1])


def test_who_may_ask_for_what(warehouse: Warehouse, given: tuple[Login, str]) -> None:
    access = warehouse.database_access
    for viewer, role in ((FEMI, "finance"), (ARJUN, "engineer"), (Viewer("x", ()), "analyst"), (INES, "portal")):
        with pytest.raises(NotPermitted, match="may not have a login as"):
            access.ask(viewer, role, "psql", 7)
    for tool, days in (("", 7), ("x" * 61, 7), ("a\x00b", 7), ("psql", 0), ("psql", 91)):
        with pytest.raises(UsageError):
            access.ask(ARJUN, "analyst", tool, days)
    assert [each.tool for each in access.of(ARJUN) if each.ended_at is None] == ["psql at home"]
    assert access.of(INES) == () and given[0].login in [each.login for each in access.every(INES)]
    for stranger in (FEMI, Viewer("other@access.example", ("analyst",))):
        with pytest.raises(NotPermitted):
            access.revoke(stranger, str(given[0].login_id))
    with pytest.raises(NotPermitted):
        access.every(ARJUN)
    assert access.roles_of(Viewer("x", ("finance", "analyst", "engineer"))) == ("analyst", "engineer")


def test_nobody_has_more_than_five(home: Settings, warehouse: Warehouse, worker: Connection) -> None:
    def ask(_: int) -> str:
        try:
            return warehouse.database_access.ask(INES, "engineer", "psql", 1)[0].login
        except UsageError as error:
            assert "You have 5 logins" in str(error)
            return ""

    with ThreadPoolExecutor(8) as windows:
        assert sum(bool(login) for login in windows.map(ask, range(8))) == 5
    run_as(home, ADMIN, "update portal.database_login set revoked_at = now(), revoked_by = 'x' where ended_at is null")
    assert tend(home, worker) == 5
    assert {each.ended_because for each in warehouse.database_access.of(INES)} == {"revoked by x"}


def test_what_the_server_refuses_is_said_and_tried_once(
    home: Settings, warehouse: Warehouse, worker: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personal_logins, "SETTINGS", ("no_such_setting = 1",))
    login, _ = warehouse.database_access.ask(ARJUN, "analyst", "psql", 1)
    assert (tend(home, worker), tend(home, worker)) == (1, 0)
    assert re.fullmatch(r"failed: The database refused it: .*no_such_setting.*", state(warehouse, login))
    assert run_as(home, ADMIN, f"select 1 from pg_roles where rolname = '{login.login}'") == []
    warehouse.database_access.revoke(ARJUN, str(login.login_id))
    tend(home, worker)


def test_the_page_says_no_where_the_side_doors_are_open(home: Settings, warehouse: Warehouse) -> None:
    assert warehouse.database_access.why_not() == ""
    run_as(home, ADMIN, "grant execute on function pg_catalog.set_config(text, text, boolean) to public")
    try:
        assert "open to every login" in warehouse.database_access.why_not()
        with pytest.raises(UsageError, match=r"docs/database_access\.md says how"):
            warehouse.database_access.ask(ARJUN, "analyst", "psql", 1)
    finally:
        run_as(home, ADMIN, "revoke execute on function pg_catalog.set_config(text, text, boolean) from public")


def test_it_is_audited_and_the_web_process_makes_no_login(home: Settings, given: tuple[Login, str]) -> None:
    query = f"select email, action, outcome from portal.audit where filters ->> 'login' = '{given[0].login}'"
    assert sorted(run_as(home, ADMIN, query)) == [
        (ARJUN.email, "ask for database login", "ok"), ("scheduler", "make database login", "ok")]  # fmt: skip
    for statement in ("create role plumbline_p_0123456789ab", f"grant plumbline_finance to {given[0].login}",
                      "update portal.database_login set role = 'finance'"):  # fmt: skip
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            run_as(home, "plumbline_portal", statement)


def test_what_to_copy(home: Settings, warehouse: Warehouse) -> None:
    server = warehouse.database_access.server()
    said = dict(ways(server, "plumbline_p_0123456789ab"))
    port = warehouse_url(home).port
    assert said["psql"] == (f'psql "host=127.0.0.1 port={port} dbname=plumbline user=plumbline_p_0123456789ab '
                            'sslmode=disable"')  # fmt: skip
    assert server.is_here and f"ssh -N -L {port}:127.0.0.1:{port}" in only_here(server)


def test_an_end_is_at_most_ninety_days_away(given: tuple[Login, str]) -> None:
    assert timedelta(days=6) < given[0].ends_at - wall() <= timedelta(days=7)


def test_long_statements_of_such_logins_are_ended_and_of_no_other(
    home: Settings, worker: Connection, given: tuple[Login, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`plumbline_portal` and `plumbline_product` begin alike."""
    monkeypatch.setattr(personal_logins, "LONGEST_STATEMENT", timedelta(0))
    busy = "select count(*) from pg_stat_activity where starts_with(usename::text, 'plumbline_p_') and state = 'active'"
    endless = "select count(*) from generate_series(1, 100000) a cross join generate_series(1, 1000000) b"
    with closing(enter(home, given[0].login, given[1])) as tool, ThreadPoolExecutor(2) as pool:
        own = pool.submit(ask, tool, endless)
        other = pool.submit(run_as, home, "plumbline_portal", "select pg_sleep(1.5), 'whole'")
        while run_as(home, ADMIN, busy) != [(1,)]:
            time.sleep(0.02)
        see(home, worker)
        with pytest.raises(psycopg2.OperationalError):
            own.result(20)
        assert other.result(20)[0][1] == "whole"


@pytest.mark.parametrize("limit", ["LONGEST_REST", "LONGEST_WAIT"])
def test_a_transaction_that_rests_or_keeps_a_build_waiting_is_ended(
    home: Settings, worker: Connection, given: tuple[Login, str], monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    login, password = given
    builder = create_engine(warehouse_url(home, "plumbline_builder"), poolclass=NullPool)
    with closing(enter(home, login.login, password)) as own, ThreadPoolExecutor(1) as pool:
        ask(own, "set idle_in_transaction_session_timeout = 0")
        ask(own, "begin")
        ask(own, "select count(*) from mart_finance.mrr_monthly")
        see(home, worker)
        assert ask(own, "select 1") == [(1,)], "it may rest for a while"

        def build() -> None:
            with builder.begin() as connection:
                connection.exec_driver_sql("lock table mart_finance.mrr_monthly in access exclusive mode")

        waits = pool.submit(build) if limit == "LONGEST_WAIT" else None
        monkeypatch.setattr(personal_logins, limit, timedelta(0))
        deadline = time.monotonic() + 60
        while not own.closed and time.monotonic() < deadline:
            see(home, worker)
            time.sleep(0.2)
            with suppress(psycopg2.Error):
                ask(own, "select 1")
        assert own.closed
        if waits is not None:
            waits.result(60)
    builder.dispose()


def test_one_that_a_killed_scheduler_has_made_is_made_anew(
    home: Settings, warehouse: Warehouse, worker: Connection, given: tuple[Login, str]
) -> None:
    login, password = warehouse.database_access.ask(ARJUN, "analyst", "psql", 1)
    run_as(home, ADMIN, f"create role {login.login} login password 'as it was left'")
    tend(home, worker)
    assert state(warehouse, login) == "ready"
    with closing(enter(home, login.login, password)) as own:
        assert ask(own, "select 1") == [(1,)]


def test_the_scheduler_goes_on_where_the_admin_cannot_be_reached(
    home: Settings, warehouse: Warehouse, worker: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: Settings) -> None:
        raise psycopg2.OperationalError("nobody answers")

    login, _ = warehouse.database_access.ask(ARJUN, "analyst", "psql", 1)
    with monkeypatch.context() as patched:
        patched.setattr(personal_logins, "as_admin", away)
        assert _tend_logins(home, worker, 7.0) == 7.0
    assert state(warehouse, login) == "being made"
    assert _tend_logins(home, worker, float("-inf")) > 0 and state(warehouse, login) == "ready"
    warehouse.database_access.revoke(ARJUN, str(login.login_id))
    tend(home, worker)
