"""How long deals take, how large a typical one is, and how much the pipeline brings a day, over twelve months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction

from pipelines.sandbox.company.contracts import month_later
from pipelines.sandbox.company.times import DAY
from pipelines.sandbox.company.truth import Close
from pipelines.sandbox.figures.deals import CUTS, Worked, name_of, open_at
from pipelines.sandbox.figures.told import Told

METRICS = ("time_to_close", "median_deal_tcv", "median_deal_acv", "pipeline_velocity")
YEAR = 12
Cut = tuple[str, str]


def told(deals: list[Worked], months: list[Close]) -> Iterator[Told]:
    """Of each month, whole and by one dimension at a time."""
    values: dict[str, dict[tuple[str, ...], dict[tuple[object, ...], Fraction]]] = {
        metric: {(): {}, **{(name,): {} for name in CUTS}} for metric in METRICS
    }
    for at, close in enumerate(months):
        begins = months[at - YEAR].instant if at >= YEAR else 0
        for metric, of_month in _of(deals, close, begins).items():
            for (cut, part), value in of_month.items():
                by, key = ((), (close.month,)) if cut == "whole" else ((cut,), (close.month, part))
                values[metric][by][key] = value
    for metric, cuts in values.items():
        for by, found in cuts.items():
            yield Told(metric, by, found)


def _of(deals: list[Worked], close: Close, begins: int) -> dict[str, dict[Cut, Fraction]]:
    """All four figures of one month, cut by cut."""
    opened = [one for one in deals if begins <= one.opened < close.instant and one.deal.has_life]
    closed = [one for one in deals if one.is_closed and _is_within(one.close_month, close.month)]
    still_open: dict[Cut, int] = {}
    for one, step in open_at(deals, close.instant):
        for cut in _cuts(one, rep=name_of(step.owner)):
            still_open[cut] = still_open.get(cut, 0) + 1
    won = _grouped(one for one in closed if one.is_won)
    decided = _grouped(one for one in closed if one.deal.has_life)
    found: dict[str, dict[Cut, Fraction]] = {metric: {} for metric in METRICS}
    for cut, parts in _grouped(opened).items():
        days = _half_won_after(parts, close.instant)
        if days is not None:
            found["time_to_close"][cut] = days
    for cut, parts in won.items():
        found["median_deal_tcv"][cut] = _middle([Fraction(one.amount) for one in parts])
        found["median_deal_acv"][cut] = _middle([one.annual for one in parts])
    for cut, parts in decided.items():
        wins = [one for one in parts if one.is_won]
        seconds = sum((one.closed or 0) - one.opened for one in wins)
        dollars = sum(one.amount for one in wins)
        if dollars and seconds:
            days = Fraction(seconds, DAY * len(wins))
            size, rate = Fraction(dollars, len(wins)), Fraction(len(wins), len(parts))
            found["pipeline_velocity"][cut] = _to_cents(still_open.get(cut, 0) * rate * size / days)
    return found


def _half_won_after(deals: list[Worked], close: int) -> Fraction | None:
    """Kaplan and Meier: after how many days half are won, those who are lost or open watched for as long as they were."""
    watched = []
    for one in deals:
        end = close if one.closed is None or one.closed >= close else one.closed
        watched.append((end - one.opened, 0 if end != close and one.is_won else 1))
    watched.sort()
    left, at_risk = 1.0, len(watched)
    for seconds, is_censored in watched:
        if not is_censored:
            left *= 1 - 1 / at_risk
            if left <= 0.5 + 1e-9:
                return Fraction(seconds, DAY)
        at_risk -= 1
    return None


def _cuts(one: Worked, **instead: str) -> Iterator[Cut]:
    yield "whole", "all"
    for name in CUTS:
        yield name, instead.get(name, one.parts[name])


def _grouped(deals: Iterable[Worked]) -> dict[Cut, list[Worked]]:
    found: dict[Cut, list[Worked]] = {}
    for one in deals:
        for cut in _cuts(one):
            found.setdefault(cut, []).append(one)
    return found


def _is_within(month: date, last: date) -> bool:
    """Whether a month is one of the twelve that end with the last."""
    return month_later(last, -YEAR) < month <= last


def _middle(amounts: list[Fraction]) -> Fraction:
    amounts.sort()
    half = len(amounts) // 2
    return amounts[half] if len(amounts) % 2 else _to_cents((amounts[half - 1] + amounts[half]) / 2)


def _to_cents(amount: Fraction) -> Fraction:
    return Fraction(int(amount * 100 + Fraction(1, 2)), 100)
