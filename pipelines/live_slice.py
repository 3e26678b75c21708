"""Whose rows a part has to work out anew: of events that Stripe posted, those of the customers that they speak of.

A part made of slices costs what the change costs, and not what all history does; models/macros/slices.sql says how its
models are made. It is asked of the warehouse who is touched, never of the notice that came: what is told there may be
lost or come twice, and all that has come since the last whole build is worked out with each slice. To work out more
customers than were touched changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

MOST_CUSTOMERS = 300
"""With more, a slice is no longer the quicker way."""
LATE = timedelta(minutes=5)
"""A row may be stored by a transaction that began so long before, and be seen only after the whole build began."""

# An object without a customer (a product, a plan, a coupon, a refund) may touch anybody's rows: the null says so.
SPOKEN_OF = text("""
    select distinct case
        when payload #>> '{data,object,object}' = 'customer' then payload #>> '{data,object,id}'
        when jsonb_typeof(payload #> '{data,object,customer}') = 'string' then payload #>> '{data,object,customer}'
    end
    from raw_stripe_webhook.event
    where received_at > :since and state = 'read'
""")
# What begins or ends by the clock alone, between the instant of the whole build and that of the part.
MOVED_BY_THE_CLOCK = text("""
    select distinct customer_id from core.fct_mrr_segment
    where (valid_from > :then and valid_from <= :now) or (valid_to > :then and valid_to <= :now)
    union
    select distinct customer_id from core.fct_overdue_window
    where (starts_at > :then and starts_at <= :now) or (ends_at > :then and ends_at <= :now)
""")
CUSTOMERS_OF = text("""
    select distinct coalesce(known.customer_id, told.customer_id, asked.id)
    from unnest(cast(:ids as text[])) as asked (id)
    left join core.dim_identity as known on known.source = 'stripe' and asked.id = known.source_id
    left join staging.stg_files__identities as told on told.source = 'stripe' and asked.id = told.source_id
""")
RECORDS_OF = text("""
    select source_id from core.dim_identity where source = 'stripe' and customer_id = any(:customers)
    union
    select source_id from staging.stg_files__identities where source = 'stripe' and customer_id = any(:customers)
""")


@dataclass(frozen=True)
class Touched:
    """The customers whose rows are worked out, and Stripe's ids of all their records there."""

    customers: frozenset[str]
    stripe: frozenset[str]

    def as_json(self) -> str:
        """As models/macros/slices.sql reads it."""
        return json.dumps({"customers": sorted(self.customers), "stripe": sorted(self.stripe)})


def touched_since(url: URL, built: tuple[datetime, datetime], now: datetime) -> Touched | None:
    """Whose rows may differ from those of the last whole build, by Stripe's events and by the clock.

    Args:
        url: the warehouse, as the login that builds.
        built: when that build began, and the business instant it speaks about.
        now: the business instant that the part speaks about.

    Returns:
        None where it cannot be said, or would be more than a slice is good for: then all rows are worked out.
    """
    began, then = built
    with create_engine(url, poolclass=NullPool).connect() as connection:
        spoken_of = set(connection.scalars(SPOKEN_OF, {"since": began - LATE}))
        if None in spoken_of:
            return None
        moved = connection.scalars(MOVED_BY_THE_CLOCK, {"then": then, "now": now})
        customers = frozenset(moved) | _asked(connection, CUSTOMERS_OF, "ids", spoken_of)
        if not 0 < len(customers) <= MOST_CUSTOMERS:
            return None
        return Touched(customers, _asked(connection, RECORDS_OF, "customers", customers) | spoken_of)


def _asked(connection: Connection, query: object, name: str, values: Iterable[str]) -> frozenset[str]:
    return frozenset(connection.scalars(query, {name: sorted(values)}))  # type: ignore[call-overload]
