"""Marts full of traps: who comes twice, accounts that end, currencies, gaps, cohorts too young, and their metrics.

The rows stand here once: they are put into the database, and slow loops walk through the same ones.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from .metric_files import COMMON

Row = dict[str, Any]
D = Decimal


def rows_of(names: str, *values: tuple[Any, ...]) -> list[Row]:
    return [dict(zip(names.split(), each, strict=True)) for each in values]


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


VISITS = rows_of(  # Ada comes from two countries and in both months, Bo has no country, Other is a product's name
    "day country product user_id",
    (day("09-28"), "DE", "Base", "ada"), (day("09-29"), "DE", "Base", "ada"), (day("09-30"), "US", "Base", "ada"),
    (day("09-30"), "US", "Plus", "cy"), (day("10-01"), "DE", "Base", "ada"), (day("10-01"), None, "Other", "bo"),
    (day("10-01"), "DE", "Plus", "ada"), (day("10-15"), "US", "Plus", "cy"), (day("10-31"), "US", "Edge", "cy"),
    (day("10-31"), None, "Edge", "bo"), (day("11-03"), "DE", "Base", "ada"), (day("11-22"), "DE", "Base", "dee"),
)  # fmt: skip
PAYMENTS = rows_of(
    "day currency country paid_local paid_usd failed_usd",
    (day("09-02"), "EUR", "DE", D(100), D("110.00"), D(0)), (day("09-30"), "JPY", "JP", D(9000), D("60.00"), D(5)),
    (day("10-01"), "EUR", "DE", D(10), D("11.00"), D(2)), (day("10-21"), "EUR", "FR", D(20), D("22.00"), D(0)),
    (day("10-22"), "USD", "US", D(40), D("40.00"), D(0)), (day("10-31"), "JPY", "JP", D(3000), D("20.00"), D(10)),
    (day("11-02"), "EUR", "DE", D(50), D("55.00"), D(1)), (day("11-21"), "USD", "US", D(7), D("7.00"), D(0)),
    (day("11-22"), "USD", "US", D(500), D("500.00"), D(0)),
)  # fmt: skip
BALANCES = rows_of(  # Old is closed on 15 October: the month does not close with its 900
    "day account open_usd rate",
    *((day(f"09-{each:02}"), "Main", D(each), D("0.5")) for each in range(1, 31)),
    *((day(f"10-{each:02}"), "Main", D(1000 + each), D("0.25")) for each in range(1, 32)),
    *((day(f"10-{each:02}"), "Old", D(900), D("0.75")) for each in range(1, 16)),
    *((day(f"11-{each:02}"), "Main", D(2000 + each), D("0.1")) for each in range(1, 20)),
)
COHORTS = rows_of(  # of September's cohort ages 0 and 1 are over in November, and 2 is running
    "cohort_month age_months country users kept",
    (day("07-01"), 0, "DE", 10, 10), (day("07-01"), 1, "DE", 10, 8), (day("07-01"), 2, "DE", 10, 6),
    (day("07-01"), 3, "DE", 10, 5), (day("07-01"), 4, "DE", 10, 1),
    (day("08-01"), 0, "DE", 40, 40), (day("08-01"), 1, "DE", 40, 20), (day("08-01"), 2, "DE", 40, 20),
    (day("09-01"), 0, "US", 30, 30), (day("09-01"), 1, "US", 30, 30), (day("09-01"), 2, "US", 30, 0),
    (day("10-01"), 0, "US", 0, 0), (day("11-01"), 0, "US", 5, 5),
)  # fmt: skip
TEAMS = rows_of(  # nothing in August at all, North without a row in October
    "month team signed_on won tried profit revenue is_complete",
    (day("06-01"), "North", day("01-05"), 2, 4, D(-50), D(-100), True),
    (day("07-01"), "North", day("01-05"), 3, 3, D(10), D(50), True),
    (day("07-01"), "South", day("03-09"), 1, 9, D(0), D(0), True),
    (day("09-01"), "North", day("01-05"), 5, 10, D(30), D(60), True),
    (day("09-01"), "South", day("03-09"), 1, 2, D(1), D(40), True),
    (day("10-01"), "South", day("03-09"), 4, 5, D(8), D(80), True),
    (day("11-01"), "South", day("03-09"), 9, 9, D(9), D(9), False),
)
DELAYS = rows_of(  # medians of the whole, and of one dimension at a time: 9 is no mean of 2 and 30
    "month cut team region median why is_complete",
    *(
        (day(f"{month:02}-01"), cut, team, region, median, why, month < 11)
        for month in (9, 10)
        for cut, team, region, median, why in (
            ("whole", None, None, D(month), None),
            ("team", "North", None, D(2), None), ("team", "South", None, D(30), None),
            ("region", None, "EU", D(9), None), ("region", None, "US", None, "too few"),
        )
    ),
)  # fmt: skip
TYPES = {
    "day": "date", "month": "date", "cohort_month": "date", "signed_on": "date", "age_months": "int", "users": "int",
    "kept": "int", "won": "int", "tried": "int", "is_complete": "boolean", "country": "text", "product": "text",
    "user_id": "text", "currency": "text", "account": "text", "team": "text",
    "cut": "text", "region": "text", "why": "text",
}  # fmt: skip
TABLES = {"visits": VISITS, "payments": PAYMENTS, "balances": BALANCES, "cohorts": COHORTS, "teams": TEAMS,
          "delays": DELAYS}  # fmt: skip


def statements() -> list[str]:
    """What makes and fills the marts."""
    found = []
    for name, rows in TABLES.items():
        columns = ", ".join(f"{column} {TYPES.get(column, 'numeric')}" for column in rows[0])
        values = ", ".join("(" + ", ".join(_literal(value) for value in row.values()) + ")" for row in rows)
        found.append(f"create table mart_finance.{name} ({columns})")
        found.append(f"insert into mart_finance.{name} values {values}")
        found.append(f"grant select on mart_finance.{name} to plumbline_finance")
    return found


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, int | Decimal) else f"'{value}'"


def _of(mart: str, **fields: str) -> dict[str, str]:
    return {**COMMON, "mart": f"mart_finance.{mart}", **fields}


DAILY = {"grain": "day", "time_column": "day"}
FILES = {
    "visitors": _of("visits", kind="distinct", column="user_id", unit="count", dimensions="[country, product]",
                    **DAILY),
    "visitors_of_week": _of("visits", kind="distinct", column="user_id", unit="count", days="7",
                            dimensions="[country]", **DAILY),
    "stickiness": {**COMMON, "kind": "ratio", "numerator": "visitors", "denominator": "visitors_of_week",
                   "unit": "ratio"},
    "ada_visits": _of("visits", kind="distinct", column="day", unit="count", only="{user_id: ada}",
                      dimensions="[country]", **DAILY),
    "paid": _of("payments", column="paid_usd", aggregate="sum", over_time="sum", dimensions="[country, currency]",
                **DAILY),
    "failed": _of("payments", column="failed_usd", aggregate="sum", over_time="sum", dimensions="[country, currency]",
                  **DAILY),
    "paid_local": _of("payments", column="paid_local", aggregate="sum", over_time="sum", unit="local",
                      dimensions="[country, currency]", **DAILY),
    "balance": _of("balances", column="open_usd", aggregate="sum", over_time="last", dimensions="[account]", **DAILY),
    "stored_rate": _of("balances", column="rate", aggregate="max", over_time="none", unit="ratio",
                       dimensions="[account]", **DAILY),
    "failure_rate": {**COMMON, "kind": "ratio", "numerator": "failed", "denominator": "paid", "unit": "ratio"},
    "paid_per_visitor": {**COMMON, "kind": "derived", "formula": "paid / visitors"},
    "paid_of_balance": {**COMMON, "kind": "ratio", "numerator": "paid", "denominator": "balance", "unit": "ratio"},
    "paid_less_failed": {**COMMON, "kind": "derived", "formula": "paid - failed"},
    "paid_so_far": {**COMMON, "kind": "cumulative", "of": "paid", "window": "year"},
    "paid_ever": {**COMMON, "kind": "cumulative", "of": "paid", "window": "beginning"},
    "kept_part": _of("cohorts", kind="cohort", cohort_column="cohort_month", age_column="age_months",
                     base_column="users", kept_column="kept", unit="ratio", dimensions="[country]"),
    "delay": _of("delays", column="median", aggregate="none", over_time="none", unit="days", cut_column="cut",
                 reason_column="why", null_reason="not known", dimensions="[team, region]"),
    "delay_twice": {**COMMON, "kind": "multiple", "of": "delay", "factor": "2", "unit": "days"},
    "won": _of("teams", column="won", aggregate="sum", over_time="sum", unit="count", dimensions="[team, signed_on]",
               date_dimensions="[signed_on]"),
    "tried": _of("teams", column="tried", aggregate="sum", over_time="sum", unit="count", dimensions="[team]"),
    "win_part": {**COMMON, "kind": "ratio", "numerator": "won", "denominator": "tried", "unit": "ratio"},
    "profit": _of("teams", column="profit", aggregate="sum", over_time="sum", dimensions="[team]"),
    "revenue": _of("teams", column="revenue", aggregate="sum", over_time="sum", dimensions="[team]"),
    "profit_margin": {**COMMON, "kind": "ratio", "numerator": "profit", "denominator": "revenue", "unit": "ratio"},
    "margin_by_formula": {**COMMON, "kind": "derived", "formula": "profit / revenue", "unit": "ratio"},
    "won_in_three": {**COMMON, "kind": "cumulative", "of": "won", "window": "trailing", "months": "3", "unit": "count"},
    "won_in_two": {**COMMON, "kind": "cumulative", "of": "won", "window": "trailing", "months": "2", "unit": "count"},
    "won_more": {**COMMON, "kind": "change", "of": "won", "months": "1", "change": "difference", "unit": "count",
                 "missing": "{won: zero}"},
    "won_growth": {**COMMON, "kind": "change", "of": "won", "months": "1", "change": "relative", "unit": "ratio"},
    "profit_growth": {**COMMON, "kind": "change", "of": "profit", "months": "1", "change": "relative",
                      "unit": "ratio"},
    "paid_ever_twice": {**COMMON, "kind": "derived", "formula": "paid_ever * 2"},
    "won_a_visitor": {**COMMON, "kind": "derived", "formula": "won / visitors", "unit": "ratio"},
}  # fmt: skip
