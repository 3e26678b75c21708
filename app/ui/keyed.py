"""By what a cache of Streamlit's knows our own kinds of things: it would take a page apart on every click. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.access import Viewer
from app.dashboard import Dashboard

KEYED: dict[str | type[Any], Callable[[Any], Any]] = {
    Viewer: lambda viewer: viewer.roles,
    Dashboard: lambda dashboard: (dashboard.slug, dashboard.names, hash(dashboard)),
}
"""A viewer by their roles: what roles may see is the same for all who hold them. A page by all that it declares."""
