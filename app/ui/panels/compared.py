"""Compared: to be written."""

from __future__ import annotations

from app.dashboard import Compared
from app.ui.panels.frame import Picture, empty
from app.ui.reading import Reading


def make(reading: Reading, panel: Compared) -> Picture:
    """Reads and composes the panel."""
    return empty("a comparison", "To be written.")
