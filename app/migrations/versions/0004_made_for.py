"""What the warehouse was made for: an invented company of one scale and seed, or a company of one's own."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        """
        create table portal.made_for (
            is_the_only_row boolean primary key default true check (is_the_only_row),
            scale text not null check (scale in ('none', 'small', 'demo', 'large')),
            seed bigint check ((seed is null) = (scale = 'none')),
            made_at timestamptz not null default now()
        )
        """
    )
