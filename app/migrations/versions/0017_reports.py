"""Reports that people save: each version of them, with which roles they are shared, and who opened them last."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"

REPORTS = """
create table portal.report (
    report_id uuid primary key,
    owner text not null,
    title text not null,
    description text not null default '',
    definition jsonb not null,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz
);
create unique index report_title on portal.report (lower(owner), lower(title)) where deleted_at is null;
create table portal.report_version (
    report_id uuid not null references portal.report,
    version integer not null,
    title text not null,
    description text not null,
    definition jsonb not null,
    saved_by text not null,
    saved_at timestamptz not null,
    primary key (report_id, version)
);
create table portal.report_share (
    report_id uuid not null references portal.report,
    role text not null,
    shared_by text not null,
    shared_at timestamptz not null,
    primary key (report_id, role)
);
create index report_share_role on portal.report_share (role);
create table portal.report_opened (
    report_id uuid not null references portal.report,
    email text not null,
    opened_at timestamptz not null,
    primary key (report_id, email)
);
"""


def upgrade() -> None:
    op.execute(REPORTS)
