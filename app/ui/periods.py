"""Periods as people call them, whatever their length. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from app.compile.scope import after
from app.question import COMPARISONS
from app.ui import format as f


def called(start: date, grain: str) -> str:
    """October 2026 · Q4 2026 · 2026 · week of 5 Oct 2026 · 5 Oct 2026"""
    if grain == "month":
        return f.month_year(start)
    if grain == "quarter":
        return f"Q{(start.month + 2) // 3} {start.year}"
    if grain == "year":
        return str(start.year)
    return f"{'week of ' if grain == 'week' else ''}{f.short_date(start)}"


def short(start: date, grain: str) -> str:
    """As a column's header: Oct 2026, else as `called`."""
    return f"{f.month_name(start)[:3]} {start.year}" if grain == "month" else called(start, grain)


def end_of(start: date, grain: str) -> date:
    """The last day of a period."""
    return after(start, grain) - timedelta(days=1)


def earlier(start: date, grain: str, compare: str) -> str:
    """What a period is set beside, in a word or two: September · October 2025."""
    if grain != "month":
        return f"the {compare.replace('_', ' ')}"
    back = COMPARISONS[compare]
    index = start.year * 12 + start.month - 1 - back
    then = date(index // 12, index % 12 + 1, 1)
    return f.month_name(then) if back < 12 else f.month_year(then)
