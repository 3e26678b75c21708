"""What can stand on a page: tiles and panels, as plain data that says what is shown and never how.

Metrics are named as in models/metrics/, datasets as `schema.view`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.desk_elements import Desk

METRIC_FIELDS = (
    "metric", "metrics", "opening", "closing", "gains", "losses", "others", "cash", "runway", "came", "went", "total",
    "back", "users", "money", "began", "entered", "then", "onward", "through",
    "beside",
)  # fmt: skip
"""The fields of a page's elements that name metrics."""


@dataclass(frozen=True)
class Tile:
    """One number: value, change, thirteen months, target, age."""

    metric: str


@dataclass(frozen=True)
class Trend:
    """A metric over time with its forecast. `forecast` is the daily series that foretells `forecast_metric`."""

    metric: str
    forecast: str = ""
    factor: int = 1
    months: int = 24
    horizon_months: int = 12
    width: int = 5


@dataclass(frozen=True)
class Bridge:
    """From the opening to the closing figure, step by step; MRR's where nothing else is said."""

    opening: str = "opening_mrr"
    closing: str = "net_mrr"
    gains: tuple[str, ...] = ("new_mrr", "expansion_mrr", "reactivation_mrr")
    losses: tuple[str, ...] = ("contraction_mrr", "churned_mrr")
    others: tuple[str, ...] = ("fx_mrr",)
    width: int = 4


@dataclass(frozen=True)
class Ranked:
    """The parts of a metric, largest first, top five and "other"; the tick is a year before."""

    metric: str
    by: tuple[str, ...]
    width: int = 5


@dataclass(frozen=True)
class Runway:
    """Cash, how long it lasts, and the forecast's bands."""

    cash: str = "cash_balance"
    runway: str = "cash_runway"
    forecast: str = "cash_usd"
    months: int = 12
    horizon_months: int = 12
    width: int = 4


@dataclass(frozen=True)
class Flow:
    """What came and what went each month, above and below zero; the running month is striped.

    `back` is what came back: not drawn, but told, so that the change of the total adds up.
    """

    came: str
    went: str
    noun: str
    total: str = ""
    back: str = ""
    months: int = 12
    width: int = 3


@dataclass(frozen=True)
class Lines:
    """Metrics over time, each a line that is named at its end; or one metric, a line for each of its largest parts.

    All are of one unit. With `by`, what is not among the `most` largest is left out where it cannot be added up.
    """

    metrics: tuple[str, ...]
    by: str = ""
    most: int = 5
    months: int = 13
    grain: Literal["month", "week", "day"] = "month"
    width: int = 6


@dataclass(frozen=True)
class Cohorts:
    """Which part of each month's `noun` is left month by month: `users`, below it `money`; `began` counts who came."""

    users: str
    money: str = ""
    cohorts: int = 13
    ages: int = 12
    width: int = 12
    began: str = ""
    noun: str = "customers"


@dataclass(frozen=True)
class Steps:
    """A funnel: how many came to each step, and what part of the step before and of the first.

    `entered` counts who came to a step of `by`; where each step is a metric, it is the first and `then` the others.
    `within` says which funnel it is, in pairs of dimension and value. `onward` and `through` are the metrics of the two
    shares, where they are certified: of the step before, and of those who began; else what is shown is divided.
    """

    entered: str
    by: str = "step"
    within: tuple[tuple[str, str], ...] = ()
    title: str = ""
    width: int = 6
    then: tuple[str, ...] = ()
    onward: str = ""
    through: str = ""


@dataclass(frozen=True)
class Ordered:
    """The parts of a metric in the order that they have in the business: stages, buckets of age, bands, levels.

    `beside` is a second metric of the same parts, printed and not drawn.
    """

    metric: str
    by: str
    beside: str = ""
    width: int = 6


@dataclass(frozen=True)
class Compared:
    """A table with a row for each of the largest parts of a dimension, and metrics side by side.

    The first metric orders the rows; the last row is the whole. Metrics that do not add up are never summed: the last
    row asks for them anew.
    """

    by: str
    metrics: tuple[str, ...]
    most: int = 10
    width: int = 6


@dataclass(frozen=True)
class Records:
    """Rows of a mart as a list to work with, such as customers at risk; the columns and their words by the mart.

    Attributes:
        mart: schema and view.
        metrics: what the list is made of: their passports open at the corner.
    """

    mart: str
    metrics: tuple[str, ...] = ()
    most: int = 12
    width: int = 12


@dataclass(frozen=True)
class Alerts:
    """What to know: anomalies, missed targets, late sources, broken promises. Most urgent first."""

    most: int = 5
    width: int = 3


@dataclass(frozen=True)
class Breakdown:
    """A metric by its dimensions as tables: before (as the page compares), now, change, share, and the sum."""

    metric: str
    by: tuple[str, ...]
    width: int = 5


@dataclass(frozen=True)
class Movements:
    """The customers whose amounts moved most in the last complete month."""

    mart: str = "mart_finance.mrr_movements"
    most: int = 12
    width: int = 7


@dataclass(frozen=True)
class Listing:
    """An operational list for the engineer; `kind` says which.

    Attributes:
        readers: the roles that are shown it; everybody who may open the page where none is named.
    """

    kind: Literal["sources", "streams", "drifts", "loads", "promises", "jobs", "alerts", "deliveries"]
    width: int = 6
    readers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Saved:
    """A report that somebody saved, drawn with the rights of whoever looks; app/reports has what it shows.

    `name` is what it is called to those who may not open it.
    """

    report_id: str
    width: int = 6
    name: str = ""


@dataclass(frozen=True)
class KeptQuery:
    """A query that somebody keeps, run as a role of whoever looks: its chart, or its first rows."""

    query_id: str
    name: str
    width: int = 6


@dataclass(frozen=True)
class Words:
    """Plain words under a heading."""

    name: str
    text: str
    width: int = 4


@dataclass(frozen=True)
class Measures:
    """The success measures at a look: each with its number, its target, and whether it is met."""

    width: int = 12


@dataclass(frozen=True)
class Measure:
    """One success measure: its finding, thirteen weeks, and the questions or claims behind it."""

    key: Literal["R1", "R2", "R3", "R4", "R5"]
    width: int = 6


def metrics_of(element: Tile | Panel) -> tuple[str, ...]:
    """The metrics that an element names, each once, in their order."""
    fields = (getattr(element, name, ()) for name in METRIC_FIELDS)
    named = (each for value in fields for each in ((value,) if isinstance(value, str) else value))
    return tuple(dict.fromkeys(each for each in named if each))


Pictured = (
    Trend | Bridge | Ranked | Runway | Flow | Alerts | Breakdown | Movements | Listing
    | Lines | Cohorts | Steps | Ordered | Compared | Records | Saved
    | KeptQuery | Words | Measures | Measure
)  # fmt: skip
Panel = Pictured | Desk
Row = tuple[Tile, ...] | tuple[Panel, ...]
