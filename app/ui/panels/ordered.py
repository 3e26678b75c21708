"""Ordered: to be written."""

from __future__ import annotations

from app.dashboard import Ordered
from app.ui.panels.frame import Picture, empty
from app.ui.reading import Reading


def make(reading: Reading, panel: Ordered) -> Picture:
    """Reads and composes the panel."""
    return empty("parts", "To be written.")
