"""What changed in production's tables without our being asked: told once, never a reason to lose a row."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from app.secrets import warehouse_url
from app.settings import Settings
from pipelines import drift as drifts

Kind = Literal[
    "new_column", "dropped_column", "changed_type", "renamed_table", "table_made_anew", "unpublished_table",
    "lost_table", "new_table", "lost_slot",
]  # fmt: skip
log = logging.getLogger("plumbline.capture")


@dataclass(frozen=True)
class Drift:
    """One such change.

    Attributes:
        stream: the raw table that it concerns.
        kind: what kind of change.
        found: what production has now.
        expected: what it had.
        do: what to do about it, as a sentence.
    """

    stream: str
    kind: Kind
    found: str
    expected: str
    do: str


Tell = Callable[[Drift], None]


def reporting(settings: Settings) -> Tell:
    """Opens an incident for each, and writes it into the log."""

    def report(drift: Drift) -> None:
        log.warning("drift in %s, %s: found %s; expected %s. %s", drift.stream, drift.kind, drift.found,
                    drift.expected, drift.do)
        incident = drifts.Drift("production", drift.stream, drift.kind, drift.stream, drift.found, drift.expected,
                                drift.do)
        engine = create_engine(warehouse_url(settings, "plumbline_worker"), poolclass=NullPool)
        with engine.begin() as connection:
            drifts.note(connection, [incident])

    return report
