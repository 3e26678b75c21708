"""Files that no vendor has: budget, costs, balances, rates, targets, quotas, contracts, identities, claims,
features and funnels of the product, hours of support.
"""

from __future__ import annotations

from pipelines.source import Source, Stream

SOURCE = Source(
    "files",
    "Files",
    ("tap-plumbline-files",),
    (),
    (
        Stream("budget", ("month", "line", "currency"), "amount"),
        Stream("costs", ("month", "department", "category", "product", "currency"), "amount"),
        Stream("bank_balances", ("balance_date", "account"), "balance"),
        Stream("exchange_rates", ("rate_date", "currency"), "usd_per_unit"),
        Stream("targets", ("metric", "month"), "target"),
        Stream("quotas", ("rep_id", "period_start"), "amount"),
        Stream("contracts", ("contract_id",), "monthly_amount"),
        Stream("identities", ("source", "source_id")),
        Stream("features", ("feature",), "uses_needed"),
        Stream("funnels", ("funnel", "step"), "window_days"),
        Stream("support_hours", ("day", "opens")),
        Stream("claims", ("claimed_on", "department", "metric"), "value"),
    ),
    loader="target-postgres-replace",
    cadence="critical",
    weight=30,
    reads_files=True,
)
