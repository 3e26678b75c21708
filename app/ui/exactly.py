"""A figure unrounded, as its passport states it. Pure."""

from __future__ import annotations

from app.ui import format as f


def exact(value: float | None, unit: str) -> str:
    """The figure unrounded as far as its unit goes."""
    if value is None:
        return f.MISSING
    if unit == "usd":
        return f"{f.MINUS if value < 0 else ''}${f.number(abs(value), 2)}"
    if unit == "times":
        return f"{f.number(value, 4)}{f.TIMES}"
    return f.percent(value, 2) if unit == "ratio" else f"{f.number(value, 0 if unit == 'count' else 1)} {unit}"
