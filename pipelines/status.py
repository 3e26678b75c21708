"""`plumbline status`: what is up, loaded, built and checked, and what is short of that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.clock import as_of, wall
from app.errors import PlumblineError
from app.login import is_configured
from app.metrics import catalogue
from app.settings import Settings
from pipelines import process, runs
from pipelines.made_for import refuse_other_home, refuse_other_warehouse
from pipelines.ports import port_of
from pipelines.runs import Row
from pipelines.services import Service, configured


@dataclass(frozen=True)
class Status:
    """Everything that `plumbline status` knows; `short_of` says in words what is not as it should be."""

    settings: Settings
    as_of: datetime
    looked_at: datetime
    services: Sequence[Row]
    sources: Sequence[Row] = ()
    jobs: Sequence[Row] = ()
    build: Row | None = None
    good_build: Row | None = None
    live_failed: Row | None = None
    checks: Row = field(default_factory=dict)
    broken_promises: Sequence[Row] = ()
    loading: Row | None = None
    unreadable: str = ""
    capture: Row | None = None
    capture_lacks: Sequence[str] = ()
    credential_lacks: Sequence[str] = ()

    @property
    def short_of(self) -> tuple[str, ...]:
        """Empty when all services are up, people can sign in, every source has loaded, the newest build held, speaks
        about now and is checked, and the regular jobs do not fail.
        """
        return tuple(self._lacks())

    def payload(self) -> dict[str, object]:
        """The JSON answer of `plumbline status`."""
        return {
            "ok": not self.short_of,
            "short_of": self.short_of,
            "home": self.settings.home,
            "as_of": self.as_of,
            "looked_at": self.looked_at,
            "services": self.services,
            "sources": self.sources,
            "jobs": self.jobs,
            "build": self.build,
            "good_build": self.good_build,
            "live_failed": self.live_failed,
            "checks": self.checks,
            "broken_promises": self.broken_promises,
            "loading": self.loading,
            "capture": self.capture,
        }

    def _lacks(self) -> Iterator[str]:
        for service in self.services:
            if service["state"] != "up":
                why = f" ({service['note']})" if service["note"] else ""
                yield f"The service {service['service']} is {service['state']}{why}."
        if not is_configured(self.settings):
            yield "Nobody can sign in: set PLUMBLINE_OIDC_ISSUER and its client id and secret; see docs/settings.md."
        if self.unreadable:
            yield self.unreadable
            return
        yield from self.credential_lacks
        if not self.sources and not self.credential_lacks:
            folder, file = self.settings.files, self.settings.home / "sources.json"
            yield f"No source is connected: put credentials into {file}, or CSV files into {folder} (docs/sources)."
        for source in self.sources:
            if source["last_success"] is None:
                yield f"The source {source['source']} has not loaded yet."
            elif source["result"] == "failed" and source["error"] not in self.credential_lacks:
                yield f"The last load of {source['source']} failed: {source['error']}"
        yield from self.capture_lacks
        yield from self._lacks_of_builds()
        yield from self._lacks_of_jobs()

    def _lacks_of_builds(self) -> Iterator[str]:
        good = self.good_build
        failed = runs.failure_in_words(self.build, good)
        if failed:
            yield failed
        if self.live_failed:
            yield runs.live_failure_in_words(self.live_failed)
        if good is None:
            yield "No build has succeeded yet."
        elif self.as_of - _instant(good["as_of"]) > self._allowed:
            yield (
                f"The newest good build speaks as of {good['as_of']:%Y-%m-%d %H:%M} UTC, the business clock stands at "
                f"{self.as_of:%Y-%m-%d %H:%M} UTC: more than {self._allowed.total_seconds() / 60:.0f} minutes later. "
                "Run `plumbline run refresh`."
            )
        checked_at = self.checks.get("checked_at")
        if not checked_at:
            yield "No checks have run yet."
        elif good is not None and _instant(good["ended_at"]) > _instant(checked_at) and not self._is_under_way(good):
            yield (
                f"The newest build was not checked: it ended at {good['ended_at']:%Y-%m-%d %H:%M} UTC, the last checks "
                f"ran at {checked_at:%Y-%m-%d %H:%M} UTC. Run `plumbline run check`."
            )

    def _lacks_of_jobs(self) -> Iterator[str]:
        """The regular jobs whose last run failed; what failed in `keep_fresh` is made good by a whole `refresh`."""
        last = {str(row["job"]): row for row in self.jobs}
        refresh, fresh = last.get("refresh"), last.get("keep_fresh")
        if refresh and fresh and refresh["result"] == "ok":
            fresh = None if _instant(refresh["started_at"]) > _instant(fresh["started_at"]) else fresh
        for row in (refresh, fresh):
            if row and row["result"] == "failed":
                ended = row["ended_at"] or row["started_at"]
                yield f"The last run of {row['job']} failed at {ended:%Y-%m-%d %H:%M} UTC: {row['error']}"

    def _is_under_way(self, build: Row) -> bool:
        """Whether the job that made the build still runs, and may be about to check it."""
        return self.loading is not None and self.loading["run_id"] == build["run_id"]

    @property
    def _allowed(self) -> timedelta:
        """How far behind the business clock any metric lets its figures be."""
        return timedelta(minutes=min((each.freshness_minutes for each in catalogue().values()), default=60))


def look(settings: Settings) -> Status:
    """Looks at services and tables; what cannot be read is said, never raised."""
    now = wall()
    instant = as_of(settings)
    services = [_service(settings, service) for service in configured(settings)]
    try:
        refuse_other_home(settings)
        refuse_other_warehouse(settings)
        found = runs.read(settings, runs.CHECKS)
        capture, lacks = _capture(settings)
        return Status(
            settings,
            instant,
            now,
            services,
            sources=_sources(settings, now),
            jobs=runs.read(settings, runs.LAST_JOBS),
            build=next(iter(runs.read(settings, runs.LAST_BUILD)), None),
            good_build=next(iter(runs.read(settings, runs.LAST_GOOD_BUILD)), None),
            live_failed=next(iter(runs.read(settings, runs.LIVE_FAILED)), None),
            checks=_counted(found),
            broken_promises=[row for row in found if row["outcome"] == "broken"],
            loading=runs.running_step(settings),
            capture=capture,
            capture_lacks=lacks,
            credential_lacks=_wrong_credentials(settings),
        )
    except PlumblineError as error:
        return Status(settings, instant, now, services, unreadable=str(error))


def _service(settings: Settings, service: Service) -> Row:
    living = service.process(settings)
    record = process.read_record(settings, service.name)
    state = "down" if living is None else ("up" if record is None else record.state)
    if living is None and record is not None and record.state == "gave_up":
        state = "given up"
    if state == "up" and not service.answers(settings):
        state = "not answering"
    return {
        "service": service.name,
        "state": state,
        "pid": living.pid if living else None,
        "ports": [port_of(settings, name) for name in service.ports],
        "restarts": record.restarts if record else 0,
        "note": record.note if record else "",
    }


def _capture(settings: Settings) -> tuple[Row | None, Sequence[str]]:
    """The reader of production's log, and what it is short of."""
    from pipelines.capture import watch

    try:
        found = watch.look(settings)
    except PlumblineError as error:
        return None, (str(error),)
    return (found.payload(), tuple(found.lacks(settings))) if found else (None, ())


