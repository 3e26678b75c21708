"""Makes the logins that people asked for, and ends them: on time, when revoked, when their role is lost. By the admin.

The scheduler that leads looks every two seconds, as a login that sees the rows alone; only where there is something to
do does it become the warehouse's admin. A login is a member of its role's reading login: it inherits all its rights,
those of marts that are made later too, and can never become it.
"""

from __future__ import annotations

import logging
from contextlib import closing
from datetime import timedelta

import psycopg2
from psycopg2 import extensions
from sqlalchemy import Connection, Row, text

from app.access import ROLES, Viewer, login_of
from app.audited import Request, write_audit
from app.clock import wall
from app.database_access import HOLDERS, PREFIX
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.rights import BUILDER, LOADER

log = logging.getLogger("plumbline.scheduler")
LONGEST_STATEMENT, LONGEST_REST, LONGEST_WAIT = timedelta(minutes=30), timedelta(minutes=5), timedelta(seconds=10)
"""A person can lift the login's own limits; by these we end what runs, what rests in a transaction, and, after so long,
what a build or a load waits for.
"""
CONNECTIONS = 5
SEEN_SECONDS = 30.0
BY = Viewer("scheduler", ())
DUE = text(
    """
    select l.login_id, l.login, l.email, l.role, l.verifier, l.made_at, l.ends_at,
        case
            when l.revoked_at is not null then 'revoked by ' || l.revoked_by
            when l.ends_at <= :now then 'its days were over'
            when not exists (
                select from portal.person as p join portal.person_role as r using (email)
                where p.email = lower(l.email) and p.is_active and r.role = l.role
            ) then 'its owner has the role no more'
        end as over
    from portal.database_login as l
    where l.ended_at is null
    order by l.asked_at
    """
)
MADE = text("update portal.database_login set made_at = :now, verifier = null, failed_because = null "
            "where login_id = :id")  # fmt: skip
FAILED = text("update portal.database_login set failed_because = :why where login_id = :id")
ENDED = text("update portal.database_login set ended_at = :now, ended_because = :why, verifier = null "
             "where login_id = :id")  # fmt: skip
SEEN = text(
    f"update portal.database_login set last_seen_at = :now where login in "
    f"(select usename from pg_stat_activity where starts_with(usename::text, '{PREFIX}'))"
)
OVERDUE = """
    select pg_terminate_backend(pid) from pg_stat_activity as a
    where starts_with(usename::text, %(prefix)s) and (
        (state = 'active' and query_start < now() - %(statement)s)
        or (starts_with(state, 'idle in transaction') and state_change < now() - %(rest)s)
        or exists (
            select from pg_stat_activity as waits
            where waits.usename = any(%(ours)s) and waits.wait_event_type = 'Lock'
                and waits.query_start < now() - %(wait)s and a.pid = any(pg_blocking_pids(waits.pid))
        )
    )
"""
SETTINGS = (
    "default_transaction_read_only = on", "statement_timeout = '5min'", "idle_in_transaction_session_timeout = '5min'",
    "idle_session_timeout = '8h'", "timezone = 'UTC'",
)  # fmt: skip
"""What is usual for such a login. No fence: whoever connects can set them otherwise; the fence is what it may read."""


def tend(settings: Settings, connection: Connection) -> int:
    """Makes what was asked for and ends what is over; how many were.

    Args:
        settings: whose warehouse.
        connection: as `plumbline_worker`, each statement a transaction of its own.
    """
    now = wall()
    due = [row for row in connection.execute(DUE, {"now": now}) if row.over or row.verifier]
    if not due:
        return 0
    with closing(as_admin(settings)) as admin:
        for row in due:
            if row.over:
                _end(admin, connection, row)
            else:
                _make(admin, connection, row)
    return len(due)


def see(settings: Settings, connection: Connection) -> None:
    """Notes who is connected now, and ends what runs or rests for too long, and what keeps a build or load waiting."""
    if not connection.execute(SEEN, {"now": wall()}).rowcount:
        return
    with closing(as_admin(settings)) as admin, admin.cursor() as cursor:
        cursor.execute(OVERDUE, {"prefix": PREFIX, "statement": LONGEST_STATEMENT, "rest": LONGEST_REST,
                                 "wait": LONGEST_WAIT, "ours": [BUILDER, LOADER]})  # fmt: skip


