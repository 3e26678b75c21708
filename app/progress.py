"""What the pipeline is doing, for people who wait: the newest build, and the steps of the run under way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.connections import Connections
from app.secrets import PORTAL

STATE = text(
    "select whole.run_id, whole.as_of, part.live_id, greatest(whole.ended_at, part.ended_at) as worked_in_at, "
    "(select max(checked_at) from portal.check_result) as checked_at, "
    "(select concat(count(*), ' ', count(acknowledged_at), ' ', max(raised_at)) from portal.alert) as alerts, "
    "(select case when result <> 'ok' then coalesce(ended_at, started_at) end from portal.build_run "
    "order by started_at desc limit 1) as failed_at from (select 1) as one "
    "left join lateral (select * from portal.build_run where result = 'ok' order by started_at desc limit 1) as whole "
    "on true "
    "left join lateral (select * from portal.live_build where result = 'ok' order by started_at desc limit 1) as part "
    "on true"
)
LOADED = text("select exists (select 1 from portal.load_run where result = 'ok')")
STEPS = text(
    "select step, result, started_at, ended_at, error from portal.job_run where step <> '' and run_id = "
    "(select run_id from portal.job_run order by started_at desc limit 1) order by started_at"
)
LOADS = text(
    "select source, result, row_count, started_at, ended_at from portal.load_run where stream = '' and run_id in "
    "(select run_id from portal.load_run order by started_at desc limit 1) order by source"
)


@dataclass(frozen=True)
class State:
    """How the builds stand.

    Attributes:
        build_id: a key that changes with each good build, of the whole or a part, and each check; None before the
            first.
        data_until: the business instant of the newest good whole build; None before the first.
        worked_in_at: when the newest rows were worked in, by a whole build or a part; None before the first.
        failed_at: when the newest whole build failed, so that what is shown is of the build before; None where it held.
        alerts: changes with each alert that is raised, and with each that somebody takes note of.
    """

    build_id: str | None = None
    data_until: datetime | None = None
    worked_in_at: datetime | None = None
    failed_at: datetime | None = None
    alerts: str = ""


@dataclass(frozen=True)
class Stage:
    """One thing the pipeline does: a step of a job, or a source it loads.

    Attributes:
        what: the step's or source's name.
        result: running, ok, failed or skipped, as recorded.
        row_count: rows a source brought so far, None for a step.
        seconds: how long it took, None while it runs.
    """

    what: str
    result: str
    row_count: int | None
    seconds: float | None


class Progress:
    """Asks what the pipeline left in the schema `portal`, as the portal's login."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def state(self) -> State:
        """How the builds stand now.

        Raises:
            WarehouseDown: nobody answers.
        """
        with self._connections.ask(PORTAL) as connection:
            row = connection.execute(STATE).one()
        build = None if row.run_id is None else f"{row.run_id} {row.live_id or ''} {row.checked_at or ''}"
        return State(build, row.as_of, row.worked_in_at, row.failed_at, row.alerts)

    def build_id(self) -> str | None:
        """As in `state`."""
        return self.state().build_id

    def data_until(self) -> datetime | None:
        """As in `state`."""
        return self.state().data_until

    def has_loaded(self) -> bool:
        """Whether any source has ever loaded well."""
        with self._connections.ask(PORTAL) as connection:
            return bool(connection.execute(LOADED).scalar())

    def stages(self) -> tuple[Stage, ...]:
        """The sources of the newest load and the steps of the newest job; empty before the first run."""
        with self._connections.open(PORTAL) as connection:
            loads = [
                Stage(row.source.removeprefix("tap-"), row.result, row.row_count, _took(row.started_at, row.ended_at))
                for row in connection.execute(LOADS)
            ]
            steps = [
                Stage(row.step, row.result, None, _took(row.started_at, row.ended_at))
                for row in connection.execute(STEPS)
            ]
        return (*loads, *steps)


def _took(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else (end - start).total_seconds()
