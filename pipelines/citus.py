"""What a Citus cluster needs beside what a Postgres needs: passwords between its nodes, and closed side doors.

Nodes reach each other as the role that asks. A node finds the password of that role in its own pg_dist_authinfo, so
each of our logins has a row there on every node; only superusers can read that table.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from psycopg2.extensions import connection
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from pipelines.rights import BUILDER

ACTIVE = "select 1 from pg_extension where extname = 'citus'"
FROM_OFFERED = (
    "select 1 from pg_available_extensions cross join pg_roles where name = 'citus' "
    "and installed_version is null and rolname = current_user and rolsuper "
    "and exists (select from pg_settings where name = 'shared_preload_libraries' and setting ~ 'citus')"
)
BUILDS_WITH = ("citus.enable_local_execution = off", "citus.multi_shard_modify_mode = 'sequential'")
"""A build fills a table, spreads it and counts it in one transaction: Citus does that over one kind of connection."""
SIDE_DOORS = "run_command_on_%"


def is_on_citus(url: URL) -> bool:
    """Whether tables of this warehouse can be spread over nodes."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return connection.execute(text(ACTIVE)).first() is not None


def use_citus(admin: connection) -> None:
    """Where the server has Citus loaded and lets us, our database uses it."""
    with admin.cursor() as cursor:
        cursor.execute(FROM_OFFERED)
        if cursor.fetchone():
            cursor.execute("create extension citus")


def introduce(admin: connection, passwords: Mapping[str, str]) -> None:
    """Lets our logins reach their rows on every node, and nobody run commands of their own there.

    Does nothing without Citus, or where the admin is no superuser: then whoever runs the cluster has to do it, as
    docs/operators.md says.

    Args:
        admin: a connection with autocommit.
        passwords: login → password.
    """
    with admin.cursor() as cursor:
        cursor.execute(f"{ACTIVE} and (select rolsuper from pg_roles where rolname = current_user)")
        if not cursor.fetchone():
            return
        rows = json.dumps([{"role": login, "auth": f"password={word}"} for login, word in passwords.items()])
        statement = cursor.mogrify(_AUTHINFO, (rows,)).decode()
        cursor.execute("set log_statement = 'none'")
        cursor.execute("select success, result from run_command_on_all_nodes(%s)", (statement,))
        cursor.execute(_CLOSE, (SIDE_DOORS,))
        for setting in BUILDS_WITH:
            cursor.execute(f"alter role {BUILDER} set {setting}")


_AUTHINFO = """
insert into pg_dist_authinfo (nodeid, rolename, authinfo)
select 0, role, auth from json_to_recordset(%s) as logins (role name, auth text)
on conflict (nodeid, rolename) do update set authinfo = excluded.authinfo
"""
_CLOSE = """
do $close$
declare door regprocedure;
begin
    for door in select oid from pg_proc where proname like %s loop
        execute format('revoke execute on function %%s from public', door);
    end loop;
end $close$
"""