def _wrong_credentials(settings: Settings) -> Sequence[str]:
    from pipelines.credentials import kept

    return kept(settings).faults


def _sources(settings: Settings, now: datetime) -> Sequence[Row]:
    """Each configured source beside its last load; one that never ran has no result."""
    from pipelines.credentials import configured as configured_sources
    from pipelines.credentials import kept

    last = {str(row["source"]): row for row in runs.read(settings, runs.SOURCES)}
    names = sorted({*configured_sources(settings), *kept(settings).wrong_sources, *last})
    empty = {"result": None, "started_at": None, "last_success": None, "error": None, "row_count": 0, "paused_by": None}
    rows = [{"source": name, **empty, **last.get(name, {})} for name in names]
    return [
        row | {"age_seconds": _age(row["last_success"], now), "is_loading": row["result"] == "running"} for row in rows
    ]


def _instant(value: object) -> datetime:
    """A column that holds an instant."""
    if not isinstance(value, datetime):
        raise TypeError(f"no instant: {value!r}")
    return value


def _age(then: object, now: datetime) -> int | None:
    return int((now - then).total_seconds()) if isinstance(then, datetime) else None


def _counted(found: Sequence[Row]) -> Row:
    """How many promises are kept, broken, warned about, not run; and when that was looked at."""
    outcomes = [row["outcome"] for row in found]
    counts: dict[str, object] = {name: outcomes.count(name) for name in ("kept", "broken", "warned", "not_run")}
    return counts | {"checked_at": found[0]["checked_at"] if found else None}
