"""Which files a page offers to whom, with what is chosen on it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from app.access import Viewer
from app.dashboard import Dashboard, Quarrel
from app.export.asked import FORMATS, SAID, Format, link
from app.export.gather import Part, parts_of, readers_of
from app.ui.chosen import Choice
from app.ui.export_menu import Way

WHOLE = "The whole page"


def ways(dashboard: Dashboard, viewer: Viewer, choice: Choice) -> tuple[Way, ...]:
    """The page first, then each of its panels; nothing where a page has none that leaves."""
    return _ways(dashboard, replace(viewer, email="", address=""), Choice(address=choice.address))


@lru_cache(maxsize=512)
def _ways(dashboard: Dashboard, viewer: Viewer, choice: Choice) -> tuple[Way, ...]:
    """The same for all who hold these roles, and kept: every click on a page draws it."""
    parts = [part for part in parts_of(dashboard) if readers_of(part, viewer)]
    if not parts:
        return ()
    name = f"“{dashboard.title}”" if dashboard.names else WHOLE
    whole = Way(name, _links(dashboard, choice, 0, ("pdf", "xlsx", "png")))
    if len(parts) == 1:
        return (Way(name, (*whole.links, *_links(dashboard, choice, parts[0].number, ("csv",)))),)
    return (whole, *(Way(part.name, _links(dashboard, choice, part.number, formats(part))) for part in parts))


def formats(part: Part) -> tuple[Format, ...]:
    """What a panel leaves as: the reconciliation's records are one table of each figure."""
    return ("pdf", "xlsx", "csv") if isinstance(part.panel, Quarrel) else FORMATS


def _links(dashboard: Dashboard, choice: Choice, panel: int, kinds: tuple[Format, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((SAID[kind], link(dashboard, kind, choice, panel)) for kind in kinds)
