"""How long deals take, how large a typical one is, and how much the pipeline brings a day, over twelve months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
Found = dict[Cut, Fraction]
Closed = dict[Cut, list[Worked]]


def told(deals: list[Worked], standing: list[Open], months: list[Close]) -> Iterator[Told]:
    """Of each month, whole and by one dimension at a time."""
    values: dict[str, dict[tuple[str, ...], dict[tuple[date | str, ...], Fraction]]] = {
        metric: {(): {}, **{(name,): {} for name in CUTS}} for metric in METRICS
    }
    won = _by_month(one for one in deals if one.is_won)
    decided = _by_month(one for one in deals if one.closed is not None and one.deal.has_life)
    lived = [(one, _cuts(one)) for one in deals if one.deal.has_life]
    for at, close in enumerate(months):
        begins = months[at - YEAR].instant if at >= YEAR else 0
        year = [month_later(close.month, -ago) for ago in range(YEAR)]
        of_year = _joined([won.get(month, {}) for month in year])
        of_month: tuple[Found, ...] = (
            _times([(one, cuts) for one, cuts in lived if begins <= one.opened < close.instant], close.instant),
            {cut: _middle([one.amount for one in found]) for cut, found in of_year.items()},
            {cut: _middle([one.annual for one in found]) for cut, found in of_year.items()},
            _velocities(_joined([decided.get(month, {}) for month in year]), standing[at]),
        )
        for metric, parts in zip(METRICS, of_month, strict=True):
            for (name, part), value in parts.items():
                if name == "whole":
                    values[metric][()][close.month,] = value
                else:
                    values[metric][name,][close.month, part] = value
    for metric, ways in values.items():
        for by, known in ways.items():
            yield Told(metric, by, known)


def _cuts(one: Worked) -> tuple[Cut, ...]:
    return ("whole", "all"), *((name, one.parts[name]) for name in CUTS)


def _by_month(deals: Iterable[Worked]) -> dict[date, Closed]:
    """By the month they closed in, and each cut."""
    found: dict[date, Closed] = {}
    for one in deals:
        for cut in _cuts(one):
            found.setdefault(one.closes_in, {}).setdefault(cut, []).append(one)
    return found


def _joined(months: list[Closed]) -> Closed:
    found: Closed = {}
    for month in months:
        for cut, deals in month.items():
            found.setdefault(cut, []).extend(deals)
    return found


def _times(lived: list[tuple[Worked, tuple[Cut, ...]]], close: int) -> Found:
    """After how many days half of the deals of each cut are won that are won or open."""
    watched = []
    for one, cuts in lived:
        is_over = one.closed is not None and one.closed < close
        if is_over and not one.is_won:
            continue
        end = one.closed if is_over and one.closed is not None else close
        # A win comes before whatever ends at the same instant.
        watched.append(((end - one.opened, not is_over), cuts))
    watched.sort(key=lambda life: life[0])
    of_cut: dict[Cut, list[tuple[int, bool]]] = {}
    for life, cuts in watched:
        for cut in cuts:
            if cut in of_cut:
                of_cut[cut].append(life)
            else:
                of_cut[cut] = [life]
    found = {cut: _half_won_after(lives) for cut, lives in of_cut.items()}
    return {cut: days for cut, days in found.items() if days is not None}


def _half_won_after(lives: list[tuple[int, bool]]) -> Fraction | None:
    """Kaplan and Meier: what is still open was watched for as long as it was, and tells no more."""
    left, at_risk = 1.0, len(lives)
    for seconds, is_censored in lives:
        if not is_censored:
            left *= 1 - 1 / at_risk
            if left <= 0.5 + 1e-9:
                return _to_hundredths(Fraction(seconds, DAY))
        at_risk -= 1
    return None


def _middle(cents: list[int]) -> Fraction:
    """The median, in dollars."""
    cents.sort()
    return _to_hundredths(Fraction(cents[(len(cents) - 1) // 2] + cents[len(cents) // 2], 200))


def _velocities(year: Closed, standing: Open) -> Found:
    """Open deals × win rate × size ÷ days, in dollars a day."""
    open_deals: dict[Cut, int] = {}
    for one, step in standing:
        for name, part in _cuts(one):
            cut = (name, name_of(step.owner) if name == "rep" else part)
            open_deals[cut] = open_deals.get(cut, 0) + 1
    found = {}
    for cut, decided in year.items():
        won = [one for one in decided if one.is_won]
        seconds = sum((one.closed or 0) - one.opened for one in won)
        cents = sum(one.amount for one in won)
        if cents and seconds:
            rate, size = Fraction(len(won), len(decided)), Fraction(cents, 100 * len(won))
            found[cut] = _to_hundredths(open_deals.get(cut, 0) * rate * size / Fraction(seconds, DAY * len(won)))
    return found


def _to_hundredths(amount: Fraction) -> Fraction:
    return Fraction(int(amount * 100 + Fraction(1, 2)), 100)
