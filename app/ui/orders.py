"""The order that the parts of a dimension have in the business, and how people read them.

The values are those of the warehouse: `bucket` of models/rollup/receivable_customer_month.sql, `stage` and
`forecast_category` of Salesforce as models/macros/sales.sql leaves them, `company_size` and `deal_size` of the same
file, `health_band` of models/rollup/customer_health_month.sql, `engagement_level` and `usage_group` of
models/rollup/account_engagement_month.sql and user_usage_month.sql, `priority` of Zendesk. Companies rename stages and
add categories: a value that is not listed comes last, by its name.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.ui.places import UNKNOWN, shown

ORDERS: Mapping[str, tuple[str, ...]] = {
    "bucket": ("Current", "1-30", "31-60", "61-90", "Over 90", "Disputed", "Credit"),
    "stage": (
        "Prospecting", "Qualification", "Needs Analysis", "Value Proposition", "Id. Decision Makers",
        "Perception Analysis", "Proposal", "Proposal/Price Quote", "Negotiation", "Negotiation/Review",
        "Closed Won", "Closed Lost",
    ),
    "forecast_category": ("Pipeline", "Best case", "Most likely", "Commit", "Closed", "Omitted"),
    "health_band": ("Healthy", "Watch", "At risk", "Leaving", "Not scored"),
    "engagement_level": ("High", "Medium", "Low"),
    "usage_group": ("Power", "Casual"),
    "priority": ("urgent", "high", "normal", "low", "Unknown"),
    "company_size": ("1-10", "11-50", "51-200", "201-1000", "over 1000", "Unknown"),
    "deal_size": ("under 1k", "1k-5k", "5k-25k", "25k-100k", "over 100k"),
}  # fmt: skip
"""Dimension → its values, first to last; the stages are the sandbox's and those that Salesforce comes with."""

NAMES: Mapping[str, Mapping[str, str]] = {
    "bucket": {"1-30": "1-30 days", "31-60": "31-60 days", "61-90": "61-90 days", "Over 90": "Over 90 days"},
    "usage_group": {"Power": "Power users", "Casual": "Casual users"},
    "priority": {"urgent": "Urgent", "high": "High", "normal": "Normal", "low": "Low"},
    "company_size": {"over 1000": "Over 1000"},
    "deal_size": {"under 1k": "Under $1K", "1k-5k": "$1K-5K", "5k-25k": "$5K-25K", "25k-100k": "$25K-100K",
                  "over 100k": "Over $100K"},
}  # fmt: skip
"""Dimension → value → what people read, where that is not the value itself."""

APART: Mapping[str, tuple[str, ...]] = {"bucket": ("Disputed", "Credit")}
"""Parts that stand beside the order, and are shown only where they hold something."""


def place(dimension: str, value: str) -> tuple[int, str]:
    """What a value is sorted by: its place in the business, then its name; an unknown one comes last."""
    order = ORDERS.get(dimension, ())
    return (order.index(value) if value in order else len(order), value)


def named(dimension: str, value: str) -> str:
    """A value as people read it: "Over 90 days", "United States"; a missing one is not known."""
    return NAMES.get(dimension, {}).get(value) or shown(dimension, value) or UNKNOWN


def plural(dimension: str) -> str:
    """A dimension's parts in words: "budget lines", "countries"."""
    noun = dimension.replace("_", " ")
    return noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
