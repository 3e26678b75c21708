"""A thread of comments as plain data, and how a mention is read out of one. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.errors import UsageError
from app.manner import parted

Where = tuple[tuple[str, str], ...]
LONGEST = 2000
MENTION = re.compile(r"(?<![\w@.+-])@([\w.+-]+(?:@[\w.-]+\w)?)")
"""@eva.lindqvist or @eva@example.com; not what stands in the middle of an address."""


@dataclass(frozen=True)
class Person:
    """Somebody who may be mentioned."""

    email: str
    name: str


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
        found = parted(len(said))
        raise UsageError(f"A comment has 1 to {parted(LONGEST)} characters; found {found}. Write some, or shorten it.")
    return said


def handles(people: Sequence[Person]) -> dict[str, str]:
    """E-mail → what stands behind the @: the address as far as its own @, or all of it where two people share that."""
    short = {each.email: each.email.partition("@")[0] for each in people}
    met = Counter(name.lower() for name in short.values())
    return {email: name if met[name.lower()] == 1 else email for email, name in short.items()}


def mentioned(words: str, chosen: Sequence[str], people: Sequence[Person]) -> tuple[str, ...]:
    """The e-mails of whom a comment mentions, by @ in it or chosen beside it; each once, in their order.

    Args:
        words: of the comment.
        chosen: e-mails that were chosen.
        people: everybody who may see the figure.

    Raises:
        UsageError: somebody is mentioned who is not among them, whether or not there is such a person, or by a name
            that two of them share.
    """
    named = handles(people)
    by_name = {name.lower(): email for email, handle in named.items() for name in (handle, email)}
    found: dict[str, None] = {}
    for name in (*MENTION.findall(words), *chosen):
        plain = name.rstrip(".-").lower()
        if plain not in by_name:
            several = [email for email in named if email.lower().partition("@")[0] == plain]
            if several:
                raise UsageError(f"@{name} is {len(several)} people here. Expected the whole address, one of: "
                                 f"{', '.join(f'@{email}' for email in several)}.")  # fmt: skip
            known = ", ".join(f"@{handle}" for handle in [*named.values()][:8])
            raise UsageError(
                f"@{name} cannot be mentioned here: nobody of that name may see this figure. Expected one of: {known}. "
                "Take the @ away, or ask for the right for them."
            )
        found[by_name[plain]] = None
    return tuple(found)
