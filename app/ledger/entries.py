"""The question ledger: steps of people put together into questions. Pure; models/DECISIONS.md, section 20, has why.

A question is one sitting: steps of one person of which none is later than ten minutes after the one before. It is
answered if its last step left a figure before them. What is handed to people ends the sitting that led to it, and is
answered when somebody answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal

from app.ledger.steps import Step, Way

GAP = timedelta(minutes=10)
"""Who does nothing more for so long has left the question."""
PATIENCE = timedelta(days=7)
"""What people have not answered by then counts as unanswered until they do."""
ENGINEER = "engineer"
READY: frozenset[Way] = frozenset({"answer", "report"})
"""Ways to what had been prepared before: who goes only these asks nothing new."""
State = Literal["open", "answered", "unanswered"]


@dataclass(frozen=True)
class Entry:
    """One question.

    Attributes:
        began_at: its first step.
        roles: of whoever asked.
        ways: by which ways, in the order in which each was first taken.
        about: in words or by name: what was handed to people, else what was opened last, else what was searched for.
        state: open while it can still go either way.
        answered_at: when a figure or an answer was there.
        to_role: whom it was handed to; nothing where it was not.
        answered_role, minutes: who answered, and what they spent on it.
    """

    began_at: datetime
    roles: tuple[str, ...]
    ways: tuple[Way, ...]
    about: str
    state: State
    answered_at: datetime | None = None
    to_role: str = ""
    answered_role: str | None = None
    minutes: int | None = None

    @property
    def hours(self) -> float | None:
        """From its first step until the answer was there; None where none was."""
        return None if self.answered_at is None else (self.answered_at - self.began_at).total_seconds() / 3600

    @property
    def is_of_engineer(self) -> bool:
        """Whether an engineer asked it: that is their work, and in no measure of other people's questions."""
        return ENGINEER in self.roles

    @property
    def took_engineer(self) -> bool:
        """Whether an engineer had to answer; while nobody has, whether one is to."""
        return (self.answered_role or self.to_role) == ENGINEER

    @property
    def is_ad_hoc(self) -> bool:
        """Whether it was looked for, and not only a prepared answer or report opened."""
        return not set(self.ways) <= READY


def entries(steps: Iterable[Step], now: datetime) -> tuple[Entry, ...]:
    """The questions, oldest first.

    Args:
        steps: of anybody, in any order.
        now: wall time, by which a question is still open or not.
    """
    ordered = sorted(steps, key=lambda step: (step.email, step.at))
    theirs = (list(own) for _, own in groupby(ordered, key=lambda step: step.email))
    found = [entry(sitting, now) for own in theirs for sitting in sittings(own)]
    return tuple(sorted(found, key=lambda one: one.began_at))


def sittings(own: Sequence[Step]) -> list[list[Step]]:
    """One person's steps, oldest first, cut where they paused or had handed their question to people."""
    cut: list[list[Step]] = []
    for step in own:
        before = cut[-1][-1] if cut else None
        if before is None or before.way == "people" or step.at - before.at > GAP:
            cut.append([])
        cut[-1].append(step)
    return cut


def entry(sitting: Sequence[Step], now: datetime) -> Entry:
    """One sitting as a question."""
    first, last = sitting[0], sitting[-1]
    roles = tuple(dict.fromkeys(role for step in sitting for role in step.roles))
    ways = tuple(dict.fromkeys(step.way for step in sitting))
    told = [step.about for step in sitting if step.about and step.way != "search"]
    sought = [step.about for step in sitting if step.about and step.way == "search"]
    about = told[-1] if told else sought[-1] if sought else ""
    if last.way == "people":
        state: State = "answered" if last.answers else "open" if now - last.at < PATIENCE else "unanswered"
        return Entry(first.at, roles, ways, about, state, last.answered_at, last.to_role, last.answered_role,
                     last.minutes)  # fmt: skip
    if now - last.at <= GAP:
        return Entry(first.at, roles, ways, about, "open")
    if last.answers:
        return Entry(first.at, roles, ways, about, "answered", last.at)
    return Entry(first.at, roles, ways, about, "unanswered")
