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

from sqlalchemy import Connection, TextClause, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

MOST_CUSTOMERS = 300
"""With more, a slice is no longer the quicker way."""
LATE = timedelta(minutes=5)
"""A row may be stored by a transaction that began so long before, and be seen only after the whole build began."""

# An object without a customer (a product, a plan, a coupon, a refund) may touch anybody's rows: the null says so.
SPOKEN_OF = text("""
    select distinct payload #>> '{data,object,id}' as id, case
        when payload #>> '{data,object,object}' = 'customer' then payload #>> '{data,object,id}'
        when jsonb_typeof(payload #> '{data,object,customer}') = 'string' then payload #>> '{data,object,customer}'
    end as customer
    from raw_stripe_webhook.event
    where received_at > :since and state = 'read'
""")
# Whose rows they are now: a charge that was nobody's may have been given to a customer since. Null is nobody.
HELD_BY = text("""
    select customer_id from core.fct_payment where charge_id = any(:ids)
    union
    select customer_id from core.fct_invoice where invoice_id = any(:ids) or subscription_id = any(:ids)
""")
# What begins or ends by the clock alone, between the instant of the whole build and that of the part.
MOVED_BY_THE_CLOCK = text("""
    select distinct customer_id from core.fct_mrr_segment
    where (valid_from between :then and :now) or (valid_to between :then and :now)
    union
    select distinct customer_id from core.fct_overdue_window
    where (starts_at between :then and :now) or (ends_at between :then and :now)
""")
# Whom the file of identities, loaded but not yet built, gives to another customer, or leaves out, or no longer does.
GIVEN_AWAY = text("""
    select unnest(array[known.customer_id, coalesce(told.customer_id, known.source_id)])
    from core.dim_identity as known
    left join (
        select distinct on (source_id) source_id, coalesce(nullif(customer_id, ''), source_id) as customer_id,
            kind in ('internal', 'test') as is_excluded
        from staging.stg_files__identities
        where source = 'stripe'
        order by source_id, known_date desc nulls last, customer_id
    ) as told on known.source_id = told.source_id
    where known.source = 'stripe' and (known.customer_id, known.is_excluded)
        is distinct from (coalesce(told.customer_id, known.source_id), coalesce(told.is_excluded, false))
""")
# Under all names: facts call a customer by the id in Stripe until its record and its identity are both known.
CUSTOMERS_OF = text("""
    select unnest(cast(:ids as text[]))
    union
    select customer_id from core.dim_identity where source = 'stripe' and source_id = any(:ids)
    union
    select customer_id from staging.stg_files__identities where source = 'stripe' and source_id = any(:ids)
""")
RECORDS_OF = text("""
    select unnest(cast(:ids as text[]))
    union
    select source_id from core.dim_identity where source = 'stripe' and customer_id = any(:ids)
    union
    select source_id from staging.stg_files__identities where source = 'stripe' and customer_id = any(:ids)
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
        spoken = connection.execute(SPOKEN_OF, {"since": began - LATE}).all()
        touched = {row.customer for row in spoken}
        touched |= _asked(connection, HELD_BY, {row.id for row in spoken})
        if None in touched:
            return None
        touched |= set(connection.scalars(MOVED_BY_THE_CLOCK, {"then": then, "now": now}))
        touched |= set(connection.scalars(GIVEN_AWAY))
        customers = _asked(connection, CUSTOMERS_OF, touched)
        if not 0 < len(customers) <= MOST_CUSTOMERS:
            return None
        return Touched(customers, _asked(connection, RECORDS_OF, customers))


def _asked(connection: Connection, query: TextClause, ids: Iterable[str]) -> frozenset[str]:
    return frozenset(connection.scalars(query, {"ids": sorted(ids)}))
