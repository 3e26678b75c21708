"""Recurring revenue and customers, from the closed books: what each customer had, month by month and row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.company.truth import LEGS, CustomerMonth, Key
from pipelines.sandbox.figures.countries import countries
from pipelines.sandbox.figures.regions import region_of
from pipelines.sandbox.figures.told import Entry, Told, Values, combined, divided, summed

SEGMENT = ("product", "plan", "country", "region", "currency")
METRIC_OF_LEG = {
    "opening": "opening_mrr",
    "closing": "net_mrr",
    "fx": "fx_mrr",
    "new": "new_mrr",
    "reactivation": "reactivation_mrr",
    "expansion": "expansion_mrr",
    "contraction": "contraction_mrr",
    "churn": "churned_mrr",
}
YEAR = 12


def told(company: Company, books: Books) -> Iterator[Told]:
    """Every figure of recurring revenue and of counted customers that the books know."""
    money = _money(company, books)
    counts = _counts(company, books)
    for figures in (*money.values(), *counts.values()):
        yield from figures
    mrr, opening = money["net_mrr"], money["opening_mrr"]
    yield from combined("arr", (12, mrr))
    lost = list(combined("lost_mrr", (1, money["contraction_mrr"]), (1, money["churned_mrr"])))
    gains = (money["new_mrr"], money["expansion_mrr"], money["reactivation_mrr"])
    yield from lost
    yield from combined("net_new_mrr", *((1, leg) for leg in gains), (-1, lost))
    yield from divided("quick_ratio", combined("", *((1, leg) for leg in gains)), lost)
    yield from divided("gross_mrr_churn", lost, opening)
    yield from divided("net_mrr_churn", combined("", (1, lost), *((-1, leg) for leg in gains[1:])), opening)
    yield from divided("arpa", mrr, counts["active_customers"])
    yield from divided("logo_churn", counts["lost_customers"], counts["opening_customers"])
    complete = {close.month for close in books.months if close.is_complete}
    for figure in mrr:
        yield Told("mrr_growth_month", figure.by, _growth(figure.values, 1, complete))
        yield Told("mrr_growth_year", figure.by, _growth(figure.values, YEAR, complete))


def _money(company: Company, books: Books) -> dict[str, list[Told]]:
    """Each leg of the movement identity, in dollars."""
    country = countries(company)
    months = [close.month for close in books.months]
    entries: dict[str, list[Entry]] = {leg: [] for leg in METRIC_OF_LEG}
    for one in books.customers:
        for key in one.parts:
            currency, product, plan = key
            where = country.get(one.customer, "Unknown")
            parts = {"product": product, "plan": plan, "country": where, "region": region_of(where),
                     "currency": currency}  # fmt: skip
            for leg, kept in entries.items():
                cents = _cents(one, key, leg)
                # A part that closes with nothing after it had something is a part that is known: it shrank by all.
                if cents or leg == "closing":
                    kept.append(Entry(one.close.month, parts, cents))
    return {
        metric: list(summed(metric, SEGMENT, entries[leg], months=months, per=100))
        for leg, metric in METRIC_OF_LEG.items()
    }


def _cents(one: CustomerMonth, key: Key, leg: str) -> int:
    if leg in LEGS:
        return one.leg_of(key, leg)
    if leg == "fx":
        return 0 if one.is_within_month else one.parts[key].fx
    return one.parts[key].opening if leg == "opening" else one.parts[key].closing


def _counts(company: Company, books: Books) -> dict[str, list[Told]]:
    """Customers at the close and at the opening, who came, who came back and who left."""
    country = countries(company)
    months = [close.month for close in books.months]
    ways: dict[str, Callable[[CustomerMonth], bool]] = {
        "opening_customers": lambda one: one.opening > 0,
        "active_customers": lambda one: one.closing > 0,
        "new_customers": lambda one: one.case == "new",
        "reactivated_customers": lambda one: one.case == "reactivation",
        "churned_customers": lambda one: one.case == "churn" or one.is_within_month,
        "lost_customers": lambda one: one.case == "churn",
    }
    found: dict[str, list[Told]] = {}
    for metric, counts in ways.items():
        entries = [
            Entry(one.close.month, {"country": country.get(one.customer, "Unknown")}, 1)
            for one in books.customers
            if counts(one)
        ]
        found[metric] = list(summed(metric, ("country",), entries, months=months))
    return found


def _growth(values: Values, months: int, complete: set[date]) -> Values:
    """What each part became relative to what it was so many months before, where it was something."""
    grown = {}
    for (month, *parts), value in values.items():
        index = month.year * YEAR + month.month - 1 - months
        before = values.get((date(index // YEAR, index % YEAR + 1, 1), *parts))
        if month in complete and before:
            grown[(month, *parts)] = value / before - 1
    return grown
