"""Titles of panels that set the parts of a whole side by side; each computed from the rows below it. Pure.

Amounts come as they are to be read ("$12.9K"), shares as fractions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from app.ui import format as f

UNNAMED = ("No campaign", "Unattributed", "Unknown", "Not known", "Not set", "(not set)")
"""Parts that are nobody's: rows like others, but they lead nothing."""
MONEY = "usd"
PLAIN = ("count", "items")


def noun(label: str) -> str:
    """A metric's label inside a sentence, without what it is split by: "Customers by health" → "customers"."""
    return f.in_sentence(label.split(" by ")[0])


def whole_percent(share: float) -> str:
    """A share in whole per cent; never "100 %" or "0 %" of what is a little less or more than that."""
    rounded = round(share * 100)
    if (rounded >= 100 and share < 1) or (rounded == 0 and share > 0):
        return f.percent((math.floor(share * 1000) if share > 0.5 else math.ceil(share * 1000)) / 1000)
    return f.percent(share, 0)


def held(label: str, unit: str, name: str, share: float) -> str:
    """Such as "Over 90 days holds 81 % of receivables", "Healthy makes up 78 % of customers"."""
    how_much = "all" if share >= 1 else whole_percent(share)
    if name.endswith("users"):
        return f"{name} make up {how_much} of {noun(label)}"
    return f"{name} {'holds' if unit == MONEY else 'makes up'} {how_much} of {noun(label)}"


def highest(label: str, name: str, amount: str) -> str:
    """Such as "Win rate is highest for Partner: 41.2 %"."""
    return f"{label} is highest for {name}: {amount}"


def leads(label: str, unit: str, better: str, parts: Sequence[tuple[str, float, str]], several: str) -> str:
    """Such as "Ann Lee leads with $48.4K of credited bookings", "13 of 17 features lead with 100 % feature adoption".

    Args:
        label, unit, better: the metric's.
        parts: each part that has a value, with it and as it is printed, largest first.
        several: what the parts are called.
    """
    known = [part for part in parts if part[0] not in UNNAMED]
    known = known if any(value for _, value, _ in known) else list(parts)
    if not known:
        return f"No {noun(label)} yet"
    if all(value == 0 for _, value, _ in known):
        return f"No {noun(label)} in the month"
    first, largest, amount = known[0]
    equal = sum(printed == amount for _, _, printed in known)
    who = first if equal == 1 else f"{equal} of {len(parts)} {several}"
    if better == "down" or largest <= 0 or unit not in (MONEY, *PLAIN, "ratio", "times"):
        return highest(label, who, amount)
    return f"{who} {'leads' if equal == 1 else 'lead'} with {amount}{' of ' if unit == MONEY else ' '}{noun(label)}"
