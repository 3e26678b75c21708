"""Numbers, dates and ages as people read them. No clock, no Streamlit.

A true minus, a thin space before percent signs and units, a fixed number of decimals per unit. Money in
prose is short ($12.11M), money in tables is whole (1,009,482). What stands between digits, and what comes first of a
day, is as the installation's locale has it (app/manner.py); here they are described as in en-GB.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from app.manner import MONTHS, current

MINUS = "\u2212"
THIN = "\u2009"
MISSING = "n/a"
TIMES = "\u00d7"


@dataclass(frozen=True)
class Figure:
    """A number set for a tile: what stands before it, the digits, and its unit behind."""

    before: str
    digits: str
    unit: str

    def __str__(self) -> str:
        gap = THIN if self.unit and self.unit not in ("K", "M", "B", TIMES) else ""
        return f"{self.before}{self.digits}{gap}{self.unit}"


def is_missing(value: float | None) -> bool:
    return value is None or math.isnan(value)


def number(value: float, decimals: int = 0) -> str:
    """1234.5 → 1,234.5 with a true minus; never "−0"."""
    text = f"{abs(value):,.{decimals}f}"
    is_zero = not any(digit in text for digit in "123456789")
    return (MINUS if value < 0 and not is_zero else "") + current().numeral(text)


def signed(value: float, decimals: int = 0) -> str:
    """Like `number`, with a plus for what is above zero as printed."""
    text = number(value, decimals)
    if text.startswith(MINUS) or not any(digit in text for digit in "123456789"):
        return text
    return "+" + text


def scaled(value: float) -> tuple[float, str, int]:
    """Money brought to K, M or B with the decimals that keep four digits or so."""
    size = abs(value)
    if size >= 999_500_000:
        return value / 1e9, "B", 2
    if size >= 999_500:
        return value / 1e6, "M", 2
    if size >= 10_000:
        return value / 1e3, "K", 1
    return value, "", 0


def money(value: float, decimals: int | None = None) -> str:
    """12113784 → $12.11M, −27060 → −$27.1K, 950 → $950."""
    amount, suffix, usual = scaled(value)
    text = number(amount, usual if decimals is None else decimals)
    return f"{MINUS if text.startswith(MINUS) else ''}${text.removeprefix(MINUS)}{suffix}"


def signed_money(value: float) -> str:
    """Like `money`, with a plus for what is above zero as printed."""
    text = money(value)
    return text if text.startswith(MINUS) or not any(digit in text for digit in "123456789") else f"+{text}"


def money_axis(value: float) -> str:
    """Money on an axis or in a forecast, one decimal fewer than the fact: $14.3M, $8M."""
    amount, suffix, usual = scaled(value)
    text = f"{abs(amount):,.{max(usual - 1, 0)}f}"
    text = text.removesuffix(".0")
    return f"{MINUS if value < 0 and text != '0' else ''}${current().numeral(text)}{suffix}"


def percent(ratio: float, decimals: int = 1) -> str:
    return f"{number(ratio * 100, decimals)}{THIN}%"


def signed_percent(ratio: float, decimals: int = 1) -> str:
    return f"{signed(ratio * 100, decimals)}{THIN}%"


def ratio_decimals(ratio: float) -> int:
    """Two decimals for what is a few per cent, one for the rest."""
    return 2 if abs(ratio) < 0.10 else 1


def figure(value: float, unit: str) -> Figure:
    """A metric's value set for a tile. Units: usd, count, ratio (in per cent), times, months, days."""
    if unit == "usd":
        amount, suffix, decimals = scaled(value)
        text = number(amount, decimals)
        return Figure(f"{MINUS if text.startswith(MINUS) else ''}$", text.removeprefix(MINUS), suffix)
    if unit == "ratio":
        return Figure("", number(value * 100, ratio_decimals(value)), "%")
    if unit == "times":
        return Figure("", number(value, 2), TIMES)
    if unit == "count":
        return Figure("", number(value), "")
    return Figure("", number(value, 1), unit)


def change(now: float, before: float, unit: str) -> str:
    """A change by the metric's unit: money in per cent, ratios in points, the rest in their unit.

    Money that is or was below zero changes in dollars: a part of a loss, or of nothing, is no rate.
    """
    if unit == "usd":
        return signed_percent((now - before) / before) if before > 0 and now >= 0 else signed_money(now - before)
    if unit == "ratio":
        return f"{signed((now - before) * 100, ratio_decimals(now))}{THIN}pt"
    if unit == "times":
        return signed(now - before, 2) + TIMES
    if unit == "count":
        return signed(now - before)
    return f"{signed(now - before, 1)}{THIN}{unit}"


def day(moment: date) -> str:
    """31 Oct"""
    return current().day(moment)


def long_day(moment: date) -> str:
    """31 October 2026"""
    return current().day_and_year(moment, is_long=True)


def short_date(moment: date) -> str:
    """31 Oct 2026"""
    return current().day_and_year(moment)


def month_name(moment: date) -> str:
    """October"""
    return MONTHS[moment.month - 1]


def month_year(moment: date) -> str:
    """October 2026"""
    return f"{MONTHS[moment.month - 1]} {moment.year}"


def as_utc(moment: datetime) -> datetime:
    """A moment with its zone; what the warehouse gives without one is UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def clock(local: datetime) -> str:
    """06:00 of a moment in the zone in which it is to be read."""
    return current().clock(local)


def clock_time(moment: datetime, zone: tzinfo) -> str:
    """22 Nov 2026, 06:00 in the given zone."""
    return current().instant(as_utc(moment).astimezone(zone))


def long_time(moment: datetime, zone: tzinfo) -> str:
    """22 November 2026, 06:00 in the given zone."""
    return current().instant(as_utc(moment).astimezone(zone), is_long=True)


def age(moment: datetime, now: datetime) -> str:
    """just now · 8 min ago · 3 h 10 min ago · 4 days ago. What lies ahead is "just now"."""
    minutes = int((as_utc(now) - as_utc(moment)).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes}{THIN}min ago"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}{THIN}h {rest}{THIN}min ago" if rest else f"{hours}{THIN}h ago"
    days = hours // 24
    return f"{days} day ago" if days == 1 else f"{days} days ago"


def seconds(duration: float) -> str:
    """0.4 s · 12 s · 3 min 5 s"""
    if duration < 10:
        return f"{number(duration, 1)}{THIN}s"
    if duration < 60:
        return f"{duration:.0f}{THIN}s"
    minutes, rest = divmod(round(duration), 60)
    return f"{minutes}{THIN}min {rest}{THIN}s"


def in_sentence(label: str) -> str:
    """A label as it stands inside a sentence: Recognised revenue → recognised revenue; MRR stays MRR."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def words(things: list[str]) -> str:
    """a · a and b · a, b and c"""
    if len(things) < 2:
        return "".join(things)
    return f"{', '.join(things[:-1])} and {things[-1]}"
