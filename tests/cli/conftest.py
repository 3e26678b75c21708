"""A command of `plumbline` in this process, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from app.settings import Settings, get_settings
from pipelines.cli import run
from pipelines.program import environment


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


Plumbline = Callable[..., Ended]


@pytest.fixture
def plumbline(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Plumbline]:
    """Runs a command in a home, in this process, and tells how it ended."""

    def ask(settings: Settings, *arguments: str) -> Ended:
        for name, value in environment(settings).items():
            if name.startswith("PLUMBLINE_"):
                monkeypatch.setenv(name, value)
        get_settings.cache_clear()
        code = run(arguments)
        said = capfd.readouterr()
        return Ended(code, said.out, said.err)

    yield ask
    get_settings.cache_clear()
