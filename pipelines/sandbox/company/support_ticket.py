"""One ticket from its first mail to its closing, drawn at once from its own dice and shown up to an instant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from pipelines.sandbox.company.market import pick
from pipelines.sandbox.company.support_hours import after
from pipelines.sandbox.company.times import DAY, HOUR

MINUTE = 60
CHANNELS = (("email", 0.46), ("web", 0.3), ("chat", 0.13), ("api", 0.11))
TOPICS = (("bug", 0.3), ("how_to", 0.31), ("billing", 0.15), ("access", 0.13), ("integration", 0.11))
PRIORITIES = (("low", 0.2), ("normal", 0.55), ("high", 0.2), ("urgent", 0.05))
REPLY_MINUTES = {"low": 190, "normal": 110, "high": 55, "urgent": 20}
"""The median of the first reply, in office hours."""
CLOSES_AFTER = 4 * DAY
CLOSED = ("closed", "deleted")


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens to a ticket.

    Attributes:
        at: when.
        by: requester, agent or system.
        status: the status from then on; None: as before.
        said: what kind of comment it comes with; empty: none.
        is_public: whether the requester sees the comment.
    """

    at: int
    by: str
    status: str | None = None
    said: str = ""
    is_public: bool = True


@dataclass
class Rating:
    """A survey of the requester's satisfaction: when it was offered, and what came of it."""

    offered_at: int
    rated_at: int | None = None
    score: str = "offered"
    has_comment: bool = False


@dataclass
class Course:
    """What becomes of a ticket, whatever is known of it so far."""

    key: str
    created: int
    channel: str
    topic: str
    priority: str
    steps: list[Step] = field(default_factory=list)
    rating: Rating | None = None
    merged: bool = False

    def until(self, instant: int) -> list[Step]:
        """The steps up to an instant, in order; those after a deletion never happen."""
        done: list[Step] = []
        for step in self.steps:
            if step.at > instant:
                break
            done.append(step)
            if step.status == "deleted":
                break
        return done


def course(roll: np.random.Generator, key: str, created: int, *, is_sour: bool, can_merge: bool) -> Course:
    """Draws a ticket of somebody who is content, or about to leave (`is_sour`).

    Args:
        roll: the ticket's own dice.
        key: names it.
        created: when it was sent.
        is_sour: slower answers, more bugs, worse ratings: one hears of it from those who leave.
        can_merge: whether there is an earlier ticket that it can be merged into.
    """
    topic = "bug" if is_sour and roll.random() < 0.4 else pick(roll, TOPICS)
    one = Course(key, created, pick(roll, CHANNELS), topic, pick(roll, PRIORITIES))
    one.steps.append(Step(created, "requester", "new", "question"))
    if can_merge and roll.random() < 0.05:
        one.merged = True
        one.steps.append(Step(after(created, _around(roll, 40 * MINUTE)), "agent", "closed", "merged", False))
        return one
    taken = after(created, _around(roll, 12 * MINUTE))
    one.steps.append(Step(taken, "agent", "open"))
    slow = 2.2 if is_sour else 1.0
    reply = after(taken, _around(roll, slow * REPLY_MINUTES[one.priority] * MINUTE, 0.9))
    one.steps.extend(_talk(roll, reply, slow))
    reopens = 0.24 if is_sour else 0.09
    if roll.random() < reopens:
        again = one.steps[-1].at + int((0.2 + 3 * roll.random()) * DAY)
        one.steps.append(Step(again, "requester", "open", "again"))
        one.steps.append(Step(after(again, _around(roll, slow * 4 * HOUR)), "agent", "solved", "answer"))
    solved = one.steps[-1].at
    one.rating = _rating(roll, one, is_sour=is_sour)
    one.steps.append(Step(solved + CLOSES_AFTER, "system", "closed"))
    if roll.random() < 0.012:
        gone = Step(solved + int(roll.random() * 3 * DAY), "agent", "deleted")
        one.steps = sorted([*one.steps, gone], key=lambda step: step.at)
    return one


def spam(roll: np.random.Generator, key: str, created: int) -> Course:
    """A mail that nobody wanted: an agent deletes it within the working day."""
    steps = [Step(created, "requester", "new", "spam"),
             Step(after(created, _around(roll, 50 * MINUTE)), "agent", "deleted")]  # fmt: skip
    return Course(key, created, "email", "spam", "normal", steps)


def _talk(roll: np.random.Generator, now: int, slow: float) -> Iterator[Step]:
    """From the first reply to the solution: answers, questions back, notes, and waiting for the engineers."""
    rounds = min(int(roll.geometric(0.5)) - 1, 4)
    for _ in range(rounds):
        yield Step(now, "agent", "pending", "answer")
        now += _around(roll, 5 * HOUR, 1.1)
        yield Step(now, "requester", "open", "reply")
        if roll.random() < 0.16:
            now = after(now, _around(roll, 30 * MINUTE))
            yield Step(now, "agent", None, "note", False)
        if roll.random() < 0.1:
            now = after(now, _around(roll, 20 * MINUTE))
            yield Step(now, "agent", "hold")
            now = after(now, _around(roll, slow * 16 * HOUR))
            yield Step(now, "agent", "open")
        now = after(now, _around(roll, slow * 2.5 * HOUR))
    if roll.random() < 0.22:
        yield Step(now, "agent", "pending", "answer")
        yield Step(now + 5 * DAY, "system", "solved")
    else:
        yield Step(now, "agent", "solved", "answer")


def _rating(roll: np.random.Generator, one: Course, *, is_sour: bool) -> Rating | None:
    """Offered a day after the solution; answered, if at all, before the ticket closes."""
    offered, answers, bad, tells, wait = (roll.random() for _ in range(5))
    if offered >= 0.85:
        return None
    solved = one.steps[-1].at
    rating = Rating(solved + DAY)
    if answers < (0.5 if is_sour else 0.34):
        days = (solved - one.created) / DAY
        chance = 0.05 + 0.02 * min(days, 5) + (0.45 if is_sour else 0.0)
        rating.score = "bad" if bad < chance else "good"
        rating.rated_at = rating.offered_at + int((0.02 + 2.8 * wait**2) * DAY)
        rating.has_comment = tells < (0.7 if rating.score == "bad" else 0.35)
    return rating


def _around(roll: np.random.Generator, median: float, spread: float = 0.8) -> int:
    """A duration in seconds, lognormal around its median."""
    return max(30, int(median * float(np.exp(spread * roll.standard_normal()))))
