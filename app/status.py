"""How fresh and how sure a figure is: what the loads, the builds and the checks left in the schema `portal`.

Ages of our own doings are wall time; `data_until` is business time.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import Connection, text

from app.connections import Connections
from app.metrics import Certified, Metric
from app.secrets import PORTAL

TTL_SECONDS = 5.0
MOST_MISSING = 3
"""Sources and files that are named of those that are not loaded yet."""
FILES = "files"
"""The source of the company's own files, whose streams are the files."""
HEARTBEAT = "Its source loaded within the last"
"""How the promise begins (it goes on with "hour" or "30 hours") that each raw stream gives, and that a figure rests on
where the source's lateness can change it."""


def is_heartbeat(promise: str) -> bool:
    """Whether the promise is that the stream's source loaded in time."""
    return promise.startswith(HEARTBEAT)


@dataclass(frozen=True)
class BuildFailure:
    """The newest build, where it failed: when, and what fell short. Figures are those of the build before."""

    at: datetime
    reason: str


@dataclass(frozen=True)
class Status:
    """What every shown figure carries beside it.

    Attributes:
        data_until: the business instant of the newest good build; none before the first.
        loaded_at: when the source that was loaded longest ago, of those the figure rests on, last loaded well.
        checked_at: when its promises were last checked.
        kept: the names of the promises that hold.
        broken: the names of those that do not.
        is_stale: a source has not loaded for longer than the metric allows, or never.
        warned: the names of the promises about what is odd, but no reason to distrust the figure.
        build_failed: the newest build, where it failed and the figure is that of the build before.
    """

    data_until: datetime | None
    loaded_at: datetime | None
    checked_at: datetime | None
    kept: tuple[str, ...]
    broken: tuple[str, ...]
    is_stale: bool
    warned: tuple[str, ...] = ()
    build_failed: BuildFailure | None = None


@dataclass(frozen=True)
class Passport:
    """Everything one may ask about a figure but its value."""

    definition: str
    owner: str
    certified: Certified
    data_until: datetime | None
    checked_at: datetime | None
    promises_kept: tuple[str, ...]
    promises_broken: tuple[str, ...]
    worked_out_as: str | None
    comes_from: tuple[str, ...]
    sql: str
    promises_warned: tuple[str, ...] = ()
    build_failed: BuildFailure | None = None


@dataclass(frozen=True)
class Record:
    """What the programs have noted, at one instant.

    Attributes:
        data_until: of the newest good build.
        loads: source → when it last loaded well; none if it never did.
        checked_at: of the newest check run.
        outcomes: (dataset, promise) → outcome in that run.
        promises: metric → the (dataset, promise) pairs it rests on.
        build_failed: the newest build, where it failed.
        labels: source → as people call it.
        files: the company's own files that were ever loaded.
        worked_out: metric → its status but for the hour, once it was asked for: a page asks at each click.
    """

    data_until: datetime | None = None
    loads: Mapping[str, datetime | None] = field(default_factory=dict)
    checked_at: datetime | None = None
    outcomes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    promises: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    build_failed: BuildFailure | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    worked_out: dict[str, Status] = field(default_factory=dict, compare=False, repr=False)

    def status_of(self, metric: Metric, now: datetime) -> Status:
        """The status of one figure at that wall time.

        A source is waited for where the figure rests on its heartbeat; before any lineage is known, all are.
        """
        if metric.name not in self.worked_out:
            self.worked_out[metric.name] = self._status_of(metric)
        known = self.worked_out[metric.name]
        allowed = timedelta(minutes=metric.freshness_minutes)
        return replace(known, is_stale=known.loaded_at is None or now - known.loaded_at > allowed)

    def _status_of(self, metric: Metric) -> Status:
        """The status, but for whether it is stale."""
        rests_on = self._rests_on(metric)
        beating = {source_of(dataset) for dataset, promise in rests_on if is_heartbeat(promise)}
        sources = beating & self.loads.keys()
        loads = [self.loads[source] for source in (sources or self.loads)]
        known = [load for load in loads if load is not None]
        loaded_at = min(known) if known and len(known) == len(loads) else None
        return Status(
            data_until=self.data_until,
            loaded_at=loaded_at,
            checked_at=self.checked_at if rests_on else None,
            kept=self._named(rests_on, "kept"),
            broken=self._named(rests_on, "broken"),
            is_stale=False,
            warned=self._named(rests_on, "warned"),
            build_failed=self.build_failed,
        )

    def comes_from(self, metric: Metric) -> tuple[str, ...]:
        """The way of the figure in steps: its source systems, then the marts; empty before a check ran."""
        marts = sorted({dataset for dataset, _ in self._rests_on(metric) if dataset.startswith("mart_")})
        return tuple(step for step in (", ".join(self.sources_of(metric)), ", ".join(marts)) if step)

    def sources_of(self, metric: Metric) -> tuple[str, ...]:
        """The source systems that can change the figure, in alphabetical order; none before a check ran."""
        found = {source_of(dataset).removesuffix("_webhook") for dataset, _ in self._rests_on(metric)}
        return tuple(sorted(found - {""}))

    def nothing_known(self, metric: Metric) -> str:
        """What to say of a month of which the figure has no row: what was never loaded of that it comes from.

        A company's own file is named by itself; where all is loaded, or nobody knows what the figure comes from before
        a check ran, only that nothing is known.
        """
        sources = [source for source in self.sources_of(metric) if self.loads.get(source) is None]
        streams = sorted({dataset for dataset, _ in self._rests_on(metric) if source_of(dataset) == FILES})
        files = [] if FILES in sources else [name.partition(".")[2] for name in streams]
        missing = [self.labels.get(source, source) for source in sources]
        missing += [name.replace("_", " ") for name in files if name not in self.files]
        if missing:
            more = f" and {len(missing) - MOST_MISSING} more" if len(missing) > MOST_MISSING else ""
            return f"not known; not loaded yet: {', '.join(missing[:MOST_MISSING])}{more}"
        comes_from = ", ".join(self.labels.get(source, source) for source in self.sources_of(metric))
        return f"nothing is known of this month{f' ({comes_from})' if comes_from else ''}"

    def _rests_on(self, metric: Metric) -> frozenset[tuple[str, str]]:
        bases = [self.promises.get(name, frozenset()) for name in (metric.name, *metric.bases)]
        return frozenset().union(*bases)

    def _named(self, rests_on: frozenset[tuple[str, str]], outcome: str) -> tuple[str, ...]:
        found = [pair for pair in rests_on if self.outcomes.get(pair) == outcome]
        return tuple(f"{name} ({dataset})" for dataset, name in sorted(found))


