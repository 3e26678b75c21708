"""Functions of Postgres that every login may call and that reach beyond reading: for our readers they are shut.

The database shuts them (`pipelines/doors.py`); what is written is told so before it is sent.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

SHUT = (
    "set_config",  # a time limit, a role
    "pg_sleep*",
    "pg_notify",  # would have figures built
    "pg_cancel_backend", "pg_terminate_backend",  # a login is shared by all of a role
    "pg_advisory_*", "pg_try_advisory_*",  # who migrates, builds and schedules is told by these locks
    "pg_logical_emit_message", "pg_export_snapshot",
    "pg_stat_get_activity", "pg_stat_get_backend_activity",  # what others of the role are asking
    "lo_*", "loread", "lowrite",  # large objects: a place to write
    "query_to_xml*", "cursor_to_xml*", "table_to_xml*", "schema_to_xml*", "database_to_xml*",
    "ts_stat", "ts_rewrite",  # SQL in a text
)  # fmt: skip
"""Names, where * stands for any end."""

ELSEWHERE = (
    "pg_read_*", "pg_ls_*", "pg_stat_file", "pg_reload_conf", "pg_rotate_logfile", "pg_switch_wal", "pg_promote",
    "pg_create_*", "pg_drop_*", "pg_copy_*", "pg_replication_*", "pg_wal_replay_*", "pg_log_*", "pg_stat_reset*",
    "dblink*", "postgres_fdw_*", "run_command_on_*", "master_run_on_worker", "nextval", "setval",
)  # fmt: skip
"""Those that Postgres itself, Citus or a missing right on what they act on keeps from our readers."""


def is_shut(name: str) -> bool:
    """Whether a function of that name, in lower case, is not for readers."""
    return any(fnmatchcase(name, pattern) for pattern in (*SHUT, *ELSEWHERE))
