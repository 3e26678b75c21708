"""Keeps services alive: restarts one that died, after a growing pause, and gives up on one that keeps dying."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from threading import Event
from time import monotonic

from app.errors import PlumblineError
from app.settings import Settings
from pipelines import process
from pipelines.services import Service, ensure

PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds before each restart; a service that dies once more within `CALM_SECONDS` is given up."""
CALM_SECONDS = 300.0


@dataclass
class _Health:
    """What the supervisor remembers of one service."""

    deaths: int = 0
    is_down: bool = False
    restart_at: float = 0.0
    up_since: float = 0.0
    has_given_up: bool = False


@dataclass
class Supervisor:
    """Watches services that have been started.

    Attributes:
        settings: of this home.
        services: what to keep alive, in the order of starting.
        tell: is given one line about everything that happens.
        clock: seconds that only grow; a test gives its own.
    """

    settings: Settings
    services: Sequence[Service]
    tell: Callable[[str], None]
    clock: Callable[[], float] = monotonic
    _health: dict[str, _Health] = field(default_factory=dict)

    def watch(self, until: Event, every: float = 1.0) -> None:
        """Looks after the services until the event is set."""
        while not until.wait(every):
            self.look()

    def look(self) -> None:
        """Looks once at each service."""
        for service in self.services:
            health = self._health.setdefault(service.name, _Health(up_since=self.clock()))
            if health.has_given_up:
                continue
            if service.process(self.settings) is not None:
                if health.deaths and self.clock() - health.up_since > CALM_SECONDS:
                    health.deaths = 0
            elif not health.is_down:
                self._note_death(service, health, "It ended by itself.")
            elif self.clock() >= health.restart_at:
                self._restart(service, health)

    def _note_death(self, service: Service, health: _Health, why: str) -> None:
        health.deaths += 1
        health.is_down = True
        if health.deaths > len(PAUSES):
            health.has_given_up = True
            self._mark(service, "gave_up", len(PAUSES), f"Ended {health.deaths} times. {why}")
            self.tell(f"{service.name}: given up after {health.deaths} ends. {why}")
            return
        pause = PAUSES[health.deaths - 1]
        health.restart_at = self.clock() + pause
        self.tell(f"{service.name}: {why} Starting it again in {pause:.0f} s.")

    def _restart(self, service: Service, health: _Health) -> None:
        try:
            ensure(self.settings, service, "up")
        except PlumblineError as error:
            self._note_death(service, health, str(error))
            return
        health.is_down = False
        health.up_since = self.clock()
        self._mark(service, "up", health.deaths, "")
        self.tell(f"{service.name}: up again.")

    def _mark(self, service: Service, state: process.State, restarts: int, note: str) -> None:
        record = process.read_record(self.settings, service.name)
        if record is not None:
            fresh = replace(record, state=state, restarts=restarts, note=note)
            process.write_record(self.settings, service.name, fresh)
