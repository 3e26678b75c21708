"""The part of Salesforce's query language that a reader uses: fields, one object, conditions, order, limit.

SELECT Id, Name FROM Account WHERE SystemModstamp >= 2024-01-01T00:00:00Z AND IsDeleted = false
ORDER BY SystemModstamp ASC LIMIT 10
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

QUERY = re.compile(
    r"^\s*select\s+(?P<fields>[\w.,\s]+?)\s+from\s+(?P<object>\w+)"
    r"(?:\s+where\s+(?P<where>.+?))?"
    r"(?:\s+order\s+by\s+(?P<order>\w+)(?:\s+(?P<direction>asc|desc))?)?"
    r"(?:\s+limit\s+(?P<limit>\d+))?\s*$",
    re.IGNORECASE | re.DOTALL,
)
CONDITION = re.compile(r"^\s*(\w+)\s*(>=|<=|!=|=|<|>)\s*(.+?)\s*$", re.DOTALL)
INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$")
DAY = re.compile(r"^\d{4}-\d\d-\d\d$")
Value = str | bool | float | datetime | None


class MalformedQuery(ValueError):
    """What a query does that the language, or this part of it, does not know."""


@dataclass(frozen=True)
class Condition:
    field: str
    operator: str
    value: Value

    def holds(self, found: object) -> bool:
        """Whether a stored value meets the condition; an empty one meets only `!=` and `= null`."""
        left = _instant(found) if isinstance(self.value, datetime) and isinstance(found, str) else found
        if self.operator == "=":
            return left == self.value
        if self.operator == "!=":
            return left != self.value
        if left is None or self.value is None:
            return False
        less, more = left < self.value, left > self.value  # type: ignore[operator]
        return {"<": less, "<=": not more, ">": more, ">=": not less}[self.operator]


@dataclass(frozen=True)
class Query:
    """A parsed query. `order` is empty when none was asked."""

    fields: tuple[str, ...]
    sobject: str
    conditions: tuple[Condition, ...]
    order: str
    descending: bool
    limit: int | None

    def named(self) -> Sequence[str]:
        """Every field the query names, once."""
        more = [condition.field for condition in self.conditions] + ([self.order] if self.order else [])
        return list(dict.fromkeys([*self.fields, *more]))


def parse(text: str) -> Query:
    """Reads a query.

    Raises:
        MalformedQuery: with the reason.
    """
    match = QUERY.match(text)
    if match is None:
        raise MalformedQuery(f"unexpected token: {text.strip()[:40]!r}")
    where = match["where"]
    conditions = [_condition(part) for part in re.split(r"\s+and\s+", where, flags=re.IGNORECASE)] if where else []
    return Query(
        fields=tuple(field.strip() for field in match["fields"].split(",")),
        sobject=match["object"],
        conditions=tuple(conditions),
        order=match["order"] or "",
        descending=(match["direction"] or "").lower() == "desc",
        limit=int(match["limit"]) if match["limit"] else None,
    )


def _condition(text: str) -> Condition:
    match = CONDITION.match(text)
    if match is None:
        raise MalformedQuery(f"unexpected token: {text.strip()[:40]!r}")
    return Condition(match[1], match[2], _literal(match[3]))


def _literal(text: str) -> Value:
    if INSTANT.match(text):
        return _instant(text)
    if DAY.match(text):
        return text
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if text.lower() == "null":
        return None
    if len(text) > 1 and text[0] == text[-1] == "'":
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    try:
        return float(text)
    except ValueError:
        raise MalformedQuery(f"unexpected token: {text[:40]!r}") from None


def _instant(text: str) -> datetime:
    """Salesforce writes `2024-01-31T10:00:00.000+0000`."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
