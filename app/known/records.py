"""What MRR is made of, as it is remembered: the marts and records by which a difference is split by cause."""

from __future__ import annotations

BY_CUSTOMER = "mart_finance.mrr_customer_monthly"
"""The mart with a row for each customer, whose sums the other marts of MRR show."""
RECORDS = "core.int_mrr_record"
"""One row per record of a source that MRR is made of; who may read it is who may read BY_CUSTOMER."""
MADE_OF_RECORDS = frozenset(
    {"mart_finance.mrr_monthly", "mart_finance.customers_monthly", "mart_finance.retention_monthly", BY_CUSTOMER}
)
"""The marts into which nothing goes but those records."""
