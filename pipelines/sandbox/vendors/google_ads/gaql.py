"""The part of Google Ads' query language that a reader uses: fields, one resource, conditions, order, limit.

SELECT campaign.id, segments.date, metrics.clicks FROM campaign
WHERE segments.date BETWEEN '2026-11-01' AND '2026-11-22' ORDER BY segments.date DESC LIMIT 10
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

QUERY = re.compile(
    r"^\s*select\s+(?P<fields>[\w.,\s]+?)\s+from\s+(?P<resource>\w+)"
    r"(?:\s+where\s+(?P<where>.+?))?"
    r"(?:\s+order\s+by\s+(?P<order>[\w.]+)(?:\s+(?P<direction>asc|desc))?)?"
    r"(?:\s+limit\s+(?P<limit>\d+))?\s*$",
    re.IGNORECASE | re.DOTALL,
)
BETWEEN = re.compile(r"([\w.]+)\s+between\s+('[^']*'|\S+)\s+and\s+('[^']*'|\S+)", re.IGNORECASE)
CONDITION = re.compile(r"^\s*([\w.]+)\s*(>=|<=|!=|=|<|>)\s*('[^']*'|\"[^\"]*\"|[\w.-]+)\s*$")
DAY = re.compile(r"^\d{4}-\d\d-\d\d$")
OF_CUSTOMER = ("customer.id", "customer.resource_name", "customer.descriptive_name", "customer.currency_code",
               "customer.time_zone", "customer.manager", "customer.test_account", "customer.status",
               "customer.auto_tagging_enabled")  # fmt: skip
OF_CAMPAIGN = ("campaign.id", "campaign.resource_name", "campaign.name", "campaign.status", "campaign.serving_status",
               "campaign.advertising_channel_type", "campaign.start_date_time", "campaign.end_date_time",
               "campaign.final_url_suffix", "campaign.campaign_budget", "campaign_budget.id",
               "campaign_budget.resource_name", "campaign_budget.amount_micros")  # fmt: skip
OF_GROUP = tuple(f"ad_group.{name}" for name in ("id", "resource_name", "name", "status", "type", "campaign"))
OF_DAY = ("segments.date", "metrics.impressions", "metrics.clicks", "metrics.cost_micros", "metrics.conversions",
          "metrics.conversions_value")  # fmt: skip
FIELDS: Mapping[str, frozenset[str]] = {
    "customer": frozenset(OF_CUSTOMER),
    "campaign": frozenset(OF_CUSTOMER + OF_CAMPAIGN + OF_DAY),
    "ad_group": frozenset(OF_CUSTOMER + OF_CAMPAIGN + OF_GROUP),
}


class WrongQuery(ValueError):
    """What is wrong with a query: a value of Google's QueryError, and its message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Condition:
    """One condition; both values are texts."""

    field: str
    operator: str
    value: str

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Whether a row meets it; numbers compare as numbers, the rest as text."""
        found = value_of(row, self.field)
        if found is None:
            return False
        left, right = _comparable(found, self.value)
        equal, less = bool(left == right), bool(left < right)
        return {"=": equal, "!=": not equal, "<": less, "<=": less or equal, ">": not (less or equal),
                ">=": not less}[self.operator]  # fmt: skip


@dataclass(frozen=True)
class Query:
    """A parsed query. `order` is empty when none was asked."""

    fields: tuple[str, ...]
    resource: str
    conditions: tuple[Condition, ...]
    order: str
    descending: bool
    limit: int | None

    @property
    def is_of_days(self) -> bool:
        """Whether it asks what was done, and not only what there is."""
        return any(name.startswith(("segments.", "metrics.")) for name in self.fields)


def parse(text: str) -> Query:
    """Reads a query and checks what it names.

    Raises:
        WrongQuery: with Google's code.
    """
    match = QUERY.match(text)
    if match is None:
        raise WrongQuery("UNEXPECTED_INPUT", f"Error in query: unexpected input {text.strip()[:40]}.")
    fields = tuple(field.strip() for field in match["fields"].split(","))
    resource = match["resource"]
    if resource not in FIELDS:
        raise WrongQuery("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", f"Invalid resource in FROM clause: '{resource}'.")
    conditions = tuple(_conditions(match["where"] or ""))
    for name in (*fields, *(one.field for one in conditions), *([match["order"]] if match["order"] else [])):
        if name not in FIELDS[resource]:
            raise WrongQuery("UNRECOGNIZED_FIELD", f"Unrecognized field in the query: '{name}'.")
    _check_days(fields, conditions)
    return Query(fields, resource, conditions, match["order"] or "", (match["direction"] or "").lower() == "desc",
                 int(match["limit"]) if match["limit"] else None)  # fmt: skip


def _check_days(fields: tuple[str, ...], conditions: tuple[Condition, ...]) -> None:
    """A query by days says from when to when, in days that there are."""
    bounds = [one for one in conditions if one.field == "segments.date"]
    for one in bounds:
        if not DAY.match(one.value):
            raise WrongQuery("INVALID_DATE_FORMAT", f"Invalid date format: '{one.value}'. Use yyyy-mm-dd.")
    operators = {one.operator[0] for one in bounds}
    if "segments.date" in fields and not ("=" in operators or {"<", ">"} <= operators):
        raise WrongQuery(
            "EXPECTED_FILTERS_ON_DATE_RANGE",
            "When segmenting by date, a finite date range condition is required in the WHERE clause.",
        )


def _conditions(where: str) -> list[Condition]:
    plain = BETWEEN.sub(r"\1 >= \2 AND \1 <= \3", where)
    parts = [part for part in re.split(r"\s+and\s+", plain, flags=re.IGNORECASE) if part.strip()]
    found = []
    for part in parts:
        match = CONDITION.match(part)
        if match is None:
            raise WrongQuery("BAD_OPERATOR", f"Error in WHERE clause: invalid condition {part.strip()[:40]}.")
        found.append(Condition(match[1], match[2], match[3].strip("'\"")))
    return found


def value_of(row: Mapping[str, Any], field: str) -> Any:
    """The value of a field such as `metrics.cost_micros` in a row of JSON; None where there is none."""
    value: Any = row
    for part in field.split("."):
        value = value.get(camel(part)) if isinstance(value, Mapping) else None
    return value


def camel(name: str) -> str:
    """`cost_micros` as JSON has it: `costMicros`."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)


def _comparable(found: Any, given: str) -> tuple[Any, Any]:
    try:
        return float(found), float(given)
    except ValueError:
        return str(found), given
