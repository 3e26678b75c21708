"""Receipts of the figures that were shown, and when a webhook's event came, by which one is explained."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

RECEIPT = """
create table portal.receipt (
    receipt_id text primary key check (receipt_id ~ '^[0-9A-HJKMNP-TV-Z]{12}$'),
    metric text not null,
    version integer not null,
    definition text not null,
    marts text[] not null,
    question jsonb not null,
    as_of timestamptz not null,
    sql text not null,
    models text not null,
    build jsonb not null,
    sources jsonb not null,
    checked_at timestamptz,
    promises jsonb not null,
    answer jsonb not null,
    made_at timestamptz not null,
    key_id text not null,
    marks jsonb not null,
    seal text not null,
    is_kept boolean not null default false
);
create index receipt_made on portal.receipt (made_at) where not is_kept;
"""


def upgrade() -> None:
    op.execute(RECEIPT)
