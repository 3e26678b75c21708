"""How far onboarding and the other flows go: each attempt walked step by step, in three ways of counting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from pipelines.sandbox.company.taxonomy import FLOW_DAYS, FLOWS, FUNNELS, ONBOARDING, ONBOARDING_DAYS
from pipelines.sandbox.company.times import DAY
from pipelines.sandbox.company.truth import half_away
from pipelines.sandbox.figures.product_panel import Done, Panel, Row, counted, first_days, local_day, ways
from pipelines.sandbox.figures.told import Told, divided

CUT = ("funnel", "step", "plan", "country")
APART = ("funnel", "step")
WAYS = {"onboarding": (ONBOARDING, ONBOARDING_DAYS)} | {
    FUNNELS[flow.feature]: (flow.steps, FLOW_DAYS) for flow in FLOWS
}


@dataclass(frozen=True)
class Attempt:
    """One go at a way: `taken` has each step's instants within its time, the first step's own alone."""

    id: tuple[str, int, int]
    month: date
    parts: dict[str, str]
    steps: tuple[str, ...]
    taken: list[list[int]]

    def in_order(self) -> list[int]:
        """When each step was reached, as far as it went."""
        reached = [self.taken[0][0]]
        for instants in self.taken[1:]:
            later = [instant for instant in instants if instant >= reached[-1]]
            if not later:
                break
            reached.append(min(later))
        return reached

    def any_order(self) -> int:
        """How many steps from the first one on were all taken."""
        return next((number for number, instants in enumerate(self.taken) if not instants), len(self.taken))

    def strict(self) -> int:
        """How many steps were each taken first in their turn, and none ahead of it."""
        firsts = [min(instants) if instants else None for instants in self.taken]
        for number, first in enumerate(firsts):
            later = [each for each in firsts[number + 1 :] if each is not None]
            before = firsts[number - 1] if number else first
            if first is None or before is None or before > first or any(each < first for each in later):
                return number
        return len(firsts)


def funnels(panel: Panel) -> Iterator[Told]:
    """What was reached, out of what was begun, and how long a step took; and who completed onboarding."""
    attempts = [one for name in WAYS for one in _attempts(name, panel)]
    begun = {one.id: len(one.steps) for one in attempts}
    yield from counted("funnel_attempts", CUT, _rows(attempts, begun), APART[:1])
    all_begun = counted("funnel_attempts", CUT, _rows(attempts, begun), APART)
    in_order = {one.id: len(one.in_order()) for one in attempts}
    reached = {
        "": in_order, "_strict": {one.id: one.strict() for one in attempts},
        "_any_order": {one.id: one.any_order() for one in attempts},
    }  # fmt: skip
    for way, far in reached.items():
        told = counted(f"funnel_reached{way}", CUT, _rows(attempts, far), APART)
        yield from told
        yield from divided(f"funnel_conversion{way}", told, all_begun)
    could = counted("funnel_reached_before", CUT, _rows(attempts, in_order, later=1), APART)
    yield from could
    yield from divided("funnel_step_conversion", counted("", CUT, _rows(attempts, in_order), APART), could)
    yield from _minutes(attempts)
    yield from _onboarding([one for one in attempts if one.parts["funnel"] == "onboarding"])


def _attempts(funnel: str, panel: Panel) -> Iterator[Attempt]:
    """Those of months of which every attempt has had its time. An account has one, a person as many as they begin."""
    steps, days = WAYS[funnel]
    is_once = funnel == "onboarding"
    began = first_days(panel.done)
    done_by: dict[int, list[Done]] = {}
    for one in panel.done:
        if not is_once or one.who.account_made >= began[one.who.tracker]:
            done_by.setdefault(one.who.account if is_once else one.who.id, []).append(one)
    for whose, done in done_by.items():
        at = {name: sorted(one.instant for one in done if one.name == name) for name in steps}
        starts = at[steps[0]]
        for number, start in enumerate(starts[:1] if is_once else starts):
            end = start + days * DAY
            if not is_once:
                end = min([end, *starts[number + 1 : number + 2]])
            taken = [[start], *([each for each in at[name] if start <= each < end] for name in steps[1:])]
            month = local_day(start, panel.zone).replace(day=1)
            if _last_day(month) + timedelta(days=days) < panel.today:
                yield Attempt((funnel, whose, number), month, {**done[0].who.parts, "funnel": funnel}, steps, taken)


def _last_day(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _rows(attempts: list[Attempt], far: dict[tuple[str, int, int], int], later: int = 0) -> Iterator[Row]:
    """A row for each step, that counts the attempt where it came so far; `later`: where it came to the step before."""
    for one in attempts:
        for number, name in enumerate(one.steps, start=1):
            is_there = later < number <= far[one.id] + later
            yield one.month, {**one.parts, "step": f"{number} {name}"}, one.id if is_there else None


def _minutes(attempts: list[Attempt]) -> Iterator[Told]:
    """The middle one of the minutes, each in hundredths, from the step before."""
    for by in ways(CUT, APART):
        took: dict[tuple[object, ...], list[int]] = {}
        for one in attempts:
            reached = one.in_order()
            for number in range(1, len(reached)):
                parts = {**one.parts, "step": f"{number + 1} {one.steps[number]}"}
                minutes = half_away(Fraction((reached[number] - reached[number - 1]) * 100, 60))
                took.setdefault((one.month, *(parts[name] for name in by)), []).append(minutes)
        values = {key: _middle(sorted(minutes)) / 100 for key, minutes in took.items()}
        yield Told("funnel_step_minutes", by, values)


def _middle(found: list[int]) -> Fraction:
    half = len(found) // 2
    return Fraction(found[half]) if len(found) % 2 else Fraction(found[half - 1] + found[half], 2)


def _onboarding(attempts: list[Attempt]) -> Iterator[Told]:
    """Whatever steps were left out, the last one counts."""
    cut = ("plan", "country")
    signed_up = counted("accounts_signed_up", cut, ((one.month, one.parts, one.id) for one in attempts))
    done = ((one.month, one.parts, one.id if one.taken[-1] else None) for one in attempts)
    onboarded = counted("accounts_onboarded", cut, done)
    yield from signed_up
    yield from onboarded
    yield from divided("onboarding_completion", onboarded, signed_up)
