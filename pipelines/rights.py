"""Logins and schemas of the warehouse, and who may do what: the one place of it, but for the marts.

Which reading login may select which mart is said by the mart's own `.yml` (`config: grants:`) and done by the build.
"""

from __future__ import annotations

from psycopg2.extensions import connection, quote_ident

from app.access import ROLES, login_of
from app.scram import verifier
from app.secrets import PORTAL, get_secret
from app.settings import Settings
from pipelines.sources import source_names

LOADER, BUILDER, WORKER = "plumbline_loader", "plumbline_builder", "plumbline_worker"
ANALYST = login_of("analyst")
READERS = tuple(login_of(role) for role in ROLES)
LOGINS = (LOADER, BUILDER, PORTAL, WORKER, *READERS)

RAW = tuple(f"raw_{name}" for name in source_names())
BUILT = ("rollup", *(f"mart_{role}" for role in ROLES if role != "analyst"))
THEN = ("then_core", *(f"then_{role}" for role in ROLES if role != "analyst"))
"""What the marts showed at any remembered instant: views on the tables in `history`."""
OWNERS = {
    **dict.fromkeys((*RAW, "capture", "meltano"), LOADER),
    **dict.fromkeys(("staging", "core", "rollup_next", "history", *BUILT, *THEN), BUILDER),
    "workshop": None,
    "portal": None,
    "raw_stripe_webhook": None,
}
"""Each schema and its owner; those of nobody belong to the admin, who migrates them."""


def passwords(settings: Settings) -> dict[str, str]:
    """Each login's password."""
    return {login: get_secret(settings, "role_" + login.removeprefix("plumbline_")) for login in LOGINS}


def make_logins(settings: Settings, admin: connection) -> None:
    """Creates what is missing and sets every password anew, as a scram verifier that the server's log may show."""
    with admin.cursor() as cursor:
        cursor.execute("select rolname from pg_roles where rolname = any(%s)", (list(LOGINS),))
        known = {name for (name,) in cursor.fetchall()}
        for login, password in passwords(settings).items():
            verb = "alter" if login in known else "create"
            cursor.execute(f"{verb} role {login} login password %s", (verifier(password),))
            # A server of somebody's own may stand in another zone, in which all we read would come to us.
            cursor.execute(f"alter role {login} set timezone = 'UTC'")
        # The admin hands schemas to their owners; the worker reads what any reader may.
        cursor.execute("select rolsuper from pg_roles where rolname = current_user")
        if cursor.fetchall() == [(False,)]:
            cursor.execute(f"grant {LOADER}, {BUILDER} to current_user")
        cursor.execute(f"grant {', '.join(READERS)} to {WORKER}")


def close_database(admin: connection, database: str) -> None:
    """Lets only our logins in, and only loader and builder make schemas or temporary tables.

    A database in which somebody else keeps tables too stays as open as they have it.
    """
    name = quote_ident(database, admin)
    with admin.cursor() as cursor:
        if not is_shared(admin):
            cursor.execute(f"revoke all on database {name} from public")
            cursor.execute("revoke all on schema public from public")
        cursor.execute(f"grant connect on database {name} to {', '.join(LOGINS)}")
        cursor.execute(f"grant create, temporary on database {name} to {LOADER}, {BUILDER}")


def is_shared(admin: connection) -> bool:
    """Whether somebody else keeps tables in this database too."""
    with admin.cursor() as cursor:
        cursor.execute(_SHARED, {"logins": list(LOGINS), "schemas": list(OWNERS)})
        return cursor.fetchall() != [(False,)]


def make_schemas(admin: connection) -> None:
    """Creates the schemas with their owners, and says what those who come later may read in them."""
    with admin.cursor() as cursor:
        for schema, owner in OWNERS.items():
            cursor.execute(f"create schema if not exists {schema}" + (f" authorization {owner}" if owner else ""))
        for statement in (*_RAW_IS_READ_BY_BUILDER, *_BUILT_IS_READ_BY_WORKER, *_MODELS_ARE_READ_BY_ANALYSTS):
            cursor.execute(statement)


def grant_rights(admin: connection) -> None:
    """What each login may do with the tables that the migrations made. Repeatable."""
    with admin.cursor() as cursor:
        for statement in _TABLES:
            cursor.execute(statement)


