"""Sources as the engineer steers them: paused or not, what was asked for, what each stream is at, and what drifted."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    "alter table portal.load_run add column log text",
    "alter table portal.load_run add column is_full boolean not null default false",
    """
    create table portal.source (
        source text primary key,
        label text not null,
        cadence_minutes integer not null check (cadence_minutes > 0),
        is_configured boolean not null,
        seen_at timestamptz not null
    )
    """,
    """
    create table portal.source_pause (
        source text primary key,
        paused_by text not null,
        paused_at timestamptz not null default now(),
        reason text not null default ''
    )
    """,
    """
    create table portal.load_request (
        request_id uuid primary key default gen_random_uuid(),
        source text not null,
        is_full boolean not null default false,
        requested_by text not null,
        requested_at timestamptz not null default now(),
        taken_at timestamptz,
        ended_at timestamptz,
        error text
    )
    """,
    # A source is asked for once, however often the button is pressed.
    "create unique index load_request_waiting on portal.load_request (source, is_full) where taken_at is null",
    """
    create table portal.backfill (
        source text primary key,
        since timestamptz,
        started_at timestamptz not null,
        ended_at timestamptz
    )
    """,
    """
    create table portal.stream_state (
        source text not null,
        stream text not null,
        schema_version integer not null,
        columns jsonb not null,
        newest_event_at timestamptz,
        last_rows_at timestamptz,
        last_row_count bigint,
        seen_at timestamptz not null,
        quarantined_at timestamptz,
        quarantine_reason text,
        primary key (source, stream)
    )
    """,
    """
    create table portal.drift (
        drift_id uuid primary key default gen_random_uuid(),
        source text not null,
        stream text not null,
        kind text not null check (kind in (
            'new_column', 'dropped_column', 'changed_type', 'not_loadable', 'renamed_table', 'table_made_anew',
            'unpublished_table', 'lost_table', 'new_table', 'lost_slot'
        )),
        subject text not null,
        found text not null,
        expected text not null,
        to_do text not null,
        first_seen_at timestamptz not null,
        last_seen_at timestamptz not null,
        resolved_at timestamptz
    )
    """,
    "create unique index drift_open on portal.drift (source, stream, kind, subject) where resolved_at is null",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
