"""A thread of comments as plain data, and how a mention is read out of one. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.errors import UsageError

Where = tuple[tuple[str, str], ...]
LONGEST = 2000
MENTION = re.compile(r"(?<![\w@.+-])@([\w.+-]+(?:@[\w.-]+\w)?)")
"""@eva.lindqvist or @eva@example.com; not what stands in the middle of an address."""


@dataclass(frozen=True)
class Person:
    """Somebody who may be mentioned: e-mail, name, and what stands behind the @."""

    email: str
    name: str

    @property
    def handle(self) -> str:
        return self.email.partition("@")[0]


@dataclass(frozen=True)
class Comment:
    """What somebody wrote.

    Attributes:
        by, name: the e-mail of who wrote it, and what we call them.
        words: nothing where it was taken back.
        shown: the figure when it was written; None where there was none.
        taken_back_at: when; None where it stands.
        unmailed: names of whom it mentions and whom no mail could reach, though it was tried for days.
    """

    comment_id: str
    by: str
    name: str
    words: str
    shown: float | None
    written_at: datetime
    taken_back_at: datetime | None
    unmailed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Thread:
    """Comments on one figure of one month with its filters, the first one first.

    Attributes:
        month: the first day of the month.
        where: (dimension, value) pairs in their order.
        page: the page on which it began, with what was chosen there; nothing where it began on none.
        resolved_by, resolved_at: nothing while it is open.
    """

    thread_id: str
    metric: str
    month: date
    where: Where
    page: str
    began_by: str
    resolved_by: str | None
    resolved_at: datetime | None
    comments: tuple[Comment, ...]

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def standing(self) -> int:
        """How many comments were not taken back."""
        return sum(each.taken_back_at is None for each in self.comments)

    def is_on(self, metric: str, month: date, where: Where) -> bool:
        return (self.metric, self.month, self.where) == (metric, month, tuple(sorted(where)))


def judged(words: str) -> str:
    """What somebody writes, as it is kept.

    Raises:
        UsageError: it is empty, too long, or cannot be kept as text.
    """
    said = words.strip().replace("\r\n", "\n")
    if not said or len(said) > LONGEST or "\x00" in said:
        raise UsageError(f"A comment has 1 to {LONGEST:,} characters; found {len(said):,}. Write some, or shorten it.")
    return said


def mentioned(words: str, chosen: Sequence[str], people: Sequence[Person]) -> tuple[str, ...]:
    """The e-mails of whom a comment mentions, by @ in it or chosen beside it; each once, in their order.

    Args:
        words: of the comment.
        chosen: e-mails that were chosen.
        people: everybody who may see the figure.

    Raises:
        UsageError: somebody is mentioned who is not among them, whether or not there is such a person.
    """
    by_name = {name: each.email for each in people for name in (each.handle.lower(), each.email.lower())}
    found: dict[str, None] = {}
    for name in (*MENTION.findall(words), *chosen):
        plain = name.rstrip(".-").lower()
        if plain not in by_name:
            known = ", ".join(f"@{each.handle}" for each in people[:8])
            raise UsageError(
                f"@{name} cannot be mentioned here: nobody of that name may see this figure. Expected one of: {known}. "
                "Take the @ away, or ask for the right for them."
            )
        found[by_name[plain]] = None
    return tuple(found)
