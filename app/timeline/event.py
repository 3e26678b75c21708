"""An event of the company's timeline as plain data, and which of them may be entered. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from app.access import ROLES, Viewer
from app.errors import UsageError
from app.written import is_line

Kind = Literal["launch", "price_change", "outage", "campaign", "definition", "other"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ENTERED: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind != "definition")
"""The kinds that people enter; what a figure means changes by approval alone."""
CALLED = {"launch": "Launch", "price_change": "Price change", "outage": "Outage", "campaign": "Campaign",
          "definition": "Definition", "other": "Other"}  # fmt: skip
LONGEST_TITLE, LONGEST_WORDS = 80, 1000
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True)
class Happening:
    """What somebody enters.

    Attributes:
        kind: one of `ENTERED`.
        first_day: the day, or the first of several.
        last_day: the last of several; None for one day.
        title: up to 80 characters, one line.
        words: what there is to say about it, up to 1,000 characters; may be empty.
        roles: those who see it; everybody who has a role where none is named.
    """

    kind: str
    first_day: date
    last_day: date | None
    title: str
    words: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Event:
    """An event as the timeline has it.

    Attributes:
        key: its id; of one that a source tells, its name there.
        by: the e-mail of who entered it, or the source's name.
        source: `campaigns`, `prices` or `definitions`; nothing for what people enter.
        version: how often it was written; 1 for what nobody changed.
        metrics: the figures that it is about, on whose charts alone it stands; of all where none is named.
        hides: the roles that may hide it, of one that a source tells.
        hidden: why it is hidden and by whom, in words; nothing where it is not.
    """

    key: str
    kind: Kind
    first_day: date
    last_day: date | None
    title: str
    words: str
    by: str
    roles: tuple[str, ...] = ()
    source: str = ""
    version: int = 1
    metrics: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    hidden: str = ""

    @property
    def last(self) -> date:
        return self.last_day or self.first_day

    def touches(self, first: date, last: date) -> bool:
        """Whether it began between two days, both included: an event stands at its first day."""
        return first <= self.first_day <= last

    def concerns(self, metrics: Sequence[str]) -> bool:
        """Whether it stands on a chart of these figures."""
        return not self.metrics or bool(set(self.metrics) & set(metrics))

    def may_change(self, viewer: Viewer) -> bool:
        """Whether somebody may change it or take it back: whoever entered it, and an executive."""
        return not self.source and (self.by.lower() == viewer.email.lower() or "executive" in viewer.roles)

    def may_hide(self, viewer: Viewer) -> bool:
        return bool(self.source) and bool(set(self.hides) & set(viewer.roles))


def judged(one: Happening) -> Happening:
    """What is entered, as it is kept.

    Raises:
        UsageError: there is no such kind or role, the days are turned round or out of reach, or the words are too many.
    """
    title, words = " ".join(one.title.split()), one.words.strip()
    if one.kind not in ENTERED:
        raise UsageError(f"No event is of the kind {one.kind!r}. Expected one of: {', '.join(ENTERED)}.")
    if not is_line(title, LONGEST_TITLE):
        raise UsageError(
            f"An event needs a title of 1 to {LONGEST_TITLE} characters that can be seen; found {len(title)}. Name it "
            "so."
        )
    if len(words) > LONGEST_WORDS or "\x00" in words:
        raise UsageError(f"An event has at most {LONGEST_WORDS} characters of words; found {len(words)}. Shorten them.")
    if not EARLIEST <= one.first_day <= (one.last_day or one.first_day) <= LATEST:
        raise UsageError(
            f"An event cannot last from {one.first_day} to {one.last_day or one.first_day}. Expected a last day that "
            f"is not before the first one, both from {EARLIEST.year} to {LATEST.year}."
        )
    unknown = [role for role in one.roles if role not in ROLES]
    if unknown:
        raise UsageError(f"No role is called {unknown[0]!r}. Expected some of: {', '.join(ROLES)}.")
    last = one.last_day if one.last_day and one.last_day > one.first_day else None
    roles = tuple(role for role in ROLES if role in one.roles)
    return Happening(one.kind, one.first_day, last, title, words, () if len(roles) == len(ROLES) else roles)
