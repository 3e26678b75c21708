"""What was built at once, because new rows came; and the webhook tells whoever listens that an event came."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

LIVE = """
create table portal.live_build (
    live_id uuid primary key,
    sources text[] not null,
    heard_at timestamptz not null,
    started_at timestamptz not null,
    ended_at timestamptz not null,
    as_of timestamptz not null,
    result text not null check (result in ('ok', 'failed')),
    models_count integer not null,
    error text
);
create index live_build_started on portal.live_build (started_at desc);
create function raw_stripe_webhook.announce() returns trigger language plpgsql as $announce$
begin
    notify plumbline_raw, 'stripe_webhook';
    return null;
end
$announce$;
create trigger announce after insert on raw_stripe_webhook.event
    for each statement execute function raw_stripe_webhook.announce();
"""


def upgrade() -> None:
    op.execute(LIVE)
