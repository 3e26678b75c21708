"""Lines: to be written."""

from __future__ import annotations

from app.dashboard import Lines
from app.ui.panels.frame import Picture, empty
from app.ui.reading import Reading


def make(reading: Reading, panel: Lines) -> Picture:
    """Reads and composes the panel."""
    return empty("lines", "To be written.")
