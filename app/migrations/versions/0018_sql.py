"""SQL that people write: what they saved and share, and what each of them ran."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"

SQL = """
create table portal.sql_query (
    query_id uuid primary key,
    owner text not null,
    title text not null,
    text text not null,
    role text not null,
    parameters jsonb not null,
    chart jsonb,
    shared_with text[] not null default '{}',
    version integer not null default 1,
    created_at timestamptz not null,
    changed_at timestamptz not null
);
create index sql_query_owner on portal.sql_query (owner);
create table portal.sql_run (
    run_id uuid primary key,
    email text not null,
    role text not null,
    started_at timestamptz not null,
    text text not null,
    parameters jsonb not null,
    row_count bigint,
    duration_ms double precision not null,
    outcome text not null check (outcome in ('ok', 'refused', 'failed', 'stopped')),
    error text
);
create index sql_run_email on portal.sql_run (email, started_at desc);
"""


def upgrade() -> None:
    op.execute(SQL)
