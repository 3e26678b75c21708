"""What the capture of the production database remembers, and the newest change of each stream."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = """
-- One row per source that is captured from its log: how far it is stored, and with which slot.
create table portal.capture (
    source text primary key,
    slot text not null,
    system_id text not null,
    database text not null,
    generation integer not null,
    is_slot_made boolean not null default false,
    wants_anew boolean not null default false,
    confirmed_lsn pg_lsn,
    heard_at timestamptz,
    error text,
    error_since timestamptz
);
create table portal.capture_table (
    source text not null references portal.capture on delete cascade,
    relation bigint not null,
    schema text not null,
    name text not null,
    raw_name text not null,
    key text[] not null,
    columns jsonb not null,
    state text not null check (state in ('copying', 'catching_up', 'live')),
    is_in_place boolean not null,
    generation integer not null,
    until_lsn pg_lsn,
    primary key (source, relation),
    unique (source, raw_name)
);
create table portal.capture_piece (
    source text not null,
    relation bigint not null,
    generation integer not null,
    leaf text not null,
    first_block bigint not null,
    end_block bigint,
    row_count bigint,
    done_at timestamptz,
    primary key (source, relation, generation, leaf, first_block),
    foreign key (source, relation) references portal.capture_table on delete cascade
);
-- One row per stream: the newest change that is in its raw table, for whoever waits for one (NOTIFY plumbline_raw).
create table portal.newest_change (
    source text not null,
    stream text not null,
    event_at timestamptz,
    received_at timestamptz not null,
    lsn pg_lsn,
    row_count bigint not null default 0,
    recorded_count bigint not null default 0,
    primary key (source, stream)
);
"""
ALERTS = """
alter table portal.alert drop constraint alert_kind_check;
alter table portal.alert add constraint alert_kind_check check (kind in (
    'anomaly', 'target_missed', 'stale_source', 'broken_promise', 'job_failed', 'job_overdue', 'event_quarantined',
    'production_log', 'finding_failed'
));
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(ALERTS)
