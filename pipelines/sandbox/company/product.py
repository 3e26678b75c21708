"""What people do in the product, as its tracker notes it, before it is sent to one analytics vendor or another.

Only accounts that agreed to be tracked are seen: they are asked at sign-up since the tracker was built in; of those
that were there before, fewer answered. All people of such an account are seen, with every visit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pipelines.sandbox.company.dice import number_of, share
from pipelines.sandbox.company.production import Tenant, User, accounts, planned, users
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.taxonomy import FEATURES, FLOWS, SESSION, SPREADS, Feature, Flow
from pipelines.sandbox.company.times import DAY, at
from pipelines.sandbox.company.visits import FOREVER, Visit, last_seen, visits

STARTED = at(2026, 1, 5)
"""When the tracker was built in; before it nothing is known."""
BEACON_STARTED = at(2026, 3, 2)
AGREES_NEW, AGREES_OLD, AGREES_BEACON = 0.06, 0.014, 0.18
ENOUGH = 30 * DAY  # who is not active by then is not counted as activated any more

Happening = tuple[int, str, Mapping[str, Any]]
"""Instant, name of the event, its properties."""


@dataclass(frozen=True, slots=True)
class Use:
    """What the company itself notes of a happening that a vendor has: whose it is, and since when they have it."""

    tracker: str
    account: Tracked
    user: User
    happening: Happening
    had_at: int


@dataclass(frozen=True)
class Tracked:
    """An account that is seen."""

    id: int
    tenant: Tenant
    owned: tuple[tuple[int, int, str], ...]

    @property
    def is_beacon(self) -> bool:
        """Whether it came for Beacon, whose people use an application of its own."""
        return self.tenant.product == "Beacon"

    @property
    def since(self) -> int:
        return BEACON_STARTED if self.is_beacon else STARTED

    def products(self, instant: int) -> set[str]:
        """What the account has at an instant; somebody who only tries has what they came for."""
        has = {product for start, end, product in self.owned if start <= instant < end}
        return has or {self.tenant.product}


def tracked(company: Company) -> list[Tracked]:
    """All accounts that are seen, by id."""
    return [
        Tracked(number, tenant, tuple(_owned(tenant)))
        for number, tenant in accounts(company)
        if tenant.is_ours or share(company.seed, tenant.key, "agrees") < _agrees(tenant)
    ]


def _agrees(tenant: Tenant) -> float:
    if tenant.product == "Beacon":
        return AGREES_BEACON
    return AGREES_NEW if tenant.created >= STARTED else AGREES_OLD


def _owned(tenant: Tenant) -> Iterator[tuple[int, int, str]]:
    """Which product from when to when."""
    for agreement in tenant.agreements:
        over = agreement.ended_at or FOREVER
        for number, term in enumerate(agreement.terms):
            later = (one.start for one in agreement.terms[number + 1 :] if one.item == term.item)
            if term.gross is not None:
                yield term.start, min(next(later, over), over), term.product


def people(company: Company, account: Tracked) -> Iterator[tuple[User, User | None]]:
    """Those of its people of whom anything was ever seen; beside the first, the second one, whom they invite.

    The second may be yet to come: one is invited before.
    """
    second = next(islice(planned(company, account.id, account.tenant), 1, None), None)
    for number, user in enumerate(users(company, account.id, account.tenant)):
        if (last_seen(user.habit, company.until) or 0) >= account.since:
            yield user, second if number == 0 else None


def happenings(account: Tracked, user: User, colleague: User | None, until: int) -> Iterator[Happening]:
    """All that one person did while the tracker looked, up to an instant, visit by visit.

    Args:
        account: theirs.
        user: the person.
        colleague: for the first person of an account, the second one: somebody invites them.
        until: no event is later.
    """
    habit = user.habit
    made = visits(habit, account.since, until)
    is_new = user.created >= account.since
    if is_new and habit.looks_in_at_once:
        yield user.created, "signed_up", {}
    taste = Taste(account, user)
    started = Start(account, user, colleague) if is_new else None
    for number, visit in enumerate(made):
        if is_new and number == 0 and not habit.looks_in_at_once:
            yield visit.start, "signed_up", {}
        noise = number_of(habit.key, visit.start, "session")
        used = taste.used(visit, number, noise)
        steps = list(_flows(used, visit, noise))
        if started is not None:
            steps += started.steps(visit, number)
        yield from (step for step in sorted(steps, key=lambda step: step[0]) if step[0] <= until)
        if visit.end <= until:
            yield visit.end, SESSION, {"features": used, "duration_seconds": visit.end - visit.start}


class Taste:
    """What one person comes to use, and when."""

    def __init__(self, account: Tracked, user: User) -> None:
        self._account = account
        self._is_old = user.created < STARTED
        chances = [(place, feature, self._chance(user, feature)) for place, feature in enumerate(FEATURES)]
        self._known = [(place, feature, chance) for place, feature, chance in chances if chance < 1]

    @staticmethod
    def _chance(user: User, feature: Feature) -> float:
        """Below 1 for those who ever take it up; the lower, the sooner."""
        eager = min(1.7, 2.2 / user.habit.pace) if feature.is_habit else 1.0
        return share(user.habit.key, feature.name) / min(0.97, feature.adopters * eager)

    def used(self, visit: Visit, number: int, noise: int) -> list[str]:
        """Names of the features of a session; each takes seven bits of the session's own number."""
        has = self._account.products(visit.start)
        used = [
            feature.name
            for place, feature, chance in self._known
            if (noise >> (7 * place)) % 128 < feature.used * 128
            and (feature.product in has or not feature.product)
            and self._adopted(feature, chance, visit, number)
        ]
        return used or ["pulse" if "Beacon" in has else "dashboards"]

    def _adopted(self, feature: Feature, chance: float, visit: Visit, number: int) -> bool:
        """Whether the person knows the feature by then: some sessions on, or some time after its launch."""
        if feature.launched:
            return visit.start >= feature.launched + int(SPREADS * chance**1.4)
        return self._is_old or number >= int(chance * 14)


