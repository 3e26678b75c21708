"""What the page of records says in words: its title, its states, and how a record's values are printed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.drill.desk import Found, Piece
from app.drill.files import Shown
from app.metrics import Metric
from app.ui import format as f
from app.ui.dimension_words import Where, noun
from app.ui.exactly import exact
from app.ui.orders import named
from app.ui.places import UNKNOWN, shown
from app.ui.reading import as_date

SYSTEMS: Mapping[str, str] = {
    "stripe": "Stripe", "salesforce": "Salesforce", "zendesk": "Zendesk", "files": "Files", "google_ads": "Google Ads",
    "facebook": "Facebook",
}  # fmt: skip
REFUSED_RECORDS = "Your role does not include these records by name."
REFUSED = "Your role does not include this figure. Ask the person who runs Plumbline."
NOTHING_LEADS = "No figure leads to records that your role includes"
NOT_BUILT = "These records have not been built yet. They appear with the next build."


def subject(metric: Metric, month: date, where: Where) -> str:
    """The figure in words: "MRR of October 2026, Core or Vault, Germany"."""
    said = narrowed(where)
    return f"{metric.label} of {f.month_year(month)}{f', {said}' if said else ''}"


def narrowed(where: Where) -> str:
    """The filters in words: "Core or Vault, Germany"."""
    names = dict.fromkeys(dimension for dimension, _ in where)
    parts = [[named(name, value) for dimension, value in where if dimension == name] for name in names]
    return ", ".join(" or ".join(values) for values in parts)


def title(metric: Metric, month: date, where: Where, found: Found) -> str:
    """How many records there are and what they add up to: "MRR of October 2026, Core: 214 … add up to $123,456.78"."""
    said = subject(metric, month, where)
    if found.certified is None:
        return f"{said}: {f.MISSING}"
    if not found.count:
        return f"{said}: there is no {found.records.one}"
    many = f"{f.number(found.count)} {found.records.one if found.count == 1 else found.records.many}"
    if not found.how.is_amount:
        return f"{said}: {many}"
    return f"{said}: {many} {'adds' if found.count == 1 else 'add'} up to {amount(found.total, metric)}"


def pieces(found: Sequence[Piece]) -> str:
    """What a figure is made of, in words: "MRR and active customers"; of months of one figure, how many."""
    labels = list(dict.fromkeys(f.in_sentence(piece.metric.label) for piece in found))
    if len(labels) == 1 and len(found) > 1:
        return f"{labels[0]} of {len(found)} months"
    return f.words(labels)


def agrees(found: Found, metric: Metric) -> str:
    """Whether records and figure agree, in words."""
    if found.certified is None:
        return ""
    if not found.residual:
        return "The records make up the certified figure, nothing is left between them."
    return (
        f"The records leave {amount(found.residual, metric)} of the certified figure. Both were read twice. Tell the "
        "person who runs Plumbline: a figure that its records do not make up is a fault."
    )


def amount(value: Decimal | None, metric: Metric) -> str:
    """An amount exactly, with its unit."""
    if value is None:
        return f.MISSING
    if metric.unit in ("count", "items") and value != value.to_integral_value():
        return f.number(float(value), 2)
    return exact(float(value), metric.unit).removesuffix(" count").removesuffix(" items")


def bare(value: Decimal, metric: Metric) -> str:
    """An amount as it stands in a column whose head says the unit."""
    if metric.unit == "usd":
        return f.number(float(value), 2)
    return f.number(float(value), 0 if value == value.to_integral_value() else 2)


def head(metric: Metric) -> str:
    """The head of the column of amounts."""
    return {"usd": "US dollars", "count": "Number", "items": "Number"}.get(metric.unit, metric.unit.capitalize())


def printed(row: Mapping[str, Any], column: Shown) -> str:
    """A value of a record as people read it; what is missing says so."""
    value = row[column.column]
    if value is None or value == "":
        return "" if column.kind in ("day", "number") else UNKNOWN
    if column.kind == "money":
        return f.number(float(value), 2)
    if column.kind == "number":
        return f.number(float(value))
    if column.kind == "day":
        return f.short_date(as_date(value))
    if column.kind == "source":
        return SYSTEMS.get(str(value), str(value))
    return shown("country", str(value)) if column.kind == "country" else str(value)


def left_out(pairs: Sequence[tuple[str, str]]) -> str:
    """What a link asked for in vain, a sentence each."""
    return " ".join(
        f"The link asks for the {noun(name)} “{value}”, which is not known here: it is left out."
        for name, value in pairs
    )
