"""Shuts the side doors of the warehouse: functions that Postgres lets every login call and that do more than read.

Our own programs need some of them (locks, notices) and keep them; readers, and whoever is made later, do not.
"""

from __future__ import annotations

from psycopg2.extensions import connection

from app.secrets import PORTAL
from app.sql.doors import SHUT
from pipelines.rights import BUILDER, LOADER, WORKER, is_shared

KEEPERS = (LOADER, BUILDER, PORTAL, WORKER)
VIEWS = ("pg_stat_activity",)
"""What others of the same login ask at this moment, with the values in it."""
_SHUT = """
do $shut$
declare door record;
begin
    for door in
        select p.oid::regprocedure as called from pg_proc as p
        where p.pronamespace = 'pg_catalog'::regnamespace and p.proname like any ({patterns})
            and has_function_privilege('public', p.oid, 'execute')
    loop
        execute format('revoke execute on function %s from public', door.called);
        execute format('grant execute on function %s to {keepers}', door.called);
    end loop;
    for door in
        select c.oid::regclass as called from pg_class as c
        where c.relnamespace = 'pg_catalog'::regnamespace and c.relname = any ({views})
            and exists (select from aclexplode(c.relacl) where grantee = 0)
    loop
        execute format('revoke all on %s from public', door.called);
        execute format('grant select on %s to {keepers}', door.called);
    end loop;
end $shut$
"""


def shut_doors(admin: connection) -> None:
    """Shuts them, in a database that is ours alone and where the admin is a superuser; else nothing is done.

    Repeatable: what is shut is not touched again. Where it cannot be done, `app.sql.admit` still says no, every
    statement has a connection of its own, and docs/operators.md says what to run.
    """
    with admin.cursor() as cursor:
        cursor.execute("select rolsuper from pg_roles where rolname = current_user")
        if cursor.fetchall() == [(True,)] and not is_shared(admin):
            cursor.execute(statement())


def statement() -> str:
    """What a superuser runs to shut them."""
    patterns = ", ".join("'" + name.replace("_", "\\_").replace("*", "%") + "'" for name in SHUT)
    views = ", ".join(f"'{name}'" for name in VIEWS)
    return (_SHUT.replace("{patterns}", f"array[{patterns}]").replace("{views}", f"array[{views}]")
            .replace("{keepers}", ", ".join(KEEPERS)))  # fmt: skip
