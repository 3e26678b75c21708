"""What the figures meant at each good build, rehearsals of a change of meaning, and who approved one.

`definitions` has one row for each state of the definitions that a good build was made by, not one for each build; a
rehearsal keeps what it found, so that nobody approves anything else than what was looked at.
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012_reconcile"

DEFINITIONS = """
create table portal.definitions (
    digest text primary key,
    run_id uuid not null,
    built_at timestamptz not null,
    parts jsonb not null,
    fingerprints jsonb not null,
    metrics jsonb not null
);
create table portal.rehearsal (
    rehearsal_id text primary key,
    made_by text not null,
    made_at timestamptz not null,
    as_of timestamptz not null,
    run_id uuid not null,
    standing text not null,
    is_whole boolean not null,
    fingerprints jsonb not null,
    result jsonb not null
);
create table portal.rehearsal_approval (
    rehearsal_id text not null references portal.rehearsal,
    capacity text not null check (capacity in ('owner', 'certifier')),
    email text not null,
    answers_for text[] not null,
    why text not null check (why <> ''),
    given_at timestamptz not null,
    primary key (rehearsal_id, capacity, email)
);
"""


def upgrade() -> None:
    op.execute(DEFINITIONS)
