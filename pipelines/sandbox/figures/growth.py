"""What growing costs: payback, magic number, Rule of 40 and burn multiple, of whole windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.figures.acquisition import SALES, department_spend
from pipelines.sandbox.figures.bills import rounded
from pipelines.sandbox.figures.cash import burnt
from pipelines.sandbox.figures.margin import Margin
from pipelines.sandbox.figures.told import Told

Known = Mapping[date, Fraction]
QUARTER, YEAR = 3, 12


def told(company: Company, books: Books, made: Margin, paid: Known) -> Iterator[Told]:
    """Each ratio of the complete months of which all its parts are known."""
    months = [close.month for close in books.months if close.is_complete]
    _, revenue = made.wholes()
    spend, sales = department_spend(company, None), department_spend(company, SALES)
    sums = [_three(months, each) for each in (revenue, spend, sales, burnt(company, books), _net_new(books))]
    earned, spent, sold, burn, gained = sums
    ways: dict[str, Callable[[int], Fraction | None]] = {
        "magic_number_lag_3_months": lambda at: _magic(earned, sold, at),
        "rule_of_40_operating_margin": lambda at: _forty(earned, spent, at),
        "burn_multiple_3_months": lambda at: _multiple(burn, gained, at),
    }
    yield Told("cac_payback", (), _payback(books, made, paid))
    for metric, way in ways.items():
        values = {(month,): way(at) for at, month in enumerate(months)}
        yield Told(metric, (), {key: _to_digits(value, 4) for key, value in values.items() if value is not None})


def _three(months: Sequence[date], known: Known) -> list[Fraction | None]:
    """At each month the sum of three, where all are known."""
    sums: list[Fraction | None] = []
    for at in range(len(months)):
        window = [known.get(month) for month in months[max(at - QUARTER + 1, 0) : at + 1]]
        whole = [value for value in window if value is not None]
        sums.append(sum(whole, Fraction(0)) if len(whole) == QUARTER else None)
    return sums


def _magic(earned: list[Fraction | None], sold: list[Fraction | None], at: int) -> Fraction | None:
    before = earned[at - QUARTER] if at >= QUARTER else None
    cost = sold[at - QUARTER] if at >= QUARTER else None
    now = earned[at]
    return None if now is None or before is None or not cost else (now - before) * 4 / cost


def _forty(earned: list[Fraction | None], spent: list[Fraction | None], at: int) -> Fraction | None:
    before = earned[at - YEAR] if at >= YEAR else None
    now, cost = earned[at], spent[at]
    if not now or not before or cost is None or now < 0 or before < 0:
        return None
    return now / before - 1 + (now - cost) / now


def _multiple(burn: list[Fraction | None], gained: list[Fraction | None], at: int) -> Fraction | None:
    out, won = burn[at], gained[at]
    return None if out is None or won is None or out <= 0 or won <= 0 else out / (12 * won)


def _net_new(books: Books) -> Known:
    net = {close.month: Fraction(0) for close in books.months}
    for one in books.customers:
        gains = sum(one.leg(leg) for leg in ("new", "reactivation", "expansion"))
        net[one.close.month] += Fraction(gains - one.leg("contraction") - one.leg("churn"), 100)
    return net


def _payback(books: Books, made: Margin, paid: Known) -> dict[tuple[date, ...], Fraction]:
    """Acquisition spend over what the month's new customers leave a month after its cost."""
    profits, earned = made.wholes()
    new = {close.month: Fraction(0) for close in books.months}
    for one in books.customers:
        new[one.close.month] += Fraction(one.leg("new"), 100)
    lasts: dict[tuple[date, ...], Fraction] = {}
    for month, spend in paid.items():
        if new[month] > 0 and earned.get(month, 0) > 0 and profits[month] > 0:
            lasts[(month,)] = _to_digits(spend * earned[month] / (new[month] * profits[month]), 2)
    return lasts


def _to_digits(value: Fraction, digits: int) -> Fraction:
    scaled = value * 10**digits
    return Fraction(rounded(scaled.numerator, scaled.denominator), 10**digits)
