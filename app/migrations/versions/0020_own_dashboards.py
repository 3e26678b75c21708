"""Dashboards of people's own: each version of them, with which roles they are shared, and who opened them last."""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"

DASHBOARDS = """
create table portal.dashboard (
    dashboard_id uuid primary key,
    owner text not null,
    title text not null,
    description text not null default '',
    definition jsonb not null,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz
);
create unique index dashboard_title on portal.dashboard (lower(owner), lower(title)) where deleted_at is null;
create table portal.dashboard_version (
    dashboard_id uuid not null references portal.dashboard,
    version integer not null,
    title text not null,
    description text not null,
    definition jsonb not null,
    saved_by text not null,
    saved_at timestamptz not null,
    primary key (dashboard_id, version)
);
create table portal.dashboard_share (
    dashboard_id uuid not null references portal.dashboard,
    role text not null,
    shared_by text not null,
    shared_at timestamptz not null,
    primary key (dashboard_id, role)
);
create index dashboard_share_role on portal.dashboard_share (role);
create table portal.dashboard_opened (
    dashboard_id uuid not null references portal.dashboard,
    email text not null,
    opened_at timestamptz not null,
    primary key (dashboard_id, email)
);
"""


def upgrade() -> None:
    op.execute(DASHBOARDS)
