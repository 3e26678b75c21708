"""A portal that really runs: Postgres with invented marts, the identity provider and the portal as processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.login import issuer_url, public_url
from app.settings import ROOT, Settings
from pipelines.migrate import migrate
from pipelines.ports import port_of
from pipelines.postgres import Cluster
from tests import template

from .invented import AS_OF, fill

PATIENCE_SECONDS = 180  # the machine may be busy with other tests


@dataclass(frozen=True)
class Portal:
    """A running portal: where it is and whose home it uses."""

    url: str
    settings: Settings

    def log(self) -> str:
        return (self.settings.home / "portal.log").read_text()


@pytest.fixture(scope="session")
def filled(make_settings: Callable[..., Settings]) -> Iterator[Settings]:
    """A home whose warehouse holds the invented marts."""
    with home_with_marts(make_settings(session_hours=1)) as settings:
        yield settings


@pytest.fixture(scope="session")
def portal(filled: Settings) -> Iterator[Portal]:
    """The portal and its identity provider, as processes."""
    with serving(filled) as running:
        yield running


@contextmanager
def home_with_marts(settings: Settings) -> Iterator[Settings]:
    """Fills a fresh home's warehouse with the invented marts; its server runs until the block ends."""
    template.lay(settings)
    server = Cluster(settings, "warehouse")
    server.start()
    try:
        migrate(settings)
        fill(settings)
        clock = settings.home / "sandbox" / "clock"
        clock.parent.mkdir(parents=True, exist_ok=True)
        clock.write_text(AS_OF.isoformat())
        yield settings
    finally:
        server.stop()


@contextmanager
def serving(settings: Settings) -> Iterator[Portal]:
    """The portal and the identity provider of a filled home, until the block ends."""
    port_of(settings, "portal")
    url = public_url(settings)
    with (
        process(settings, "pipelines.sandbox.identity_provider", issuer_url(settings) + "/jwks"),
        process(settings, "app.serve", url + "/healthz"),
    ):
        yield Portal(url, settings)


@contextmanager
def process(settings: Settings, module: str, ready: str) -> Iterator[None]:
    """A module run as a process until the block ends; waits until an address answers."""
    environment = {**os.environ, "PLUMBLINE_HOME": str(settings.home), "PLUMBLINE_PORT": str(settings.port),
                   "PLUMBLINE_SANDBOX_SCALE": settings.sandbox_scale, "PLUMBLINE_HOST": settings.host,
                   "PLUMBLINE_SESSION_HOURS": str(settings.session_hours)}  # fmt: skip
    name = "portal" if module == "app.serve" else module.rpartition(".")[2]
    log = Path(settings.home / f"{name}.log")
    with log.open("wb") as out:
        running = subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, env=environment, stdout=out, stderr=out)
        try:
            wait_for(ready, running, log)
            yield
        finally:
            running.terminate()
            running.wait(PATIENCE_SECONDS)


def wait_for(address: str, running: subprocess.Popen[bytes], log: Path) -> None:
    """Until the address answers at all.

    Raises:
        RuntimeError: the process ended, or patience did.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and running.poll() is None:
        try:
            httpx.get(address, timeout=2)
            return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError(f"{address} does not answer:\n{log.read_text()[-3000:]}")
