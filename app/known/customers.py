"""How far each customer moved a figure of MRR between two builds, from the histories of the mart by customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import text

from app.access import Viewer
from app.formula import Node, Number, Part, is_linear, parse
from app.known.memory import Memory
from app.known.moments import Definitions, Moment
from app.known.records import BY_CUSTOMER

SUMS = {
    name: f"sum({name})"
    for name in (
        "opening_mrr_usd", "new_usd", "reactivation_usd", "expansion_usd", "contraction_usd", "churn_usd", "fx_usd",
        "closing_mrr_usd", "committed_mrr_usd", "past_due_mrr_usd",
    )
} | {"lost_usd": "sum(contraction_usd + churn_usd)"}  # fmt: skip
COUNTS = {
    "opening_customers_count": "bool_or(opening_minor > 0)",
    "active_customers_count": "bool_or(closing_minor > 0)",
    "new_customers_count": "bool_or(movement = 'new')",
    "reactivated_customers_count": "bool_or(movement = 'reactivation')",
    "lost_customers_count": "bool_or(movement = 'churn' and not is_within_month)",
    "churned_customers_count": "bool_or(movement = 'churn' or is_within_month)",
}
MEASURES: Mapping[tuple[str, str], str] = {
    **{("mart_finance.mrr_monthly", column): f"coalesce({said}, 0)" for column, said in SUMS.items()},
    **{
        ("mart_finance.customers_monthly", column): f"cast(coalesce({said}, false) as integer)"
        for column, said in COUNTS.items()
    },
}
"""What one customer's rows of a month are in a column of a mart that sums customers."""
ROWS = (
    f"select customer_id, currency, {{measures}} from then_{BY_CUSTOMER.removeprefix('mart_')} where month = :month "
    "and recorded_from <= :at and (recorded_to is null or recorded_to > :at) group by grouping sets "
    "((customer_id), (customer_id, currency))"
)


@dataclass(frozen=True)
class Differences:
    """Customer → how far they moved the figure, never 0, and the currencies that they pay in."""

    amounts: Mapping[str, Decimal]
    currencies: Mapping[str, frozenset[str]]


def differences_by_customer(
    memory: Memory, viewer: Viewer, name: str, definitions: Definitions, month: date, before: Moment, after: Moment
) -> Differences | None:
    """The difference of a figure, customer by customer; None for one that is no sum over customers."""
    columns = sorted(_columns(name, definitions) or ())
    if not columns:
        return None
    then = _read(memory, viewer, name, columns, month, before.recorded_at)
    now = _read(memory, viewer, name, columns, month, after.recorded_at)
    nothing = dict.fromkeys(columns, Decimal(0))
    amounts = {}
    for customer in sorted(then.keys() | now.keys()):
        old, new = then.get(customer, (nothing, frozenset()))[0], now.get(customer, (nothing, frozenset()))[0]
        amount = _worth(name, definitions, {each: new[each] - old[each] for each in columns})
        if amount:
            amounts[customer] = amount
    currencies = {each: frozenset().union(*(side[each][1] for side in (then, now) if each in side)) for each in amounts}
    return Differences(amounts, currencies)


def _columns(name: str, definitions: Definitions) -> set[tuple[str, str]] | None:
    """The columns that a figure is a sum of; None where it is none, or of something else."""
    metric = definitions.metrics[name]
    if metric.kind == "simple":
        found = (str(metric.mart), str(metric.column))
        is_sum = metric.aggregate == "sum" and not metric.only and found in MEASURES
        return {found} if is_sum else None
    is_sum = metric.kind == "multiple" or (metric.kind == "derived" and is_linear(parse(str(metric.formula))))
    below = [_columns(base, definitions) for base in metric.bases] if is_sum else [None]
    return None if None in below else set().union(*(each for each in below if each))


def _worth(name: str, definitions: Definitions, values: Mapping[tuple[str, str], Decimal]) -> Decimal:
    """A figure that is a sum, of these values of its columns."""
    metric = definitions.metrics[name]
    if metric.kind == "simple":
        return values[(str(metric.mart), str(metric.column))]
    if metric.kind == "multiple":
        return _worth(str(metric.of), definitions, values) * int(metric.factor or 1)
    parts = {base: _worth(base, definitions, values) for base in metric.bases}
    return _evaluated(parse(str(metric.formula)), parts)


def _evaluated(node: Node, parts: Mapping[str, Decimal]) -> Decimal:
    if isinstance(node, Part):
        return parts[node.name]
    if isinstance(node, Number):
        return node.value
    left, right = _evaluated(node.left, parts), _evaluated(node.right, parts)
    if node.sign in "+-":
        return left + right if node.sign == "+" else left - right
    return left * right if node.sign == "*" else left / right


def _read(
    memory: Memory, viewer: Viewer, name: str, columns: list[tuple[str, str]], month: date, at: datetime
) -> dict[str, tuple[dict[tuple[str, str], Decimal], frozenset[str]]]:
    """Customer → the values of the columns over all of their rows, and their currencies."""
    measures = ", ".join(f"{MEASURES[each]} as value_{number}" for number, each in enumerate(columns))
    statement = text(ROWS.format(measures=measures)).bindparams(month=month, at=at)
    found = memory.rows(viewer, (BY_CUSTOMER,), name, statement, month=month)
    values: dict[str, dict[tuple[str, str], Decimal]] = {}
    currencies: dict[str, set[str]] = defaultdict(set)
    for customer, currency, *row in found.values:
        if currency is None:
            values[customer] = {each: Decimal(value) for each, value in zip(columns, row, strict=True)}
        else:
            currencies[customer].add(currency)
    return {customer: (values[customer], frozenset(currencies[customer])) for customer in values}
