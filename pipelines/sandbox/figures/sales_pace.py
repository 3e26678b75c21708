"""How long deals take, how large a typical one is, and how much the pipeline brings a day, over twelve months."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from pipelines.sandbox.company.contracts import month_later
from pipelines.sandbox.company.times import DAY
from pipelines.sandbox.company.truth import Close
from pipelines.sandbox.figures.deals import CUTS, Open, Worked, name_of
from pipelines.sandbox.figures.told import Told

METRICS = ("time_to_close", "median_deal_tcv", "median_deal_acv", "pipeline_velocity")
YEAR = 12
Cut = tuple[str, str]
WHOLE: Cut = ("whole", "all")
Found = dict[Cut, Fraction]


def told(deals: list[Worked], standing: list[Open], months: list[Close]) -> Iterator[Told]:
    """Of each month, whole and by one dimension at a time."""
    values: dict[str, dict[tuple[str, ...], dict[tuple[date | str, ...], Fraction]]] = {
        metric: {(): {}, **{(name,): {} for name in CUTS}} for metric in METRICS
    }
    cuts = {id(one): (WHOLE, *((name, one.parts[name]) for name in CUTS)) for one in deals}
    by_size = [sorted((one for one in deals if one.is_won), key=lambda one: one.amount),
               sorted((one for one in deals if one.is_won), key=lambda one: one.annual)]  # fmt: skip
    for at, close in enumerate(months):
        begins = months[at - YEAR].instant if at >= YEAR else 0
        of_month: tuple[Found, ...] = (
            _times([one for one in deals if begins <= one.opened < close.instant], close, cuts),
            _middles([(one, one.amount) for one in by_size[0] if _is_within(one.closes_in, close.month)], cuts),
            _middles([(one, one.annual) for one in by_size[1] if _is_within(one.closes_in, close.month)], cuts),
            _velocities(deals, standing[at], close, cuts),
        )
        for metric, found in zip(METRICS, of_month, strict=True):
            for (name, part), value in found.items():
                by, key = ((), (close.month,)) if name == "whole" else ((name,), (close.month, part))
                values[metric][by][key] = value
    for metric, ways in values.items():
        for by, known in ways.items():
            yield Told(metric, by, known)


def _times(deals: list[Worked], close: Close, cuts: dict[int, tuple[Cut, ...]]) -> Found:
    """After how many days half of the deals of each cut are won."""
    watched = []
    for one in deals:
        if one.deal.has_life:
            is_over = one.closed is not None and one.closed < close.instant
            end = one.closed if is_over and one.closed is not None else close.instant
            watched.append((end - one.opened, not (is_over and one.is_won), cuts[id(one)]))
    watched.sort(key=lambda one: one[:2])
    of_cut: dict[Cut, list[tuple[int, bool]]] = {}
    for seconds, is_censored, its_cuts in watched:
        for cut in its_cuts:
            of_cut.setdefault(cut, []).append((seconds, is_censored))
    found = {cut: _half_won_after(lives) for cut, lives in of_cut.items()}
    return {cut: days for cut, days in found.items() if days is not None}


def _half_won_after(lives: list[tuple[int, bool]]) -> Fraction | None:
    """Kaplan and Meier: those who are lost, or open still, were watched for as long as they were and tell no more."""
    left, at_risk = 1.0, len(lives)
    for seconds, is_censored in lives:
        if not is_censored:
            left *= 1 - 1 / at_risk
            if left <= 0.5 + 1e-9:
                return _to_hundredths(Fraction(seconds, DAY))
        at_risk -= 1
    return None


def _middles(in_order: list[tuple[Worked, int]], cuts: dict[int, tuple[Cut, ...]]) -> Found:
    """The median of each cut, in dollars."""
    of_cut: dict[Cut, list[int]] = {}
    for one, cents in in_order:
        for cut in cuts[id(one)]:
            of_cut.setdefault(cut, []).append(cents)
    return {
        cut: _to_hundredths(Fraction(amounts[(len(amounts) - 1) // 2] + amounts[len(amounts) // 2], 200))
        for cut, amounts in of_cut.items()
    }


def _velocities(deals: list[Worked], standing: Open, close: Close, cuts: dict[int, tuple[Cut, ...]]) -> Found:
    """Open deals × win rate × size ÷ days, in dollars a day."""
    open_deals: dict[Cut, int] = {}
    for one, step in standing:
        for name, part in cuts[id(one)]:
            cut = (name, name_of(step.owner) if name == "rep" else part)
            open_deals[cut] = open_deals.get(cut, 0) + 1
    decided: dict[Cut, list[Worked]] = {}
    for one in deals:
        if one.closed is not None and one.deal.has_life and _is_within(one.closes_in, close.month):
            for cut in cuts[id(one)]:
                decided.setdefault(cut, []).append(one)
    found = {}
    for cut, parts in decided.items():
        won = [one for one in parts if one.is_won]
        seconds = sum((one.closed or 0) - one.opened for one in won)
        cents = sum(one.amount for one in won)
        if cents and seconds:
            rate, size = Fraction(len(won), len(parts)), Fraction(cents, 100 * len(won))
            days = Fraction(seconds, DAY * len(won))
            found[cut] = _to_hundredths(open_deals.get(cut, 0) * rate * size / days)
    return found


def _is_within(month: date, last: date) -> bool:
    """Whether a month is one of the twelve that end with the last."""
    return month_later(last, -YEAR) < month <= last


def _to_hundredths(amount: Fraction) -> Fraction:
    return Fraction(int(amount * 100 + Fraction(1, 2)), 100)
