"""What a file may hold: its columns in order, what a value may be, which columns name a row, who may write it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Value = str | bool | int | Decimal | None
Row = Mapping[str, Value]
NUMBER = re.compile(r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$")
"""Of a number beyond that the loader keeps null or something near, without a word."""
FIRST_DAY = date(1970, 1, 1)
"""Before it no exchange rate is known; a year that lacks a digit would give each page centuries of empty months."""
CURRENCY = re.compile(r"^[A-Za-z]{3}$")
COUNTRY = re.compile(r"^[A-Z]{2}$")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CLOCK = re.compile(r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")


class Refused(ValueError):
    """A value that no rule of its column allows; `advice` says what to do instead."""

    def __init__(self, text: str, advice: str) -> None:
        super().__init__(text)
        self.advice = advice


TEXT_TYPE: Mapping[str, object] = {"type": ["string", "null"]}
DATE_TYPE: Mapping[str, object] = {"type": ["string", "null"], "format": "date"}
NUMBER_TYPE: Mapping[str, object] = {"type": ["number", "null"]}
FLAG_TYPE: Mapping[str, object] = {"type": ["boolean", "null"]}


@dataclass(frozen=True)
class Column:
    """A column of a file.

    Attributes:
        name: as in the header.
        allowed: what a value must be, in words, for messages and for the published schema.
        read: turns the text into the value; a ValueError refuses it.
        json_type: the value's type for the loader.
        example: a value as it may stand in a CSV file, for the template.
        may_be_empty: whether an empty cell is a value (null).
        cells: the kinds of workbook cells that are taken beside a text: `number`, `day`, `flag`.
    """

    name: str
    allowed: str
    read: Callable[[str], Value]
    json_type: Mapping[str, object]
    example: str
    may_be_empty: bool = False
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class After:
    """A rule across a row: what stands in one column comes after what stands in another, where both say something.

    Days and times of the day are texts of a fixed length here, so their order is that of the texts.
    """

    later: str
    earlier: str

    @property
    def says(self) -> str:
        """The rule in words."""
        return f"{self.later} after {self.earlier}"

    def holds(self, row: Row) -> bool:
        """Whether a row of good values keeps it."""
        later, earlier = row[self.later], row[self.earlier]
        return not later or not earlier or str(later) > str(earlier)


@dataclass(frozen=True)
class FileSchema:
    """A file, whichever format it comes in.

    Attributes:
        name: of the file without its ending; also that of the stream and of the raw table.
        says: what it holds, in a sentence.
        columns: in the order of the header.
        key: the columns whose values together name a row and so may come only once.
        writers: the roles that may put one in place on the page.
        own_rows: where set, the column that names a department: a writer who is not of finance may add, change and
            remove only the rows of a department of theirs.
        orders: which column's value comes after which other's in each row.
    """

    name: str
    says: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    writers: tuple[str, ...]
    own_rows: str = ""
    orders: tuple[After, ...] = ()

    @property
    def readers(self) -> tuple[str, ...]:
        """The roles that may see what is in it: those who write it, finance and analysts."""
        return tuple(dict.fromkeys((*self.writers, "finance", "analyst")))

    def may_write(self, roles: Sequence[str]) -> bool:
        """Whether somebody of these roles may put one in place."""
        return bool(set(roles) & set(self.writers))

    def may_read(self, roles: Sequence[str]) -> bool:
        """Whether somebody of these roles may see what is in it."""
        return bool(set(roles) & set(self.readers))

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def key_of(self, row: Row) -> tuple[Value, ...]:
        """What names a row."""
        return tuple(row[name] for name in self.key)


def _day(text: str) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError(text)
    found = date.fromisoformat(text)
    if found < FIRST_DAY:
        raise ValueError(text)
    return found.isoformat()


def _text(text: str) -> str:
    if "\x00" in text:
        raise ValueError(text)
    return text


def _month(text: str) -> str:
    """A month, as its first day or as YYYY-MM."""
    first = _day(text + "-01" if re.fullmatch(r"\d{4}-\d\d", text) else text)
    if not first.endswith("-01"):
        raise ValueError(text)
    return first


def _number(text: str) -> Decimal:
    if not NUMBER.match(text):
        raise ValueError(text)
    return Decimal(text)


def _not_negative(advice: str) -> Callable[[str], Decimal]:
    def read(text: str) -> Decimal:
        found = _number(text)
        if found < 0:
            raise Refused(text, advice)
        return found

    return read


def _yes_or_no(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(text)
        return text

    return read


def _currency(text: str) -> str:
    if not CURRENCY.match(text):
        raise ValueError(text)
    return text.lower()


def _country(text: str) -> str:
    if not COUNTRY.match(text):
        raise ValueError(text)
    return text


def _weekday_or_day(text: str) -> str:
    return text if text in WEEKDAYS else _day(text)


def _clock(text: str) -> str:
    if not CLOCK.match(text):
        raise ValueError(text)
    return text


def _zone(text: str) -> str:
    """A place's zone: one that the warehouse did not know as well would stop each build."""
    try:
        found = ZoneInfo(text).key
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError(text) from None
    if "/" not in found and found != "UTC":
        raise ValueError(text)
    return found


def text(name: str, example: str, may_be_empty: bool = False) -> Column:
    return Column(name, "a text", _text, TEXT_TYPE, example, may_be_empty, ("number",))


def day(name: str, example: str, may_be_empty: bool = False) -> Column:
    allowed = "a day from 1970 on, such as 2026-01-31"
    return Column(name, allowed, _day, DATE_TYPE, example, may_be_empty, ("day",))


def month(name: str, example: str) -> Column:
    allowed = "the first day of a month from 1970 on, such as 2026-01-01"
    return Column(name, allowed, _month, DATE_TYPE, example, cells=("day",))


def number(name: str, example: str) -> Column:
    allowed = "a number with a decimal point such as 1200.50, at most 15 digits on either side of it"
    return Column(name, allowed, _number, NUMBER_TYPE, example, cells=("number",))


def number_from_0(name: str, example: str, advice: str) -> Column:
    """A number that is not negative; `advice` says what to do with one that is."""
    allowed = "a number of 0 or more with a decimal point such as 1200.50, at most 15 digits on either side of it"
    return Column(name, allowed, _not_negative(advice), NUMBER_TYPE, example, cells=("number",))


def flag(name: str, example: str) -> Column:
    return Column(name, "true or false", _yes_or_no, FLAG_TYPE, example, cells=("flag",))


def currency(name: str = "currency", example: str = "usd") -> Column:
    return Column(name, "a currency of three letters such as usd", _currency, TEXT_TYPE, example)


def country(name: str = "country", example: str = "US") -> Column:
    return Column(name, "a country of two letters such as US", _country, TEXT_TYPE, example, may_be_empty=True)


def one_of(name: str, *allowed: str) -> Column:
    return Column(name, "one of " + ", ".join(allowed), _one_of(*allowed), TEXT_TYPE, allowed[0])


def weekday_or_day(name: str, example: str) -> Column:
    allowed = "a day of the week such as Monday, or a day such as 2026-12-25"
    return Column(name, allowed, _weekday_or_day, TEXT_TYPE, example, cells=("day",))


def clock(name: str, example: str) -> Column:
    allowed = "a time of the day such as 09:00, up to 24:00"
    return Column(name, allowed, _clock, TEXT_TYPE, example, may_be_empty=True)


def zone(name: str, example: str) -> Column:
    return Column(name, "a time zone such as Europe/Berlin, or UTC", _zone, TEXT_TYPE, example, may_be_empty=True)
