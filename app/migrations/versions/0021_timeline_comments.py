"""The company's timeline as people enter it, what is hidden of what sources tell, and comments on figures.

An event's row is one version of it, never changed: the newest says how it stands, the first who entered it.
"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"

TIMELINE = """
create table portal.timeline_event (
    event_id uuid not null,
    version integer not null check (version > 0),
    kind text not null check (kind in ('launch', 'price_change', 'outage', 'campaign', 'other')),
    first_day date not null,
    last_day date check (last_day >= first_day),
    title text not null check (title <> ''),
    words text not null,
    roles text[] not null,
    is_taken_back boolean not null,
    written_by text not null,
    written_at timestamptz not null,
    primary key (event_id, version)
);
create table portal.timeline_hidden (
    source_key text not null,
    version integer not null check (version > 0),
    is_hidden boolean not null,
    reason text not null check (reason <> ''),
    written_by text not null,
    written_at timestamptz not null,
    primary key (source_key, version)
);
"""
COMMENTS = """
create table portal.comment_thread (
    thread_id uuid primary key,
    metric text not null,
    month date not null,
    filters jsonb not null,
    page text not null,
    began_by text not null,
    began_at timestamptz not null,
    resolved_by text,
    resolved_at timestamptz
);
create index comment_thread_of on portal.comment_thread (metric, month);
create table portal.comment (
    comment_id uuid primary key,
    thread_id uuid not null references portal.comment_thread,
    written_by text not null,
    words text not null,
    shown_value numeric,
    written_at timestamptz not null,
    taken_back_at timestamptz
);
create index comment_of on portal.comment (thread_id, written_at);
create table portal.comment_mention (
    comment_id uuid not null references portal.comment,
    email text not null,
    result text check (result in ('sent', 'no_right', 'taken_back')),
    error text,
    done_at timestamptz,
    primary key (comment_id, email)
);
create index comment_mention_waits on portal.comment_mention (comment_id) where result is null;
"""


def upgrade() -> None:
    op.execute(TIMELINE)
    op.execute(COMMENTS)
