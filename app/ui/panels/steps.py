"""Steps: to be written."""

from __future__ import annotations

from app.dashboard import Steps
from app.ui.panels.frame import Picture, empty
from app.ui.reading import Reading


def make(reading: Reading, panel: Steps) -> Picture:
    """Reads and composes the panel."""
    return empty("steps", "To be written.")
