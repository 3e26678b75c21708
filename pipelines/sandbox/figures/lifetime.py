"""What a customer is worth over its life, and for each dollar that it cost: as known at the close of each month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import exp, inf, log, sqrt

from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.figures.bills import rounded
from pipelines.sandbox.figures.lives import Life, complete_count
from pipelines.sandbox.figures.margin import Margin
from pipelines.sandbox.figures.told import Told

FEWEST, HORIZON, YEARLY, SURE = 30, 60, 0.10, 1.96
YEAR = 12
CUTS = ("", "cohort_year", "cohort_quarter")


@dataclass(frozen=True)
class Worth:
    """Value in cents: at the lower end, itself, and at the upper end where there is one; and what it cost."""

    low: int
    value: int
    high: int | None
    cost: Fraction | None


def told(books: Books, known: Sequence[Life], made: Margin, spend: Mapping[date, Fraction]) -> Iterator[Told]:
    """Lifetime value and its ratio to cost, each with its band, of all customers and by when they came."""
    margins = _margins(made)
    for cut in CUTS:
        worths: dict[tuple[object, ...], Worth] = {}
        for at in range(complete_count(books)):
            for name, group in _groups(books, known, cut, at).items():
                worth = _worth(books, group, at, margins.get(books.months[at].month), spend)
                if worth is not None:
                    worths[(books.months[at].month, *([name] if cut else []))] = worth
        yield from _told((cut,) if cut else (), worths)


def _told(by: tuple[str, ...], worths: Mapping[tuple[object, ...], Worth]) -> Iterator[Told]:
    for end, pick in (("", "value"), ("_low", "low"), ("_high", "high")):
        cents = {key: getattr(one, pick) for key, one in worths.items() if getattr(one, pick) is not None}
        yield Told(f"ltv{end}", by, {key: Fraction(value, 100) for key, value in cents.items()})
        ratios = {}
        for key, value in cents.items():
            cost = worths[key].cost
            if cost:
                ratio = Fraction(value, 100) / cost * 10_000
                ratios[key] = Fraction(rounded(ratio.numerator, ratio.denominator), 10_000)
        yield Told(f"ltv_to_cac{end}", by, ratios)


def _groups(books: Books, known: Sequence[Life], cut: str, at: int) -> dict[str, list[Life]]:
    """Those who had come by that month, put together by when."""
    groups: dict[str, list[Life]] = {}
    for life in known:
        if life.began <= at:
            month = books.months[life.began].month
            quarter = f"{month.year}-Q{(month.month + 2) // 3}"
            groups.setdefault({"": "", "cohort_year": str(month.year)}.get(cut, quarter), []).append(life)
    return groups


def _worth(
    books: Books, group: Sequence[Life], at: int, margin: Fraction | None, spend: Mapping[date, Fraction]
) -> Worth | None:
    paying = [life.closes[at - life.began][1] for life in group if at - life.began in life.closes]
    months = _lasting(group, at)
    if months is None or not paying or margin is None or margin <= 0:
        return None
    worth = Fraction(sum(paying), len(paying)) * margin
    low, value, high = (None if one == inf else _cents(worth, one) for one in months)
    began = [life for life in group if books.months[life.began].month in spend]
    cost = sum((spend[month] for month in {books.months[life.began].month for life in began}), Fraction(0))
    return Worth(low or 0, value or 0, high, cost / len(began) if began else None)


def _cents(worth: Fraction, months: float) -> int:
    cents = worth * Fraction(months)
    return rounded(cents.numerator, cents.denominator)


def _lasting(group: Sequence[Life], at: int) -> tuple[float, float, float] | None:
    """Discounted months that a customer stays: at the least, by what was seen, at the most."""
    curve, lost_all, seen_all = survived(group, at=at)
    if not curve:
        return None
    if lost_all and lost_all < seen_all:
        (stays, doubt), leaving = curve[-1], lost_all / seen_all
        doubt_a_month = lost_all / (seen_all * (seen_all - lost_all))
        for more in range(1, HORIZON - len(curve) + 1):
            curve.append((stays * exp(more * log(1 - leaving)), doubt + more**2 * doubt_a_month))
    months = [0.0, 0.0, 0.0]
    for age, (left, variance) in enumerate(curve[:HORIZON]):
        today, spread = (1 + YEARLY) ** (-age / YEAR), SURE * sqrt(variance)
        for end, part in enumerate((left * exp(-spread), left, min(left * exp(spread), 1.0))):
            months[end] += part * today
    return months[0], months[1], months[2] if lost_all else inf


def survived(group: Sequence[Life], *, at: int) -> tuple[list[tuple[float, float]], int, int]:
    """By age, the part that was still there and the doubt of it; and how many left, of how many looked at.

    Args:
        group: the customers.
        at: the month up to whose close they were seen; only ages that enough of them have reached are told.
    """
    curve, lost_all, seen_all = [], 0, 0
    stays, doubt = 1.0, 0.0
    alike = Counter((life.began, life.lasted) for life in group)
    for age in range(at + 1):
        there = sum(count for (began, lasted), count in alike.items() if began + age <= at and lasted >= age)
        if there < FEWEST:
            break
        lost = sum(count for (began, lasted), count in alike.items() if began + age <= at and lasted == age)
        stays *= 1 - lost / there
        doubt = doubt + lost / (there * (there - lost)) if lost < there else doubt
        curve.append((stays, doubt))
        lost_all, seen_all = lost_all + lost, seen_all + there
    return curve, lost_all, seen_all


def _margins(made: Margin) -> Mapping[date, Fraction]:
    """The company's margin over the twelve months up to each close whose costs have come."""
    kept, earned = made.wholes()
    months = sorted(kept)
    margins = {}
    for at, month in enumerate(months):
        window = months[max(at - YEAR + 1, 0) : at + 1]
        whole = sum(earned[each] for each in window)
        if whole > 0:
            margins[month] = sum((kept[each] for each in window), Fraction(0)) / whole
    return margins
