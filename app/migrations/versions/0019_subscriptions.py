"""Pages by e-mail on a schedule: who gets which, when, and each instant at which one was due."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"

SUBSCRIPTION = """
create table portal.subscription (
    subscription_id uuid primary key default gen_random_uuid(),
    email text not null,
    page text not null,
    parameters jsonb not null,
    rhythm text not null check (rhythm in ('day', 'business_day', 'week', 'month')),
    on_day integer not null check (on_day between 0 and 28),
    at_hour integer not null check (at_hour between 0 and 23),
    timezone text not null,
    only_changed boolean not null,
    with_pdf boolean not null,
    created_at timestamptz not null,
    stopped_at timestamptz,
    stopped_because text,
    shown text
);
create index subscription_of on portal.subscription (email, created_at);
create table portal.subscription_due (
    subscription_id uuid not null references portal.subscription,
    due_at timestamptz not null,
    result text not null check (result in ('sent', 'unchanged', 'failed', 'no_right')),
    error text,
    done_at timestamptz not null,
    primary key (subscription_id, due_at)
);
"""


def upgrade() -> None:
    op.execute(SUBSCRIPTION)
