"""Every content of the company's own files that was put in place or found in the folder, with what became of it."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

VERSIONS = """
create table portal.file_version (
    name text not null,
    version integer not null check (version > 0),
    format text not null check (format in ('csv', 'xlsx')),
    sha256 text not null,
    byte_count integer not null,
    row_count integer,
    content bytea not null,
    came_from text not null check (came_from in ('folder', 'upload')),
    kept_by text not null,
    kept_at timestamptz not null default clock_timestamp(),
    placed_by text not null,
    placed_at timestamptz not null default clock_timestamp(),
    loaded_at timestamptz,
    refused_at timestamptz,
    refusal text,
    primary key (name, version),
    unique (name, sha256)
);
create index file_version_placed on portal.file_version (name, placed_at desc);
"""


def upgrade() -> None:
    op.execute(VERSIONS)
