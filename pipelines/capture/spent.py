"""Where the time of the capture goes, for a bench: seconds by activity."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Literal

Activity = Literal[
    "copying", "indexing", "waiting", "reading", "decoding", "handing", "staging", "merging", "committing"
]
"""copying, indexing: the first copy, and the keys of the tables after it. Of the thread that reads the log: waiting for
production to send, reading what it sent, decoding and assembling it, handing it over (waiting until it is taken). Of
the thread that applies: staging by COPY, merging the stage into the raw table, committing."""


class Spent:
    """Adds up. Two threads work side by side, so that the sum is more than what passed by the clock."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def add(self, activity: Activity, seconds: float) -> None:
        """So much more; each activity belongs to one thread."""
        self.seconds[activity] = self.seconds.get(activity, 0.0) + seconds

    @contextmanager
    def on(self, activity: Activity) -> Iterator[None]:
        """What passes inside."""
        began = perf_counter()
        try:
            yield
        finally:
            self.add(activity, perf_counter() - began)
