"""Whether those who use a feature come again, beside those who could use it and do not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from math import sqrt

from pipelines.sandbox.figures.product_active import PRODUCT_OF
from pipelines.sandbox.figures.product_adoption import Able
from pipelines.sandbox.figures.product_panel import Panel, Row, counted
from pipelines.sandbox.figures.told import Told, divided

AFTER = timedelta(days=28)
Z = 1.959963984540054
CUT = ("feature", "product", "adoption", "plan", "country")
Groups = dict[tuple[date, str], dict[str, list[bool]]]
"""Month and feature → Adopters and Others → of each whether they came again."""


def lift(panel: Panel, able: list[Able]) -> Iterator[Told]:
    """Month by month, once the 28 days after its close are over."""
    days_of: dict[int, set[date]] = {}
    for each in panel.past:
        days_of.setdefault(each.who.id, set()).add(each.day)
    base: list[Row] = []
    again: list[Row] = []
    groups: Groups = {}
    for one in able:
        if not one.month.is_followed:
            continue
        until = one.month.day + AFTER
        for user in {done.who.id for done in one.done}:
            came = any(one.month.day < day <= until for day in days_of[user])
            for feature in one.features:
                group = "Adopters" if one.uses_by[user, feature.name] >= feature.needed else "Others"
                parts = {**one.parts, "feature": feature.name, "product": PRODUCT_OF[feature.name], "adoption": group}
                base.append((one.month.month, parts, user))
                again.append((one.month.month, parts, user if came else None))
                groups.setdefault((one.month.month, feature.name), {}).setdefault(group, []).append(came)
    users, retained = counted("feature_base_users", CUT, base), counted("feature_retained_users", CUT, again)
    yield from users
    yield from retained
    yield from divided("feature_user_retention", retained, users)
    yield from _lifts(groups)


def _lifts(groups: Groups) -> Iterator[Told]:
    ends: dict[str, dict[tuple[date, str], Fraction]] = {"": {}, "_low": {}, "_high": {}}
    for key, told in groups.items():
        if len(told) == 2:
            for end, value in zip(ends, _newcombe(told["Adopters"], told["Others"]), strict=True):
                ends[end][key] = Fraction(f"{value:.6f}")
    for end, values in ends.items():
        yield Told(f"feature_retention_lift{end}", ("feature",), values)


def _newcombe(adopters: list[bool], others: list[bool]) -> tuple[float, float, float]:
    """The difference of two parts and its 95 % band (Newcombe 1998, method 10)."""
    (one, low_one, high_one), (two, low_two, high_two) = _wilson(adopters), _wilson(others)
    below = sqrt((one - low_one) ** 2 + (high_two - two) ** 2)
    above = sqrt((high_one - one) ** 2 + (two - low_two) ** 2)
    return one - two, one - two - below, one - two + above


def _wilson(came: list[bool]) -> tuple[float, float, float]:
    """A part and the ends of its 95 % interval (Wilson 1927)."""
    count, part = len(came), sum(came) / len(came)
    middle, scale = part + Z**2 / (2 * count), 1 + Z**2 / count
    reach = Z * sqrt(part * (1 - part) / count + Z**2 / (4 * count**2))
    return part, (middle - reach) / scale, (middle + reach) / scale