def _flows(used: list[str], visit: Visit, noise: int) -> Iterator[Happening]:
    """The steps that were gone of the flows that were begun, within the visit."""
    for place, flow in enumerate(FLOWS):
        chance = share(noise, place) if flow.feature in used else 1.0
        if chance < flow.begins:
            yield from _steps(flow, visit, chance / flow.begins)


def _steps(flow: Flow, visit: Visit, chance: float) -> Iterator[Happening]:
    length, reach = visit.end - visit.start, 1.0
    for place, name in enumerate(flow.steps):
        yield visit.start + length * (place + 1) // (len(flow.steps) + 1), name, {}
        reach *= (*flow.goes_on, 0.0)[place]
        if chance >= reach:
            return


class Start:
    """How a new person gets going: each step once, in the order in which they come to it, if they do."""

    def __init__(self, account: Tracked, user: User, colleague: User | None) -> None:
        self._account, self._user, self._colleague = account, user, colleague
        self._is_first = user.id % 1000 == 0
        # Those who only try get less far; it is why they only try.
        self._ease = 1.0 if account.tenant.agreements else 0.55
        self._done: set[str] = set()

    def steps(self, visit: Visit, number: int) -> Iterator[Happening]:
        """What is new in a visit."""
        length = visit.end - visit.start
        if self._is_first:
            if self._invites(visit):
                yield from self._once("invited_teammate", visit.start + length // 8)
            if number >= int(share(self._user.habit.key, "connects") * 3) and self._gets("connected_source", 0.8):
                yield from self._once("connected_source", visit.start + length // 4)
        if number >= 1 + int(share(self._user.habit.key, "reports") * 4) and self._gets("created_first_report", 0.72):
            yield from self._once("created_first_report", visit.start + length // 2)
        if self._is_active(visit, number):
            yield from self._once("activated", visit.start + 3 * length // 4)

    def _is_active(self, visit: Visit, number: int) -> bool:
        has = {"connected_source", "created_first_report"} <= self._done
        return self._is_first and has and number >= 2 and visit.start < self._user.created + ENOUGH

    def _invites(self, visit: Visit) -> bool:
        other = self._colleague
        return other is not None and visit.start < other.created <= visit.start + 9 * DAY

    def _gets(self, name: str, chance: float) -> bool:
        return share(self._user.habit.key, name) < chance * self._ease

    def _once(self, name: str, instant: int) -> Iterator[Happening]:
        if name not in self._done:
            self._done.add(name)
            yield instant, name, {}
