"""Saved dashboards: what is kept of one. Whose it is, its versions and who may open it is app/saved's."""

from __future__ import annotations

from app.errors import DashboardChanged, DashboardError
from app.own.layout import Layout, judged, parse
from app.saved.rows import SavedThing
from app.saved.store import Kind

SavedDashboard = SavedThing[Layout]


def _judge(layout: Layout) -> None:
    """Says no to what could not be read back.

    Raises:
        DashboardError: why.
    """
    parse(layout.json_text())


DASHBOARDS = Kind("dashboard", judged, Layout.json_text, _judge, DashboardError, DashboardChanged)
