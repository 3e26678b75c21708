"""Cohorts: to be written."""

from __future__ import annotations

from app.dashboard import Cohorts
from app.ui.panels.frame import Picture, empty
from app.ui.reading import Reading


def make(reading: Reading, panel: Cohorts) -> Picture:
    """Reads and composes the panel."""
    return empty("cohorts", "To be written.")
