"""Logins of people's own for other tools: who asked for which, until when, and what became of each."""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"

LOGIN = """
create table portal.database_login (
    login_id uuid primary key,
    login text not null unique check (login ~ '^plumbline_p_[0-9a-f]{12}$'),
    email text not null,
    role text not null,
    tool text not null,
    verifier text,
    asked_at timestamptz not null,
    ends_at timestamptz not null,
    made_at timestamptz,
    failed_because text,
    revoked_at timestamptz,
    revoked_by text,
    ended_at timestamptz,
    ended_because text,
    last_seen_at timestamptz,
    check (ends_at <= asked_at + interval '91 days')
);
create index database_login_of on portal.database_login (lower(email), asked_at desc);
create index database_login_open on portal.database_login (login) where ended_at is null;
"""


def upgrade() -> None:
    op.execute(LOGIN)
