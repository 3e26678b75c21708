"""The controls at the head of a page, as HTML: month, comparison, filters, events. Pure.

The address alone says what is chosen: nothing of it stands in this HTML, so that it is the same after each click, and
what is open stays open. `app/choices.js` marks the controls by the address, and writes there what is clicked.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape

from app.ui.chosen import COMPARISONS, EVENTS
from app.ui.dimension_words import noun, plural

MANY = 10
"""A longer list can be searched."""
Offered = tuple[tuple[str, tuple[str, ...]], ...]
"""Dimension, and the words of each of its values."""


@lru_cache(maxsize=256)
def bar_html(months: tuple[str, ...], filters: Offered, has_events: bool) -> str:
    """The controls beside each other.

    Args:
        months: those that can be chosen, as the address writes them, newest first.
        filters: what the page may be narrowed by.
        has_events: whether the timeline's events can be left out.
    """
    narrow = filters_html(filters) if filters else ""
    return (
        f'<div class="pl-choices st-key-choices" data-pl-choices>{month_html(months)}{compare_html()}{narrow}'
        f"{events_html() if has_events else ''}</div>"
    )


def month_html(months: Sequence[str]) -> str:
    """The newest month stands for no choice: its link goes on with time."""
    options = "".join(f'<option value="{escape(each) if at else ""}">{escape(each)}</option>'
                      for at, each in enumerate(months))  # fmt: skip
    return (
        '<label class="pl-choice pl-choice-month"><span class="pl-choice-name">Month</span>'
        f'<select aria-label="Month" data-pl-choice="month">{options}</select></label>'
    )


def compare_html() -> str:
    """One of few, side by side."""
    parts = "".join(
        f'<label><input type="radio" name="pl-compare" data-pl-choice="compare" value="{escape(words) if at else ""}">'
        f"<span>{escape(words)}</span></label>"
        for at, words in enumerate(COMPARISONS)
    )
    return (
        '<div class="pl-choice pl-choice-compare" role="radiogroup" aria-label="Compare with">'
        f'<span class="pl-choice-name">Compare with</span><div class="pl-segments">{parts}</div></div>'
    )


def filters_html(filters: Offered) -> str:
    """A button with the number of filters in use; behind it each dimension with what of it is chosen."""
    parts = "".join(filter_html(name, values) for name, values in filters)
    return (
        '<div class="pl-choice pl-choice-filters st-key-filters"><span class="pl-choice-name">Only where</span>'
        '<button type="button" class="pl-choice-button" popovertarget="pl-filters">Filters'
        "<span data-pl-count></span></button>"
        f'<div popover id="pl-filters" class="pl-opened pl-filters" role="group" aria-label="Filters">{parts}'
        '<button type="button" class="pl-filters-clear" data-pl-clear hidden>Clear all filters</button></div></div>'
    )


def filter_html(dimension: str, values: Sequence[str]) -> str:
    """A dimension: what of it is chosen, and behind that a box for each of its values."""
    whole, called = f"All {plural(dimension)}", noun(dimension)
    find = (
        f'<input type="search" data-pl-find placeholder="Search {escape(plural(dimension))}" '
        f'aria-label="Search {escape(plural(dimension))}">'
        f'<p class="pl-none" role="status" data-pl-none="No {escape(called)} reads like that."></p>'
        if len(values) > MANY
        else ""
    )
    boxes = "".join(
        f'<label><input type="checkbox" data-pl-choice="{dimension}"><span>{escape(each)}</span></label>'
        for each in values
    )
    return (
        f'<details class="pl-filter"><summary><b>{escape(called.capitalize())}</b>'
        f'<span data-pl-said="{dimension}" data-pl-all="{escape(whole)}">{escape(whole)}</span></summary>'
        f"{find}<div class=\"pl-boxes\">{boxes or '<p>Nothing to choose from yet.</p>'}</div></details>"
    )


def events_html() -> str:
    """On or off."""
    return (
        '<label class="pl-choice pl-choice-events st-key-events"><input type="checkbox" role="switch" '
        f'data-pl-choice="{EVENTS}"><span>Events</span></label>'
    )
