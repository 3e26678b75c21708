"""Records: to be written."""

from __future__ import annotations

from app.dashboard import Records
from app.ui.panels.frame import Picture, empty
from app.ui.reading import Reading


def make(reading: Reading, panel: Records) -> Picture:
    """Reads and composes the panel."""
    return empty("records", "To be written.")