_SHARED = """
select exists (
    select 1 from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f')
        and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and n.nspname <> all(%(schemas)s)
        and pg_get_userbyid(c.relowner) <> all(%(logins)s)
        and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e')
)
"""
_RAW_IS_READ_BY_BUILDER = (
    f"alter default privileges for role {LOADER} grant usage on schemas to {BUILDER}",
    f"alter default privileges for role {LOADER} grant select on tables to {BUILDER}",
    *(f"grant usage on schema {schema} to {BUILDER}" for schema in RAW),
)
_BUILT_IS_READ_BY_WORKER = tuple(
    statement
    for schema in BUILT
    for statement in (
        f"grant usage on schema {schema} to {WORKER}",
        f"alter default privileges for role {BUILDER} in schema {schema} grant select on tables to {WORKER}",
    )
)
# Citus cannot grant on tables of all its kinds in one statement.
_ONE_BY_ONE = """
do $$
declare found record;
begin
    for found in select table_schema, table_name from information_schema.tables where table_schema = '{schema}' loop
        execute format('grant select on %I.%I to {login}', found.table_schema, found.table_name);
    end loop;
end $$
"""
# By default privileges, so that a table which is made anew is never out of their sight.
_MODELS_ARE_READ_BY_ANALYSTS = tuple(
    statement
    for schema in ("core", "rollup")
    for statement in (
        f"grant usage on schema {schema} to {ANALYST}",
        _ONE_BY_ONE.format(schema=schema, login=ANALYST),
        f"alter default privileges for role {BUILDER} in schema {schema} grant select on tables to {ANALYST}",
    )
)
_TABLES = (
    f"grant usage on schema portal to {PORTAL}, {WORKER}, {BUILDER}",
    f"grant usage on schema workshop to {WORKER}, {BUILDER}",
    f"grant usage on schema raw_stripe_webhook to {PORTAL}, {WORKER}, {BUILDER}",
    # The portal keeps sessions and people, writes the audit but never changes it, reads how the jobs fare.
    f"grant select on all tables in schema portal to {PORTAL}",
    f"grant insert on portal.audit to {PORTAL}",
    # A receipt is written once and never changed; the worker only removes those that are old.
    f"grant insert on portal.receipt to {PORTAL}",
    f"grant insert on portal.claim_signature to {PORTAL}",
    # A rehearsal and its approvals are written once; a build notes what the figures meant in it.
    f"grant insert on portal.rehearsal, portal.rehearsal_approval to {PORTAL}",
    f"grant select, insert, update (run_id, built_at) on portal.definitions to {BUILDER}",
    f"grant select, delete on portal.receipt to {WORKER}",
    # A board pack is written once and never changed; how it compares is written anew each time.
    f"grant insert on portal.board_pack, portal.board_figure to {PORTAL}",
    f"grant insert, update on portal.board_comparison to {PORTAL}",
    f"grant select on portal.board_figure to {WORKER}",
    *(
        statement.format(noun=noun)
        for noun in ("report", "dashboard")
        for statement in (
            # Versions are never changed or taken away, nor whose it is; a deleted one only says that it is.
            "grant insert on portal.{noun}, portal.{noun}_version, portal.{noun}_share, portal.{noun}_opened "
            f"to {PORTAL}",
            "grant update (title, description, definition, version, updated_at, deleted_at) on portal.{noun} "
            f"to {PORTAL}",
            f"grant delete on portal.{{noun}}_share to {PORTAL}",
            f"grant update (opened_at) on portal.{{noun}}_opened to {PORTAL}",
        )
    ),
    f"grant usage on all sequences in schema portal to {PORTAL}, {WORKER}",
    f"grant insert, update on portal.session to {PORTAL}",
    # What somebody ran is written once; the worker removes what is old. What is kept of it is its owner's to change.
    f"grant insert on portal.sql_run to {PORTAL}",
    f"grant select (started_at), delete on portal.sql_run to {WORKER}",
    f"grant insert, update, delete on portal.sql_query to {PORTAL}",
    f"grant insert, update, delete on portal.person, portal.person_role to {PORTAL}, {WORKER}",
    f"grant update (acknowledged_by, acknowledged_at) on portal.alert to {PORTAL}",
    # People subscribe and stop on a page; the worker notes what was due, and stops what nobody may see any more.
    f"grant insert, update (stopped_at, stopped_because) on portal.subscription to {PORTAL}",
    f"grant select, update (stopped_at, stopped_because, shown) on portal.subscription to {WORKER}",
    f"grant select, insert, update on portal.subscription_due to {WORKER}",
    # A login of somebody's own is asked for and revoked on a page, and made and ended by the scheduler.
    f"grant insert (login_id, login, email, role, tool, verifier, asked_at, ends_at), update (revoked_at, revoked_by) "
    f"on portal.database_login to {PORTAL}",
    f"grant select, update (verifier, made_at, failed_because, ended_at, ended_because, last_seen_at) "
    f"on portal.database_login to {WORKER}",
    # A question is asked once and answered once; what was said of the time before and who took the tour stays.
    f"grant insert, update (answered_by, answered_role, answered_at, answer, link, minutes) on portal.asked_question "
    f"to {PORTAL}",
    f"grant insert on portal.measure_baseline, portal.tour_taken to {PORTAL}",
    # Each version of an event is written once. Of a comment only that it is taken back changes, of a thread that it is
    # resolved; the worker mails whom it mentions.
    f"grant insert on portal.timeline_event, portal.timeline_hidden, portal.comment_thread, portal.comment, "
    f"portal.comment_mention to {PORTAL}",
    f"grant update (resolved_by, resolved_at) on portal.comment_thread to {PORTAL}",
    f"grant update (words, taken_back_at) on portal.comment to {PORTAL}",
    f"grant select on portal.comment_thread, portal.comment, portal.comment_mention to {WORKER}",
    f"grant update (result, error, done_at) on portal.comment_mention to {WORKER}",
    # Files are put in place on the page and found in the folder; only a load says that one was loaded.
    f"grant insert, update (placed_by, placed_at) on portal.file_version to {PORTAL}",
    f"grant select, insert, update (placed_by, placed_at, loaded_at, refused_at, refusal, in_force_since) "
    f"on portal.file_version to {WORKER}",
    # The worker keeps the record of runs, checks, alerts and mails; sessions are not its business.
    f"grant select, insert, update, delete on portal.load_run, portal.job_run, portal.build_run, portal.check_result, "
    f"portal.metric_promise, portal.alert, portal.mail_log, portal.apscheduler_jobs to {WORKER}",
    f"grant select on portal.person, portal.person_role, portal.made_for to {WORKER}",
    f"grant select, insert on portal.audit to {WORKER}",
    f"grant select, insert, update, delete on all tables in schema workshop to {WORKER}",
    # The worker steers the sources and notes what drifts; the portal asks for loads and pauses, and closes incidents.
    f"grant select, insert, update, delete on portal.source, portal.source_pause, portal.load_request, "
    f"portal.backfill, portal.stream_state, portal.drift to {WORKER}",
    f"grant insert, delete on portal.source_pause to {PORTAL}",
    f"grant insert (source, is_full, requested_by) on portal.load_request to {PORTAL}",
    f"grant update (resolved_at) on portal.drift to {PORTAL}",
    # The capture of production notes how far it is in the transaction in which it stores rows.
    f"grant usage on schema portal to {LOADER}",
    f"grant select, insert, update, delete on portal.capture, portal.capture_table, portal.capture_piece, "
    f"portal.newest_change to {LOADER}",
    f"grant select on portal.capture, portal.capture_table, portal.capture_piece, portal.newest_change to {WORKER}",
    f"grant update (recorded_count) on portal.newest_change to {WORKER}",
    # dbt reads what the marts show.
    f"grant select on portal.load_run, portal.job_run, portal.build_run, portal.check_result, portal.metric_promise, "
    f"portal.alert, portal.mail_log, portal.person, portal.person_role, portal.audit, portal.source, "
    f"portal.source_pause, portal.backfill, portal.stream_state, portal.drift to {BUILDER}",
    f"grant select on all tables in schema workshop to {BUILDER}",
    # A build says that it held in the transaction in which it becomes what readers see.
    f"grant insert on portal.build_run, portal.live_build to {BUILDER}",
    # What was known when is written by whom owns the marts, in the transaction that reads them.
    f"grant select on portal.live_build to {BUILDER}",
    f"grant select, insert, update, delete on portal.known_build, portal.known_mart, portal.known_definition "
    f"to {BUILDER}",
    f"grant select on portal.known_build, portal.known_mart, portal.known_definition to {WORKER}",
    f"grant select, insert, delete on portal.live_build to {WORKER}",
    # The webhook stores an event once; only builds read what is in it.
    # A receipt is explained by how many events came since.
    f"grant insert, select (event_id, received_at) on raw_stripe_webhook.event to {PORTAL}",
    f"grant select on raw_stripe_webhook.event to {BUILDER}, {WORKER}",
    f"grant update (processed_at) on raw_stripe_webhook.event to {BUILDER}, {WORKER}",
)
