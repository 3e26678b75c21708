"""Every long-running part of Plumbline: how it is started, known, and ended.

A service is a program (`python -m …`) or an embedded Postgres server. `running(settings, "warehouse")` gives a
command what it needs for as long as it needs it: starts what is not up, and ends only what it started.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Protocol

import psutil

from app.errors import UsageError
from app.settings import Settings
from pipelines import process
from pipelines.capture.credentials import is_captured
from pipelines.database import Database
from pipelines.made_for import refuse_other_home, refuse_other_warehouse
from pipelines.process import Owner
from pipelines.program import Program
from pipelines.turns import is_free


class Service(Protocol):
    """What the supervisor needs to know of a service."""

    @property
    def name(self) -> str: ...

    @property
    def ports(self) -> tuple[str, ...]:
        """The names in `pipelines.ports` of the ports it listens on."""

    def is_configured(self, settings: Settings) -> bool:
        """Whether this home has it at all (a server of the operator's own takes the place of ours)."""

    def process(self, settings: Settings) -> psutil.Process | None:
        """Its process while it lives, else None."""

    def answers(self, settings: Settings) -> bool:
        """Whether it answers while its process lives."""

    def start(self, settings: Settings, owner: Owner) -> None:
        """Starts it and returns when it answers."""

    def stop(self, settings: Settings) -> None:
        """Ends it and returns when it is gone; does nothing when it does not run."""


WAREHOUSE = Database("warehouse", "warehouse_url")
PRODUCTION = Database("production", is_sandbox=True)
VENDORS = Program("vendors", "pipelines.sandbox.vendors", ports=("vendors_http", "vendors_proxy"), is_sandbox=True)
MAILBOX = Program("mailbox", "pipelines.sandbox.mailbox", ports=("mailbox",), instead="smtp_host", is_sandbox=True)
IDENTITY = Program(
    "identity",
    "pipelines.sandbox.identity_provider",
    ports=("identity",),
    instead="oidc_issuer",
    is_sandbox=True,
)
CAPTURE = Program("capture", "pipelines.capture", where=is_captured)
PORTAL = Program("portal", "app.serve", ports=("portal",), health="/healthz")
LIVE = Program("live", "pipelines.live", beat=600.0)
SCHEDULER = Program("scheduler", "pipelines.scheduler", beat=60.0)

SERVICES: tuple[Service, ...] = (WAREHOUSE, PRODUCTION, CAPTURE, VENDORS, MAILBOX, IDENTITY, PORTAL, LIVE, SCHEDULER)
"""In the order in which they are started; ended the other way round."""


def configured(settings: Settings) -> tuple[Service, ...]:
    """The services that this home has, in their order."""
    return tuple(service for service in SERVICES if service.is_configured(settings))


def service_of(name: str) -> Service:
    """The service of that name.

    Raises:
        UsageError: there is none.
    """
    found = next((service for service in SERVICES if service.name == name), None)
    if found is None:
        names = ", ".join(service.name for service in SERVICES)
        raise UsageError(f"No service is called {name!r}. Expected one of: {names}.")
    return found


def ensure(settings: Settings, service: Service, owner: Owner) -> bool:
    """Starts the service unless it is up; with owner `up` it is from now on answered for by `plumbline up`.

    Returns:
        Whether it had to be started.
    """
    with process.lock_file(settings, f"{service.name}.start", fcntl.LOCK_EX):
        living = service.process(settings)
        if living is not None:
            record = process.read_record(settings, service.name)
            if owner == "up" or record is None or record.pid != living.pid:
                process.write_record(settings, service.name, process.record_of(living.pid, owner, "up"))
            return False
        service.start(settings, owner)
        return True


@contextmanager
def running(settings: Settings, *names: str) -> Iterator[None]:
    """Has these services up inside the `with`; ends afterwards only those it started and nobody else uses.

    Services that this home does not have (a warehouse of the operator's own, no sandbox) are passed over.

    Raises:
        UsageError: a name that no service has.
        SettingsError: the home or its warehouse was made for something else than the settings ask for.
        DependencyMissing: one of them cannot be started, or was never set up by `plumbline up`.
    """
    refuse_other_home(settings)
    wanted = {service_of(name).name for name in names}
    with ExitStack() as stack:
        for service in configured(settings):
            if service.name in wanted:
                stack.enter_context(_used(settings, service))
        if WAREHOUSE.name in wanted:
            refuse_other_warehouse(settings)
        yield


@contextmanager
def _used(settings: Settings, service: Service) -> Iterator[None]:
    with process.lock_file(settings, f"{service.name}.users", fcntl.LOCK_SH) as users:
        ensure(settings, service, "command")
        try:
            yield
        finally:
            if is_free(users):
                record = process.read_record(settings, service.name)
                if record is not None and record.owner == "command":
                    service.stop(settings)
