"""`plumbline status`: what is up, loaded, built and checked, and what is short of that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.clock import as_of, wall
from app.errors import PlumblineError
from app.login import is_configured
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
    checks: Row = field(default_factory=dict)
    broken_promises: Sequence[Row] = ()
    loading: Row | None = None
    unreadable: str = ""

    @property
    def short_of(self) -> tuple[str, ...]:
        """Empty when all services are up, people can sign in, there are sources, and all is loaded and checked."""
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
            "checks": self.checks,
            "broken_promises": self.broken_promises,
            "loading": self.loading,
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
        if not self.sources:
            folder, file = self.settings.files, self.settings.home / "sources.json"
            yield f"No source is connected: put credentials into {file}, or CSV files into {folder} (docs/sources.md)."
        for source in self.sources:
            if source["last_success"] is None:
                yield f"The source {source['source']} has not loaded yet."
            elif source["result"] == "failed":
                yield f"The last load of {source['source']} failed: {source['error']}"
        if self.build is None or self.build["result"] != "ok":
            yield "No build has succeeded yet." if self.build is None else f"The last build: {self.build['result']}."
        if not self.checks.get("checked_at"):
            yield "No checks have run yet."


def look(settings: Settings) -> Status:
    """Looks at services and tables; what cannot be read is said, never raised."""
    now = wall()
    instant = as_of(settings)
    services = [_service(settings, service) for service in configured(settings)]
    try:
        refuse_other_home(settings)
        refuse_other_warehouse(settings)
        found = runs.read(settings, runs.CHECKS)
        return Status(
            settings,
            instant,
            now,
            services,
            sources=_sources(settings, now),
            jobs=runs.read(settings, runs.LAST_JOBS),
            build=next(iter(runs.read(settings, runs.LAST_BUILD)), None),
            checks=_counted(found),
            broken_promises=[row for row in found if row["outcome"] == "broken"],
            loading=runs.running_step(settings),
        )
    except PlumblineError as error:
        return Status(settings, instant, now, services, unreadable=str(error))


def _service(settings: Settings, service: Service) -> Row:
    living = service.process(settings)
    record = process.read_record(settings, service.name)
    state = "down" if living is None else ("up" if record is None else record.state)
    if living is None and record is not None and record.state == "gave_up":
        state = "given up"
    return {
        "service": service.name,
        "state": state,
        "pid": living.pid if living else None,
        "ports": [port_of(settings, name) for name in service.ports],
        "restarts": record.restarts if record else 0,
        "note": record.note if record else "",
    }


def _sources(settings: Settings, now: datetime) -> Sequence[Row]:
    """Each configured source beside its last load; one that never ran has no result."""
    from pipelines.sources import configured as configured_sources

    last = {str(row["source"]): row for row in runs.read(settings, runs.SOURCES)}
    names = sorted({*configured_sources(settings), *last})
    empty = {"result": None, "started_at": None, "last_success": None, "error": None, "row_count": 0}
    rows = [{"source": name, **empty, **last.get(name, {})} for name in names]
    return [
        row | {"age_seconds": _age(row["last_success"], now), "is_loading": row["result"] == "running"} for row in rows
    ]


def _age(then: object, now: datetime) -> int | None:
    return int((now - then).total_seconds()) if isinstance(then, datetime) else None


def _counted(found: Sequence[Row]) -> Row:
    """How many promises are kept, broken, warned about, not run; and when that was looked at."""
    outcomes = [row["outcome"] for row in found]
    counts: dict[str, object] = {name: outcomes.count(name) for name in ("kept", "broken", "warned", "not_run")}
    return counts | {"checked_at": found[0]["checked_at"] if found else None}
