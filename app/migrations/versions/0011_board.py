"""Board packs, and how each of their figures compared when it was asked again.

That a receipt is kept follows from the packs it is in: a column that says so could be set by nobody but its owner.
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"

BOARD = """
create table portal.board_pack (
    pack_id uuid primary key,
    name text not null,
    month date not null,
    note text not null default '',
    made_by text not null,
    made_at timestamptz not null,
    as_of timestamptz not null,
    fingerprint text not null
);
create unique index board_pack_name on portal.board_pack (lower(name));
create table portal.board_figure (
    pack_id uuid not null references portal.board_pack,
    position integer not null,
    metric text not null,
    by text[] not null,
    receipt_id text not null references portal.receipt,
    primary key (pack_id, position)
);
create index board_figure_receipt on portal.board_figure (receipt_id);
create table portal.board_comparison (
    pack_id uuid not null,
    position integer not null,
    compared_at timestamptz not null,
    state text not null check (state in ('identical', 'restated', 'altered')),
    holds boolean not null,
    altered jsonb not null,
    changes jsonb not null,
    causes jsonb not null,
    primary key (pack_id, position),
    foreign key (pack_id, position) references portal.board_figure
);
"""


def upgrade() -> None:
    op.execute(BOARD)
    op.execute("drop index portal.receipt_made")
    op.execute("alter table portal.receipt drop column is_kept")
    op.execute("create index receipt_made on portal.receipt (made_at)")
