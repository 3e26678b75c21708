"""An embedded Postgres server as a service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import psutil

from app.errors import WarehouseDown
from app.settings import Settings
from pipelines import process
from pipelines.ports import is_listening, port_of
from pipelines.postgres import Cluster
from pipelines.process import Owner


@dataclass(frozen=True)
class Database:
    """A service that is an embedded Postgres server.

    Attributes:
        name: what people call it; also that of its data folder and log.
        instead: the setting that, where it is set, takes the service's place.
        is_sandbox: whether only the sandbox has it.
    """

    name: Literal["warehouse", "production"]
    instead: str = ""
    is_sandbox: bool = False

    @property
    def ports(self) -> tuple[str, ...]:
        return (self.name,)

    def is_configured(self, settings: Settings) -> bool:
        replaced = bool(self.instead and getattr(settings, self.instead))
        return (settings.has_sandbox or not self.is_sandbox) and not replaced

    def process(self, settings: Settings) -> psutil.Process | None:
        """Its postmaster, whoever started it: a server outlives the process that did."""
        if not self._is_made(settings):
            return None
        cluster = Cluster(settings, self.name)
        if not cluster.is_running():
            return None
        try:
            return psutil.Process(int((cluster.data / "postmaster.pid").read_text().split()[0]))
        except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
            return None

    def answers(self, settings: Settings) -> bool:
        """Whether something accepts connections at its port; whether it takes questions shows when it is asked."""
        return is_listening(port_of(settings, self.name))

    def start(self, settings: Settings, owner: Owner) -> None:
        """Starts the server; a command starts only one that `plumbline up` has made.

        Raises:
            WarehouseDown: a command asked for a server that was never made in this home.
        """
        if owner == "command" and not self._is_made(settings):
            raise WarehouseDown(
                f"There is no {self.name} database in {settings.home} yet. Expected one that `plumbline up` made. "
                "Run `plumbline up` first, or set PLUMBLINE_HOME to the folder that holds yours."
            )
        Cluster(settings, self.name).start()
        living = self.process(settings)
        if living is not None:
            process.write_record(settings, self.name, process.record_of(living.pid, owner, "up"))

    def stop(self, settings: Settings) -> None:
        if self._is_made(settings):
            Cluster(settings, self.name).stop()
        process.forget(settings, self.name)

    def _is_made(self, settings: Settings) -> bool:
        return (settings.home / "postgres" / self.name).exists()
