"""The files there are. docs/sources/files.md and the page show what stands here; a test holds them to it."""

from __future__ import annotations

from collections.abc import Mapping

from .schema import (
    After,
    FileSchema,
    clock,
    country,
    currency,
    day,
    flag,
    month,
    number,
    number_from_0,
    one_of,
    text,
    weekday_or_day,
    zone,
)

FILES: tuple[FileSchema, ...] = (
    FileSchema(
        "budget", "What each line of the plan is meant to be in a month.",
        (month("month", "2026-01-01"), text("line", "Revenue"), currency(), number("amount", "1250000.00")),
        ("month", "line", "currency"), ("finance",),
    ),
    FileSchema(
        "costs", "What a closed month cost, by department and category.",
        (
            month("month", "2026-01-01"), text("department", "Cost of revenue"), text("category", "Hosting"),
            flag("is_cost_of_revenue", "true"), text("product", "Core", may_be_empty=True), currency(),
            number("amount", "48210.55"),
        ),
        ("month", "department", "category", "product", "currency"), ("finance",),
    ),
    FileSchema(
        "bank_balances", "What was in each bank account at the end of a day.",
        (day("balance_date", "2026-01-31"), text("account", "Main"), currency(), number("balance", "7400000.00")),
        ("balance_date", "account"), ("finance",),
    ),
    FileSchema(
        "targets", "What a figure is meant to reach in a month.",
        (text("metric", "net_mrr"), month("month", "2026-01-01"), number("target", "1000000")),
        ("metric", "month"), ("finance",),
    ),
    FileSchema(
        "quotas", "What each sales representative is meant to win in a period, which ends before its last day.",
        (
            text("rep_id", "0055e000001AAA"), text("rep_name", "Ada Byron"), day("period_start", "2026-01-01"),
            day("period_end", "2026-04-01"), currency(), number("amount", "250000"),
        ),
        ("rep_id", "period_start"), ("finance", "sales"), orders=(After("period_end", "period_start"),),
    ),
    FileSchema(
        "exchange_rates", "What one unit of a currency was worth on a day, in dollars.",
        (day("rate_date", "2026-01-31"), currency(example="eur"), number("usd_per_unit", "1.0831")),
        ("rate_date", "currency"), ("finance",),
    ),
    FileSchema(
        "contracts", "Contracts that were signed by hand and that no billing system knows.",
        (
            text("contract_id", "CT-2026-001"), text("customer_id", "acme"), day("start_date", "2026-01-01"),
            day("end_date", "2027-01-01", may_be_empty=True),
            number_from_0("monthly_amount", "12500.00", "Take a discount off the amount of the contract it belongs to"),
            currency(), text("product", "Core"), text("plan", "Enterprise"), country(),
        ),
        ("contract_id",), ("finance",), orders=(After("end_date", "start_date"),),
    ),
    FileSchema(
        "identities", "Records of one customer under several names, and records that are no customer.",
        (
            text("source", "salesforce"), text("source_id", "0015e000002BBB"),
            text("customer_id", "acme", may_be_empty=True), one_of("kind", "customer", "internal", "test"),
            text("reason", "Second account of the same company", may_be_empty=True),
            day("known_on", "2026-01-31", may_be_empty=True),
        ),
        ("source", "source_id"), ("finance", "analyst"),
    ),
    FileSchema(
        "features", "What can be done in the product, what one must have bought for it, and how often is often.",
        (
            text("feature", "alerts"), text("product", "Insights", may_be_empty=True), number("uses_needed", "3"),
            day("launched_on", "2026-06-16", may_be_empty=True),
        ),
        ("feature",), ("product",),
    ),
    FileSchema(
        "funnels", "Ways of several steps through the product, each step an event of its tracker.",
        (
            text("funnel", "onboarding"), number("step", "1"), text("event", "signed_up"),
            one_of("counts", "accounts", "attempts"), number("window_days", "30"),
        ),
        ("funnel", "step"), ("product",),
    ),
    FileSchema(
        "support_hours", "When support works, by day of the week; a single day may have hours of its own, or be off.",
        (
            weekday_or_day("day", "Monday"), clock("opens", "09:00"), clock("closes", "17:00"),
            zone("time_zone", "Europe/Berlin"),
        ),
        ("day", "opens"), ("customer_success",), orders=(After("closes", "opens"),),
    ),
    FileSchema(
        "claims", "The figures that each department reports for itself, with where they come from.",
        (
            day("claimed_on", "2026-01-31"), one_of("department", "finance", "sales", "product", "marketing"),
            text("metric", "arr"), number("value", "12300000.00"), text("note", "At budget rates", may_be_empty=True),
            text("source", "Board deck, January", may_be_empty=True),
        ),
        ("claimed_on", "department", "metric"), ("finance", "sales", "product", "marketing"), own_rows="department",
    ),
)  # fmt: skip
BY_NAME: Mapping[str, FileSchema] = {schema.name: schema for schema in FILES}


def guess(filename: str) -> FileSchema | None:
    """The file that a name such as `Budget 2026 (2).xlsx` means; None where it names none or several."""
    words = filename.rpartition(".")[0].lower().replace(" ", "_").replace("-", "_")
    found = [schema for schema in FILES if schema.name in words or schema.name.rstrip("s") in words]
    return found[0] if len(found) == 1 else None
