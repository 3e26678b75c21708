"""The builder's fields and shelves as a component of our own, in components/shelves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.metrics import catalogue
from app.reports.choices import Choice
from app.reports.report import TIME, Kind, Report
from app.reports.shapes import NAMES
from app.reports.shelves import SHELVES, names_on
from app.ui.component import mounted
from app.ui.dimension_words import noun

HINTS = {
    "values": "Drag a figure here", "rows": "Drag a field here: time, or what splits it",
    "columns": "Drag a field here: its parts stand side by side", "filters": "Drag a field here to narrow the report",
}  # fmt: skip
SPLIT = "Split by"


def label_of(name: str) -> str:
    """A field as it is called on a chip."""
    if name in catalogue():
        return catalogue()[name].label
    return "Time" if name == TIME else noun(name).capitalize()


def words_of(name: str) -> str:
    """What else a figure is found by."""
    return catalogue()[name].question if name in catalogue() else ""


def groups(found: Mapping[str, Choice], report: Report) -> list[dict[str, Any]]:
    """The fields under what they belong to, first what is needed next: figures, and then what splits them."""
    by_group: dict[str, list[dict[str, Any]]] = {SPLIT: []} if report.values else {}
    for name, choice in found.items():
        title = catalogue()[name].owner.replace("_", " ").capitalize() if name in catalogue() else SPLIT
        field = {"name": name, "label": label_of(name), "words": words_of(name), "why": dict(choice.reasons)}
        by_group.setdefault(title, []).append(field)
    return [{"title": title, "fields": fields} for title, fields in by_group.items()]


def draw(report: Report, found: Mapping[str, Choice], kinds: Mapping[Kind, str], key: str,
         heard: Callable[[], None]) -> None:  # fmt: skip
    """Draws the fields and shelves; `heard` is called when the reader has done something."""
    data = {
        "groups": groups(found, report),
        "kind": report.kind,
        "kinds": [{"name": kind, "label": NAMES[kind], "why": why} for kind, why in kinds.items()],
        "shelves": [
            {"name": shelf, "hint": HINTS[shelf],
             "fields": [{"name": name, "label": label_of(name)} for name in names_on(report, shelf)]}
            for shelf in SHELVES
        ],
    }  # fmt: skip
    mounted("shelves", "shelves", key=key, data=data, on_act_change=heard)