class Recorder:
    """The record, read at most every few seconds however many figures a page shows."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._record = Record()
        self._read_at = float("-inf")
        self._build: object = None
        self._lock = threading.Lock()

    def record(self) -> Record:
        with self._lock:
            if monotonic() - self._read_at > TTL_SECONDS:
                with self._connections.open(PORTAL) as connection:
                    found = read_record(connection)
                if found != self._record:  # else what was worked out of it holds on
                    self._record = found
                self._read_at = monotonic()
            return self._record

    def heard_of(self, build: object) -> None:
        """Somebody has heard how the builds stand: what was read before that is read anew, once for whoever hears it.

        Args:
            build: equal to what was heard before where nothing has ended or failed since.
        """
        with self._lock:
            if build != self._build:
                self._build, self._read_at = build, float("-inf")


def source_of(dataset: str) -> str:
    """The source system of a raw stream: `raw_stripe.invoices` is from stripe; nothing for a model of ours."""
    found = re.match(r"raw_([a-z0-9_]+)\.", dataset)
    return found[1] if found else ""


def read_record(connection: Connection) -> Record:
    """Reads the record as the portal's login."""
    built = connection.execute(
        text("select as_of from portal.build_run where result = 'ok' order by started_at desc limit 1")
    )
    newest = connection.execute(
        text(
            "select result, coalesce(ended_at, started_at) as at, error from portal.build_run "
            "order by started_at desc limit 1"
        )
    ).one_or_none()
    loads = connection.execute(
        text(
            "select source, max(ended_at) filter (where result = 'ok') from portal.load_run where stream = '' "
            "group by source"
        )
    )
    checks = connection.execute(
        text(
            "select dataset, check_name, outcome, checked_at from portal.check_result where run_id = "
            "(select run_id from portal.check_result order by checked_at desc limit 1)"
        )
    ).all()
    labels = connection.execute(text("select source, label from portal.source")).all()
    files = connection.scalars(text("select distinct name from portal.file_version where loaded_at is not null"))
    promises = defaultdict(set)
    for metric, dataset, name in connection.execute(
        text("select metric, dataset, check_name from portal.metric_promise")
    ):
        promises[metric].add((dataset, name))
    return Record(
        data_until=built.scalar(),
        loads={source.removeprefix("tap-").replace("-", "_"): ended for source, ended in loads},
        checked_at=max((row.checked_at for row in checks), default=None),
        outcomes={(row.dataset, row.check_name): row.outcome for row in checks},
        promises={metric: frozenset(pairs) for metric, pairs in promises.items()},
        build_failed=BuildFailure(newest.at, in_short(newest.error)) if newest and newest.result != "ok" else None,
        labels={row.source: row.label for row in labels},
        files=frozenset(files),
    )


def first_reason(error: str | None) -> str:
    """The first of the reasons that a failed build noted, one a line."""
    return (error or "").strip().partition("\n")[0] or "It did not say why."


def in_short(error: str | None) -> str:
    """What fell short. Behind the colon stand SQL and the first rows that show it: who reads a figure of the build
    before may not be who may read those, and engineers have them on their page.
    """
    what, colon, _ = first_reason(error).partition(": ")
    return f"{what}." if colon else what
