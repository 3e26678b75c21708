"""How figures and days are written where this company is: signs between digits, what comes first of a day, the clock.

One manner for all of an installation (`PLUMBLINE_LOCALE`), since people speak of the same figure over a page, a mail
and a print; words stay English, and digits stay in groups of three. What programs read (CSV, JSON) is written
plainly. The signs are those of the Unicode CLDR, which Babel has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from babel import Locale

from app.settings import get_settings

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
LITERAL = re.compile(r"'[^']*'")
NARROW, WIDE = "\u202f", "\u00a0"
"""Blanks that do not break: the first is not in our font."""


@dataclass(frozen=True)
class Manner:
    """One locale's way.

    Attributes:
        point: between a whole number and its decimals.
        group: between thousands.
        is_month_first: October 31, 2026 instead of 31 October 2026.
        has_noon: 6:00 PM instead of 18:00.
    """

    point: str
    group: str
    is_month_first: bool
    has_noon: bool

    @property
    def is_plain(self) -> bool:
        """Whether numbers are written as programs write them: 1,234.5."""
        return (self.group, self.point) == (",", ".")

    def numeral(self, plain: str) -> str:
        """A number that is written as 1,234.5, in this manner."""
        if self.is_plain:
            return plain
        return plain.translate({ord(","): self.group, ord("."): self.point})

    def day(self, moment: date, *, is_long: bool = False) -> str:
        """31 Oct, or October 31."""
        name = MONTHS[moment.month - 1]
        name = name if is_long else name[:3]
        return f"{name} {moment.day}" if self.is_month_first else f"{moment.day} {name}"

    def day_and_year(self, moment: date, *, is_long: bool = False) -> str:
        """31 Oct 2026, or October 31, 2026."""
        return f"{self.day(moment, is_long=is_long)}{',' if self.is_month_first else ''} {moment.year}"

    def clock(self, local: datetime, *, has_seconds: bool = False) -> str:
        """18:00, or 6:00 PM, of a moment in the zone in which it is to be read."""
        rest = f":{local:%M:%S}" if has_seconds else f":{local:%M}"
        if not self.has_noon:
            return f"{local:%H}{rest}"
        return f"{local.hour % 12 or 12}{rest} {'AM' if local.hour < 12 else 'PM'}"

    def instant(self, local: datetime, *, is_long: bool = False, has_seconds: bool = False) -> str:
        """31 Oct 2026, 18:00, of a moment in the zone in which it is to be read."""
        return f"{self.day_and_year(local, is_long=is_long)}, {self.clock(local, has_seconds=has_seconds)}"

    @property
    def day_in_charts(self) -> str:
        """A day on an axis, as d3 formats it."""
        return "%b %-d" if self.is_month_first else "%-d %b"

    @property
    def for_charts(self) -> dict[str, object]:
        """What Vega has to be told in its config; nothing where it writes so by itself."""
        signs = {"decimal": self.point, "thousands": self.group, "grouping": [3], "currency": ["$", ""]}
        return {} if self.is_plain else {"locale": {"number": signs}}


@lru_cache
def manner_of(locale: str) -> Manner:
    """The manner of a locale that `Settings` has admitted, such as de-DE or en_US."""
    found = Locale.parse(locale.replace("-", "_"))
    signs = found.number_symbols["latn"]
    days = LITERAL.sub("", found.date_formats["medium"].pattern)
    times = LITERAL.sub("", found.time_formats["short"].pattern)
    group = signs["group"].replace(NARROW, WIDE)
    return Manner(signs["decimal"], group, days.find("M") < days.find("d"), "h" in times)


@lru_cache(maxsize=1)
def current() -> Manner:
    """The manner of this installation."""
    return manner_of(get_settings().locale)


def parted(count: int) -> str:
    """A number of things with its thousands parted."""
    return current().numeral(f"{count:,}")
