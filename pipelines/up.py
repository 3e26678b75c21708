"""`plumbline up`: brings the whole house up, in order, and keeps it up; `plumbline down` ends it."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event, Thread

import psutil
from rich.console import Console

from app.clock import as_of
from app.errors import FellShort, PlumblineError
from app.login import public_url
from app.settings import Settings
from pipelines import process, runs
from pipelines.made_for import refuse_other_home
from pipelines.output import answer, to_json
from pipelines.ports import port_of
from pipelines.program import QUIET
from pipelines.progress import Progress, Step
from pipelines.services import (
    CAPTURE,
    IDENTITY,
    LIVE,
    MAILBOX,
    PORTAL,
    PRODUCTION,
    SCHEDULER,
    VENDORS,
    WAREHOUSE,
    Service,
    configured,
    ensure,
)
from pipelines.supervisor import Supervisor

Work = Callable[[Settings, Step], None]
DOWN_SECONDS = 420
"""`up` may be waiting for a service that is slow to answer; then it ends all of them."""


def bring_up(settings: Settings, *, serve: bool, as_json: bool) -> int:
    """Brings everything up; serving, it returns when it is asked to stop (Ctrl-C, SIGTERM, `plumbline down`).

    Args:
        settings: of this home.
        serve: whether to serve the portal and schedule; without, all is ended again after the first refresh.
        as_json: whether the answer is one JSON object.

    Returns:
        The exit code: 0, or 1 when the refresh fell short.

    Raises:
        PlumblineError: a step before the refresh could not be done; what was started is ended.
        KeyboardInterrupt: it was asked to stop before all was up; what was started is ended.
    """
    refuse_other_home(settings)
    os.environ.update(QUIET)
    with ExitStack() as stack:
        try:
            stack.enter_context(process.lock_file(settings, "up", fcntl.LOCK_EX | fcntl.LOCK_NB))
        except BlockingIOError:
            return _tell_running(settings, as_json)
        process.write_record(settings, "up", process.record_of(os.getpid(), "up"))
        stack.callback(process.forget, settings, "up")
        return House(settings, serve=serve, as_json=as_json).live()


def bring_down(settings: Settings) -> list[str]:
    """Ends `plumbline up` if it runs here, and every service that is still up.

    Returns:
        The names of what was ended.
    """
    stopped: list[str] = []
    keeper = process.alive(settings, "up")
    if keeper is not None and keeper.pid != os.getpid():
        stopped = [service.name for service in configured(settings) if service.process(settings) is not None]
        keeper.terminate()
        keeper.wait(timeout=DOWN_SECONDS)
    for service in reversed(configured(settings)):
        if service.process(settings) is not None:
            service.stop(settings)
            stopped = [*stopped, service.name] if service.name not in stopped else stopped
    return stopped


def address_of(settings: Settings) -> str:
    """Where people open the portal."""
    port_of(settings, "portal")
    return public_url(settings)


class House:
    """One life of `plumbline up`."""

    def __init__(self, settings: Settings, *, serve: bool, as_json: bool) -> None:
        self.settings = settings
        self.serve = serve
        self.as_json = as_json
        console = Console(stderr=True, highlight=False) if as_json else Console(highlight=False)
        self.progress = Progress(console)
        self.kept: list[Service] = []
        self.supervisor = Supervisor(settings, self.kept, self.progress.line)
        self.stopping = Event()
        self.is_serving = False
        self.aside = ThreadPoolExecutor(1, thread_name_prefix="plugins")

    def live(self) -> int:
        """Brings all up, serves if asked to, and ends all it has started."""
        watching = Thread(target=self.supervisor.watch, args=(self.stopping,), name="supervisor")
        try:
            watching.start()
            code = self._rise()
            if self.serve:
                self._serve()
            return code
        except KeyboardInterrupt:
            if not self.is_serving:
                raise  # nothing was answered yet
            return 0
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            self.stopping.set()
            watching.join()
            self._end()

    def _rise(self) -> int:
        from pipelines import first_steps

        self._step("This machine", first_steps.examine)
        plugins = self.aside.submit(first_steps.install_plugins)
        self._start(WAREHOUSE)
        self._step("Tables and rights", first_steps.prepare_warehouse)
        if self.serve:
            self._start(IDENTITY)
            self._start(PORTAL)
            self.progress.line(f"            The portal answers at {address_of(self.settings)}")
        if self.settings.has_sandbox:
            self._step("Sandbox company", first_steps.bring_to_life)
            self._start(PRODUCTION)
            self._step("Production data", first_steps.publish)
        for service in (VENDORS, MAILBOX, *((CAPTURE,) if self.serve else ())):
            self._start(service)
        self._await(plugins)
        code = self._refresh("Refresh", first_steps.refresh) or self._refresh("All sources", first_steps.catch_up)
        if self.serve:
            self._start(LIVE)
            self._start(SCHEDULER)
        self._conclude(code)
        return code

    def _step(self, name: str, work: Work) -> None:
        with self.progress.step(name) as step:
            work(self.settings, step)

    def _start(self, service: Service) -> None:
        if not service.is_configured(self.settings):
            return
        with self.progress.step(f"Service {service.name}") as step:
            was_started = ensure(self.settings, service, "up")
            ports = ", ".join(str(port_of(self.settings, name)) for name in service.ports)
            step.note = (f"port {ports}" if ports else "") + ("" if was_started else " (was up)")
            self.kept.append(service)

    def _await(self, plugins: Future[str]) -> None:
        with self.progress.step("Meltano's plugins") as step:
            step.note = plugins.result()

    def _refresh(self, name: str, refresh: Work) -> int:
        """The exit code of a first run of jobs: what fell short is told, and the portal stays up with what there is."""
        try:
            self._step(name, refresh)
        except PlumblineError as error:
            self.progress.line(f"            {error}")
            return error.exit_code if not self.serve else FellShort.exit_code
        return 0

    def _conclude(self, code: int) -> None:
        record = process.read_record(self.settings, "up")
        if record is not None:
            process.write_record(self.settings, "up", process.record_of(os.getpid(), "up", "up"))
        people = whom(self.settings)
        failed = runs.told_failure(self.settings)
        if failed:
            self.progress.line(f"            {failed}")
        payload = {
            "portal": address_of(self.settings) if self.serve else None,
            "as_of": as_of(self.settings),
            "ok": code == 0,
            "build_failed": failed or None,
            "people": people,
            "steps": [step.payload() for step in self.progress.done],
        }
        answer(payload, self.as_json, lambda console: self._invite(console, people))

    def _invite(self, console: Console, people: Sequence[dict[str, object]]) -> None:
        if not self.serve:
            console.print("Done. `plumbline up` serves it.", markup=False)
            return
        console.print(f"\nPlumbline is up: {address_of(self.settings)}   (Ctrl-C stops all of it)", markup=False)
        for person in people:
            console.print(f"  {person['name']:<18} {person['email']:<46} {person['roles']}", markup=False)

    def _serve(self) -> None:
        """Until somebody asks to stop. Waits in short stretches, so that a signal is seen at once."""
        self.is_serving = True
        while True:
            self.stopping.wait(0.5)

    def _end(self) -> None:
        """Ends the services, last first, and whatever else we started (an installation that was broken off)."""
        for service in reversed(self.kept):
            with self.progress.step(f"Stop {service.name}"):
                service.stop(self.settings)
        for stray in psutil.Process().children():
            process.end(stray)
        self.aside.shutdown(cancel_futures=True)


def whom(settings: Settings) -> list[dict[str, object]]:
    """Whom one can sign in as: the sandbox's people; none where an identity provider of the operator's own is set."""
    if not settings.has_sandbox or settings.oidc_issuer:
        return []
    from pipelines.sandbox.people import PEOPLE

    return [
        {"email": person.email, "name": person.name, "roles": ", ".join(person.roles)} for person in PEOPLE
    ]


def _tell_running(settings: Settings, as_json: bool) -> int:
    address = address_of(settings)
    if as_json:
        sys.stdout.write(to_json({"portal": address, "already_running": True}) + "\n")
    else:
        sys.stdout.write(f"Plumbline is already up in this home: {address}\n`plumbline down` stops it.\n")
    return 0