def as_admin(settings: Settings) -> extensions.connection:
    url = warehouse_url(settings).set(drivername="postgresql").render_as_string(hide_password=False)
    made = psycopg2.connect(url, connect_timeout=5, application_name="plumbline logins")
    made.autocommit = True
    return made


def _make(admin: extensions.connection, connection: Connection, row: Row[tuple[object, ...]]) -> None:
    """Makes one, whole or not at all; why it cannot be made is written down for its owner, and not tried again."""
    try:
        make_login(admin, row)
    except (psycopg2.Error, ValueError) as error:
        why = str(error).strip().partition("\n")[0]
        log.error("login %s cannot be made: %s", row.login, why)
        connection.execute(FAILED, {"id": row.login_id, "why": f"The database refused it: {why}."})
        connection.execute(text("update portal.database_login set verifier = null where login_id = :id"),
                           {"id": row.login_id})  # fmt: skip
        return
    connection.execute(MADE, {"id": row.login_id, "now": wall()})
    note(connection, "make database login", row, for_role=row.role)


def _end(admin: extensions.connection, connection: Connection, row: Row[tuple[object, ...]]) -> None:
    """Ends one; what cannot be taken away lets nobody in, is tried again, and keeps no other from its end."""
    try:
        end_login(admin, str(row.login))
    except (psycopg2.Error, ValueError) as error:
        log.error("login %s cannot be ended: %s", row.login, str(error).strip().partition("\n")[0])
        return
    connection.execute(ENDED, {"id": row.login_id, "now": wall(), "why": row.over})
    note(connection, "end database login", row, because=row.over)


def make_login(admin: extensions.connection, row: Row[tuple[object, ...]]) -> None:
    """The login with its end, its limits and the rights of its role, in one transaction.

    One that is there already was made by a scheduler that was killed before it could say so: it is made anew.

    Raises:
        psycopg2.Error: the server does not let us.
        ValueError: the row names what none of ours is called.
    """
    login, role = str(row.login), str(row.role)
    if not login.startswith(PREFIX) or role not in HOLDERS or role not in ROLES:
        raise ValueError(f"{login} as {role} is no login of a person's own")
    end_login(admin, login)
    with admin.cursor() as cursor:
        cursor.execute("begin")
        try:
            cursor.execute(f"create role {login} login inherit nosuperuser nocreatedb nocreaterole noreplication "
                           f"nobypassrls connection limit {CONNECTIONS} password %s valid until %s",
                           (row.verifier, row.ends_at.isoformat()))  # fmt: skip
            cursor.execute(f"grant {login_of(role)} to {login} with inherit true, set false, admin false")
            for setting in (*SETTINGS, f"search_path = {', '.join(schemas_of(admin, role))}"):
                cursor.execute(f"alter role {login} set {setting}")
            cursor.execute("commit")
        except psycopg2.Error:
            cursor.execute("rollback")
            raise


def schemas_of(admin: extensions.connection, role: str) -> list[str]:
    """The schemas that a role's login may enter, its own mart first; where it has none, the empty public one."""
    with admin.cursor() as cursor:
        cursor.execute("select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' "
                       "and has_schema_privilege(%s, oid, 'usage') order by nspname <> %s, nspname",
                       (login_of(role), f"mart_{role}"))  # fmt: skip
        return [f'"{name}"' for (name,) in cursor.fetchall()] or ["public"]


def end_login(admin: extensions.connection, login: str) -> None:
    """Lets it in no more, ends its connections, and takes it away; one that is not there is passed over.

    Raises:
        ValueError: it is no login of a person's own.
    """
    if not login.startswith(PREFIX):
        raise ValueError(f"{login} is no login of a person's own")
    with admin.cursor() as cursor:
        cursor.execute("select 1 from pg_roles where rolname = %s", (login,))
        if cursor.fetchone() is None:
            return
        cursor.execute(f"alter role {login} nologin")
        cursor.execute("select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = %s", (login,))
        cursor.execute(f"drop owned by {login}")  # what it could leave behind: rights by default, and large objects
        cursor.execute(f"drop role {login}")


def note(connection: Connection, action: str, row: Row[tuple[object, ...]], **told: object) -> None:
    write_audit(connection, BY, Request(action, (), None, {"login": row.login, "person": row.email, **told}))
