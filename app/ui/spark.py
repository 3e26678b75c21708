"""Small pictures without a chart: a sparkline and a target track, as HTML that follows the theme. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

WIDTH, HEIGHT, EDGE = 100.0, 30.0, 3.0


def heights(values: Sequence[float]) -> list[float]:
    """Each value's distance from the top, in a box of HEIGHT; a flat series lies in the middle."""
    low, high = min(values), max(values)
    if high == low:
        return [HEIGHT / 2] * len(values)
    span = HEIGHT - 2 * EDGE
    return [round(EDGE + span * (high - value) / (high - low), 2) for value in values]


def sparkline(values: Sequence[float], words: str) -> str:
    """A line through the values, oldest first, its last point marked; nothing for fewer than two values.

    Args:
        values: such as thirteen months.
        words: what a screen reader says instead.
    """
    if len(values) < 2:
        return '<div class="pl-spark"></div>'
    ys = heights(values)
    step = WIDTH / (len(values) - 1)
    path = "M" + "L".join(f"{round(index * step, 2)},{y}" for index, y in enumerate(ys))
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH:.0f} {HEIGHT:.0f}' preserveAspectRatio='none'>"
        f"<path d='{path}' fill='none' stroke='#000' stroke-width='1.75' stroke-linejoin='round' "
        "stroke-linecap='round' vector-effect='non-scaling-stroke'/></svg>"
    )
    mask = f"url(&quot;data:image/svg+xml,{quote(svg, safe='')}&quot;)"
    top = round(100 * ys[-1] / HEIGHT, 1)
    return (
        f'<div class="pl-spark" role="img" aria-label="{escape(words)}">'
        f'<div class="pl-spark-line" style="mask-image:{mask};-webkit-mask-image:{mask}"></div>'
        f'<div class="pl-spark-dot" style="top:{top}%"></div></div>'
    )


def track(value: float, target: float) -> str:
    """A bar up to the value and a tick at the target, on one scale that holds both with room to the right."""
    most = max(value, target, 0.0) * 1.33
    if most <= 0:
        return '<div class="pl-track"></div>'
    fill, tick = (round(100 * max(part, 0.0) / most, 1) for part in (value, target))
    return (
        f'<div class="pl-track"><div class="pl-track-fill" style="width:{fill}%"></div>'
        f'<div class="pl-track-tick" style="left:{tick}%"></div></div>'
    )
