"""A service that is a Python module of ours, run in the foreground until SIGTERM."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, sleep

import httpx
import psutil
from pydantic import SecretStr

from app.errors import DependencyMissing
from app.login import bracketed, reached_at
from app.settings import ROOT, Settings
from pipelines import ports, process
from pipelines.logged import put_aside
from pipelines.process import Owner

HEALTH_SECONDS = 5
QUIET = {
    "DO_NOT_TRACK": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONUNBUFFERED": "1",
    "SODA_CORE_TELEMETRY_ENABLED": "false",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
}
"""What keeps every process of ours from calling home, and from taking all cores."""

_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Program:
    """A service that is a Python module run in the foreground until SIGTERM.

    Attributes:
        name: what people call it; also that of its record and log.
        module: run as `python -m module` would, by `pipelines.logged`.
        ports: names in `pipelines.ports` that it listens on; ready means that all of them answer.
        instead: the setting that, where it is set, takes the service's place.
        is_sandbox: whether only the sandbox has it.
        patience: seconds until it must answer; one that ends before is noticed at once.
        health: the path of its first port that answers while it is well; nothing where there is none.
        beat: seconds within which it says that it goes on (`process.beat`); 0: it never does.
        where: says whether a home has it; without, every home does that the other values let have it.
    """

    name: str
    module: str
    ports: tuple[str, ...] = ()
    instead: str = ""
    is_sandbox: bool = False
    patience: float = 180.0
    health: str = ""
    beat: float = 0.0
    where: Callable[[Settings], bool] | None = None

    def is_configured(self, settings: Settings) -> bool:
        is_replaced = bool(self.instead and getattr(settings, self.instead))
        return (settings.has_sandbox or not self.is_sandbox) and not is_replaced and (
            self.where is None or self.where(settings)
        )

    def process(self, settings: Settings) -> psutil.Process | None:
        return process.alive(settings, self.name)

    def start(self, settings: Settings, owner: Owner) -> None:
        for port in self.ports:
            ports.require_free(ports.port_of(settings, port), port, _host_of(settings, port))
        log = log_of(settings, self.name)
        before = log.stat().st_size if log.exists() else 0
        with log.open("ab") as out:
            child = subprocess.Popen(
                [sys.executable, "-m", "pipelines.logged", self.module, str(log)],
                cwd=ROOT,
                env=environment(settings),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _children[child.pid] = child
        record = process.record_of(child.pid, owner)
        process.write_record(settings, self.name, record)
        self._wait(settings, child, log, before)
        process.write_record(settings, self.name, replace(record, state="up"))

    def answers(self, settings: Settings) -> bool:
        """Whether it says anything at its health path, or that it goes on: a process may live and hang. True of one
        that never does.
        """
        living = self.process(settings) if self.beat else None
        if living is not None and process.silent_seconds(settings, self.name, living) > self.beat:
            return False
        if not self.health:
            return True
        host = bracketed(_host_of(settings, self.ports[0]))
        try:
            httpx.get(f"http://{host}:{ports.port_of(settings, self.ports[0])}{self.health}", timeout=HEALTH_SECONDS)
        except httpx.HTTPError:
            return False
        return True

    def stop(self, settings: Settings) -> None:
        living = self.process(settings)
        if living is not None:
            process.end(living)
            _reap(living.pid)
        process.forget(settings, self.name)

    def _wait(self, settings: Settings, child: subprocess.Popen[bytes], log: Path, before: int) -> None:
        give_up = monotonic() + self.patience
        while monotonic() < give_up:
            if child.poll() is not None:
                raise DependencyMissing(
                    f"The service {self.name} ended with code {child.returncode} before it was ready. "
                    f"Expected it to stay. Last of its log: {_last_words(log, before)} Its log: {log}"
                )
            if all(
                ports.is_listening(ports.port_of(settings, port), _host_of(settings, port)) for port in self.ports
            ):
                return
            sleep(0.05)
        process.end(psutil.Process(child.pid))
        raise DependencyMissing(
            f"The service {self.name} did not answer within {self.patience:.0f} s and was ended. "
            f"Last of its log: {_last_words(log, before)} Its log: {log}"
        )


def environment(settings: Settings) -> Mapping[str, str]:
    """The environment of a process of ours: this one's, with exactly these settings, and telemetry off."""
    given = {name: getattr(settings, name) for name in type(settings).model_fields}
    texts = {
        f"PLUMBLINE_{name.upper()}": value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in given.items()
        if value is not None
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PLUMBLINE_")}
    return inherited | QUIET | texts


def log_of(settings: Settings, name: str) -> Path:
    """The log file of a service; one that has grown too long is put aside first, and one older is kept."""
    folder = settings.home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{name}.log"
    put_aside(log)
    return log


def _host_of(settings: Settings, port: str) -> str:
    """Where a port is reached: the portal where its setting says, all else on loopback."""
    return reached_at(settings) if port == "portal" else ports.LOOPBACK


def _last_words(log: Path, since: int) -> str:
    """The last line that says something, written after the byte `since`."""
    with log.open("rb") as file:
        file.seek(since)
        lines = [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    return repr(lines[-1][:400]) if lines else "nothing."


def _reap(pid: int) -> None:
    child = _children.pop(pid, None)
    if child is not None:
        child.wait()
