"""What the reader of a page has chosen, all of it in the address: month, comparison and filters. Pure.

A link shows the same to whoever may see it, and a file is made of the same. What a link asks for and nobody has is
left out, and the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from app.ui import format as f
from app.ui.dimension_words import Where, noun
from app.ui.places import UNKNOWN, shown
from app.ui.reading import shift

COMPARISONS = {"Month before": 1, "Year before": 12}
MONTHS = 24
"""So many closed months can be chosen."""
ASKED = {"compare": "comparison"}
LONGEST_SAID = 40
"""Characters that the page repeats of a value which there is not."""
EVENTS = "events"
"""The parameter that leaves the timeline's events out of a page's charts: `events=false`."""


@dataclass(frozen=True)
class Choice:
    """What was chosen.

    Attributes:
        compare: months between a figure and what it is compared with.
        month: a closed month that is not the newest; None for the newest.
        where: (dimension, value) pairs; several values of one dimension are alternatives.
        unknown: (dimension, value) pairs that the address asks for and that there are not.
        address: what was chosen as the address writes it, (parameter, words); nothing for what every page begins with.
        with_events: whether charts carry the company's timeline.
    """

    compare: int = 1
    month: date | None = None
    where: Where = ()
    unknown: Where = ()
    address: Where = ()
    with_events: bool = True

    def as_of(self, zone: ZoneInfo) -> datetime | None:
        """The instant at which the chosen month closed; None for the newest."""
        return None if self.month is None else datetime.combine(shift(self.month, 1), time(), zone)

    @property
    def query(self) -> str:
        """What of the address says it again, with its question mark; nothing where nothing is chosen."""
        return f"?{urlencode(self.address)}" if self.address else ""

    @property
    def said(self) -> str:
        """The filters in words: "Core or Vault, Germany"; nothing where there are none."""
        names = dict.fromkeys(dimension for dimension, _ in self.where)
        parts = [[shown(name, value) or UNKNOWN for dimension, value in self.where if dimension == name]
                 for name in names]  # fmt: skip
        return ", ".join(" or ".join(values) for values in parts)

    @property
    def unknown_said(self) -> str:
        """What a link asked for in vain, in words; nothing where there is nothing."""
        return " ".join(
            f"The link asks for the {ASKED.get(dimension, noun(dimension))} “{value}”, which is not known here: it is "
            "left out."
            for dimension, value in self.unknown
        )


def months_of(closed: date) -> list[date]:
    """The months that can be chosen, newest first."""
    return [shift(closed, -back) for back in range(MONTHS)]


def chosen(
    asked: Mapping[str, Sequence[str]], months: Sequence[date], known: Mapping[str, Mapping[str, str]],
    names: Where = (),
) -> Choice:  # fmt: skip
    """What an address asks for; where it asks for several of which one can be, the first that there is.

    Args:
        asked: parameter → its values, as `month=September 2026` and `product=Core` have them.
        months: those that can be chosen, newest first.
        known: dimension → the words of each value → the value, of the page's filters.
        names: (parameter, value) pairs that name the one thing which the page was opened for.
    """
    named = {f.month_year(each): each for each in months}
    month = next((named[words] for words in asked.get("month", ()) if words in named), months[0])
    compare = next((words for words in asked.get("compare", ()) if words in COMPARISONS), "Month before")
    with_events = list(asked.get(EVENTS, ()))[:1] != ["false"]
    picked = {name: [each for each in dict.fromkeys(asked.get(name, ())) if each in words]
              for name, words in known.items()}  # fmt: skip
    where = tuple((name, known[name][each]) for name, values in picked.items() for each in values)
    first = (*([("month", f.month_year(month))] if month != months[0] else []),
             *([("compare", compare)] if compare != "Month before" else []),
             *([] if with_events else [(EVENTS, "false")]))  # fmt: skip
    address = (*names, *first, *((name, each) for name, values in picked.items() for each in values))
    taken = {"month": list(named), "compare": list(COMPARISONS),
             EVENTS: ["true", "false"], **picked}  # fmt: skip
    return Choice(COMPARISONS[compare], month if month != months[0] else None, where, lost(asked, taken), address,
                  with_events)  # fmt: skip


def lost(asked: Mapping[str, Sequence[str]], taken: Mapping[str, Sequence[str]]) -> Where:
    """What was asked for and not taken: (parameter, value), as far as there is room for it."""
    return tuple((name, each[:LONGEST_SAID]) for name, values in asked.items() for each in values
                 if each and each not in taken.get(name, ()))  # fmt: skip


def worded(dimension: str, found: Sequence[str]) -> dict[str, str]:
    """The words that stand for each value → the value; two that read alike carry what the warehouse calls them."""
    said = [shown(dimension, value) or UNKNOWN for value in found]
    return {
        words if said.count(words) == 1 else f"{words} ({value})": value
        for words, value in zip(said, found, strict=True)
    }
