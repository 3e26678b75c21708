"""The supervisor: restarts with growing pauses, gives up on what keeps dying, forgets an old death."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import psutil
import pytest

from app.errors import DependencyMissing
from app.settings import Settings
from pipelines.process import Owner, read_record, record_of, write_record
from pipelines.supervisor import CALM_SECONDS, PAUSES, Supervisor


@dataclass
class Mortal:
    """A service that lives while `lives` is true; its process is this very one."""

    name: str = "mailbox"
    ports: tuple[str, ...] = ()
    lives: bool = True
    can_start: bool = True
    started: int = 0

    def is_configured(self, settings: Settings) -> bool:
        return True

    def process(self, settings: Settings) -> psutil.Process | None:
        return psutil.Process() if self.lives else None

    def start(self, settings: Settings, owner: Owner) -> None:
        if not self.can_start:
            raise DependencyMissing("It will not start.")
        self.started += 1
        self.lives = True
        write_record(settings, self.name, record_of(psutil.Process().pid, owner))

    def stop(self, settings: Settings) -> None:
        self.lives = False


@dataclass
class Watch:
    """A supervisor with a clock that the test moves."""

    settings: Settings
    service: Mortal = field(default_factory=Mortal)
    now: float = 0.0
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.service.start(self.settings, "up")
        self.supervisor = Supervisor(self.settings, [self.service], self.told.append, clock=lambda: self.now)
        self.supervisor.look()

    def after(self, seconds: float) -> None:
        self.now += seconds
        self.supervisor.look()


@pytest.fixture
def watch(make_settings: Callable[..., Settings]) -> Watch:
    return Watch(make_settings())


def test_a_dead_service_is_started_again_after_its_pause(watch: Watch) -> None:
    watch.service.lives = False
    watch.after(1)
    watch.after(PAUSES[0] - 0.1)
    assert watch.service.started == 1
    watch.after(0.2)
    assert watch.service.started == 2
    record = read_record(watch.settings, "mailbox")
    assert record is not None
    assert (record.state, record.restarts) == ("up", 1)
    assert watch.told == ["mailbox: It ended by itself. Starting it again in 1 s.", "mailbox: up again."]


def test_a_service_that_keeps_dying_is_given_up_and_says_so(watch: Watch) -> None:
    for pause in PAUSES:
        watch.service.lives = False
        watch.after(1)
        watch.after(pause)
        assert watch.service.lives
    watch.service.lives = False
    watch.after(1)
    watch.after(10_000)
    assert watch.service.started == 1 + len(PAUSES)
    record = read_record(watch.settings, "mailbox")
    assert record is not None
    assert (record.state, record.note) == ("gave_up", "Ended 6 times. It ended by itself.")


def test_a_service_that_does_not_start_counts_as_dead(watch: Watch) -> None:
    watch.service.lives = watch.service.can_start = False
    watch.after(1)
    watch.after(PAUSES[0])
    assert watch.told[-1] == "mailbox: It will not start. Starting it again in 2 s."


def test_an_old_death_is_forgotten(watch: Watch) -> None:
    for _ in range(len(PAUSES) + 2):
        watch.service.lives = False
        watch.after(1)
        watch.after(PAUSES[0])
        assert watch.service.lives
        watch.after(CALM_SECONDS + 1)
