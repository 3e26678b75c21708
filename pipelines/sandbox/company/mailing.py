"""Who gets a mailing and what becomes of it: delivered, bounced, opened, clicked, left, called spam; day by day.

Each wave of a mailing has dice of its own and reads only what had happened before it was sent, so a longer life has
the shorter one as its prefix.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipelines.sandbox.company.dice import dice, share
from pipelines.sandbox.company.mailing_plan import TEST_LASTS, TESTED_SHARE, Mailing
from pipelines.sandbox.company.times import DAY

Times = NDArray[np.int64]
NEVER = np.iinfo(np.int64).max
TAIL = 28 * DAY
"""Nobody looks at a mail for longer."""
BOUNCES, SPAM, LEAVES, LEAVES_ALL = 0.0025, 0.0004, 0.006, 0.3
MEDIAN_HOURS_TO_OPEN = 5


@dataclass
class Audience:
    """Contacts in the order in which they came, and since when each is not written to any more (or NEVER)."""

    emails: list[str]
    created: Times
    admins: NDArray[np.bool_]
    openness: NDArray[np.float64]
    invalid: NDArray[np.bool_]
    bounced: Times = field(init=False)
    called_spam: Times = field(init=False)
    left_all: Times = field(init=False)
    left: dict[int, Times] = field(init=False)

    def __post_init__(self) -> None:
        self.bounced, self.called_spam, self.left_all = (self._never() for _ in range(3))
        self.left = {}

    def _never(self) -> Times:
        return np.full(len(self.emails), NEVER, dtype=np.int64)

    def left_group(self, group: int) -> Times:
        return self.left.setdefault(group, self._never())

    def reached(self, mailing: Mailing, now: int) -> Times:
        """The places of those to whom the mailing goes now. Who bounced is still on the list; who left is not."""
        wanted = (self.created <= now) & (self.left_all > now) & (self.left_group(mailing.group) > now)
        if mailing.only_admins:
            wanted &= self.admins
        return np.flatnonzero(wanted).astype(np.int64)


@dataclass(frozen=True)
class Wave:
    """A part of a mailing that goes out at one time: what happened, as instants by the name of the figure."""

    mailing: Mailing
    variation: str
    phase: str
    happened: Mapping[str, Times]


def waves(seed: int, audience: Audience, mailing: Mailing, variations: tuple[str, str]) -> tuple[list[Wave], str]:
    """All waves of a mailing, and which variation won its test (empty: no test)."""
    everybody = audience.reached(mailing, mailing.at)
    if not mailing.is_test:
        return [_wave(seed, audience, mailing, everybody, mailing.at, "all", "all", 1.0)], ""
    drawn = dice(seed, "split", mailing.key).random(len(everybody))
    pulls = [0.85 + 0.3 * share(seed, mailing.key, name) for name in variations]
    half = TESTED_SHARE / 2
    tested = [
        _wave(seed, audience, mailing, everybody[(turn * half <= drawn) & (drawn < (turn + 1) * half)], mailing.at,
              variations[turn], "test", pulls[turn])
        for turn in (0, 1)
    ]  # fmt: skip
    ends = mailing.at + TEST_LASTS
    opens = [int((wave.happened["unique_opens"] < ends).sum()) for wave in tested]
    winner = 1 if opens[1] > opens[0] else 0
    rest = np.intersect1d(everybody[drawn >= TESTED_SHARE], audience.reached(mailing, ends))
    sent = _wave(seed, audience, mailing, rest, ends, variations[winner], "send", pulls[winner])
    return [*tested, sent], variations[winner]


def _wave(
    seed: int, audience: Audience, mailing: Mailing, who: Times, now: int, variation: str, phase: str, pull: float
) -> Wave:
    roll = dice(seed, "wave", mailing.key, variation, phase)
    count = len(who)
    chance = roll.random((8, count))
    requested = now + (chance[0] * 600).astype(np.int64)
    spam_before, bounced_before = audience.called_spam[who] <= now, audience.bounced[who] <= now
    invalid = audience.invalid[who]
    live = ~(spam_before | bounced_before | invalid)
    bounced = live & (chance[1] < BOUNCES)
    delivered = live & ~bounced
    arrived = requested + 2 + roll.exponential(40, count).astype(np.int64)
    opened = delivered & (chance[2] < audience.openness[who] * mailing.pull * pull)
    waited = roll.lognormal(np.log(MEDIAN_HOURS_TO_OPEN * 3600), 1.5, count)
    seen = arrived + np.minimum(waited, 0.75 * TAIL).astype(np.int64)
    clicked = opened & (chance[3] < 0.11 + 0.14 * audience.openness[who])
    pressed = seen + 5 + (chance[4] * 900).astype(np.int64)
    is_here = (audience.left_all[who] == NEVER) & (audience.left_group(mailing.group)[who] == NEVER)
    leaving = opened & is_here & (chance[5] < LEAVES)
    leaves = seen + 30 + (chance[6] * 600).astype(np.int64)
    angry = delivered & ~opened & (audience.called_spam[who] == NEVER) & (chance[7] < SPAM)
    called = arrived + 3600 + (waited % DAY).astype(np.int64)
    audience.bounced[who[bounced]] = arrived[bounced]
    audience.called_spam[who[angry]] = called[angry]
    goes = leaving & (roll.random(count) < LEAVES_ALL)
    audience.left_all[who[goes]] = leaves[goes]
    stays = leaving & ~goes
    audience.left_group(mailing.group)[who[stays]] = leaves[stays]
    return Wave(mailing, variation, phase, {
        "requests": requested, "delivered": arrived[delivered], "bounces": arrived[bounced],
        "bounce_drops": requested[bounced_before], "spam_report_drops": requested[spam_before & ~bounced_before],
        "invalid_emails": requested[invalid & ~(bounced_before | spam_before)], "spam_reports": called[angry],
        "unique_opens": seen[opened], "opens": _again(roll, seen[opened], 0.6, 2 * DAY, now),
        "unique_clicks": pressed[clicked], "clicks": _again(roll, pressed[clicked], 0.75, 3600, now),
        "unsubscribes": leaves[leaving],
    })  # fmt: skip


def _again(roll: np.random.Generator, first: Times, alone: float, seconds: int, sent: int) -> Times:
    """The first times and, for some, further ones later on."""
    repeated = np.repeat(first, roll.geometric(alone, len(first)) - 1)
    later = repeated + roll.exponential(seconds, len(repeated)).astype(np.int64)
    return np.concatenate((first, later[later < sent + TAIL]))


def by_day(happened: Mapping[str, Times], until: int) -> dict[int, tuple[dict[str, int], int]]:
    """The figures of each day (days since 1970) until an instant, and when the last of them changed."""
    days: dict[int, tuple[dict[str, int], int]] = {}
    for name, instants in happened.items():
        past = instants[instants <= until]
        for day, count in zip(*np.unique(past // DAY, return_counts=True), strict=True):
            figures, last = days.get(int(day), ({}, 0))
            newest = int(past[past // DAY == day].max())
            days[int(day)] = (figures | {name: int(count)}, max(last, newest))
    return days


def added(parts: Iterable[Mapping[str, int]], names: Iterable[str]) -> dict[str, int]:
    """The sum of figures, name by name."""
    all_of_them = list(parts)
    return {name: sum(part.get(name, 0) for part in all_of_them) for name in names}
