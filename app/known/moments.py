"""The builds that are remembered: which one an instant means, and by which definitions its figures were worked out.

An instant is one of the clock that the home lives by. `known_at` is on that clock: the end of a build that spoke of its
own present, and the instant spoken about of one that was asked for it, or of a company whose clock stands still.
`recorded_at` is when we wrote it down, and what the rows of the history are kept by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy import Connection, text

from app.errors import QuestionError
from app.manner import current
from app.metric_kinds import Metric

COLUMNS = "recorded_at, known_at, as_of, run_id, live_id"
AT = text(
    f"select {COLUMNS} from portal.known_build where known_at <= :instant order by known_at desc, recorded_at desc "
    "limit 1"
)
OF_BUILD = text(f"select {COLUMNS} from portal.known_build where coalesce(live_id, run_id) = :build_id")
ALL = text(f"select {COLUMNS} from portal.known_build order by recorded_at")
EARLIEST = text(f"select {COLUMNS} from portal.known_build order by known_at, recorded_at limit 1")
DEFINED = text(
    "select metric, definition, models from portal.known_definition "
    "where recorded_from <= :at and (recorded_to is null or recorded_to > :at) order by metric"
)
REDEFINED = text(
    "select at from portal.known_definition, unnest(array[recorded_from, recorded_to]) as at "
    "where metric = any(:names) and at is not null"
)
STATE = text(
    "select max(at) from portal.known_definition, unnest(array[recorded_from, recorded_to]) as at where at <= :at"
)
SINCE = text("select dataset, recorded_from from portal.known_mart where dataset = any(:marts)")
UNREMEMBERED = text(
    "select count(*) from (select ended_at, result from portal.build_run union all "
    "select ended_at, result from portal.live_build) as build "
    "where result = 'ok' and ended_at > :since and ended_at <= :until"
)


@dataclass(frozen=True)
class Moment:
    """A remembered build.

    Attributes:
        recorded_at: since when readers saw it, by the wall.
        known_at: the same on the clock by which one asks.
        as_of: the business instant its figures speak about.
        run_id: the build.
        live_id: the part that was built at once since, where there was one.
    """

    recorded_at: datetime
    known_at: datetime
    as_of: datetime
    run_id: UUID
    live_id: UUID | None = None

    @property
    def build_id(self) -> UUID:
        """The id of the build or part whose rows readers saw; no two moments have the same."""
        return self.live_id or self.run_id


@dataclass(frozen=True)
class Definitions:
    """The catalogue as it was at a moment, and of each metric the digest of the models it was made of."""

    metrics: Mapping[str, Metric]
    models: Mapping[str, str]


def moment_at(connection: Connection, instant: datetime | UUID, zone: ZoneInfo) -> Moment:
    """The newest build that was known at an instant, or the build of an id.

    Raises:
        QuestionError: nothing is remembered of then; the message names the earliest that is.
    """
    if isinstance(instant, UUID):
        named = connection.execute(OF_BUILD, {"build_id": instant}).one_or_none()
        if named is None:
            raise QuestionError(
                f"No build of that id is remembered. Found {instant}; expected one of `plumbline known --json`."
            )
        return Moment(*named)
    found = connection.execute(AT, {"instant": instant}).one_or_none()
    if found is not None:
        return Moment(*found)
    earliest = connection.execute(EARLIEST).one_or_none()
    if earliest is None:
        raise QuestionError(
            "Nothing is remembered yet of what was known when. Expected a build that was remembered. Run "
            "`plumbline run build`."
        )
    raise QuestionError(
        f"Nothing is remembered of what was known at {said(instant, zone)}. Expected an instant from "
        f"{said(earliest.known_at, zone)} on, when the first build that is remembered was known. Ask for one of those."
    )


def moments(connection: Connection) -> Sequence[Moment]:
    """Every remembered build, in the order in which they were recorded."""
    return [Moment(*row) for row in connection.execute(ALL)]


def definitions_at(connection: Connection, moment: Moment) -> Definitions:
    """By which definitions figures were worked out then.

    Raises:
        QuestionError: one was written in terms that this version of Plumbline does not know.
    """
    rows = connection.execute(DEFINED, {"at": moment.recorded_at}).all()
    try:
        metrics = {row.metric: Metric.model_validate(row.definition) for row in rows}
    except ValidationError as error:
        raise QuestionError(
            f"The definitions of {moment.recorded_at:%Y-%m-%d %H:%M} UTC cannot be read: {error.errors()[0]['msg']}. "
            "Expected fields that this version of Plumbline knows. Ask for a later instant."
        ) from None
    return Definitions(metrics, {row.metric: row.models for row in rows})


def redefined(connection: Connection, names: Sequence[str]) -> set[datetime]:
    """When any of these metrics, or a model below it, became another."""
    return set(connection.scalars(REDEFINED, {"names": list(names)}))


def state_of_definitions(connection: Connection, moment: Moment) -> datetime | None:
    """Since when the definitions are those of a moment; of two moments with the same they are equal."""
    found: datetime | None = connection.scalar(STATE, {"at": moment.recorded_at})
    return found


def refuse_unremembered(connection: Connection, marts: Sequence[str], moment: Moment, zone: ZoneInfo) -> None:
    """Says no to a figure of a mart that was not remembered then: it would look as if there had been nothing.

    Raises:
        QuestionError: with since when it is.
    """
    since = {row.dataset: row.recorded_from for row in connection.execute(SINCE, {"marts": list(marts)})}
    for mart in marts:
        if mart not in since or since[mart] > moment.recorded_at:
            when = f"since {said(since[mart], zone)}" if mart in since else "not at all"
            raise QuestionError(
                f"What {mart} showed then is not known: it is remembered {when}, and the instant means the build of "
                f"{said(moment.recorded_at, zone)}. Ask for a later instant."
            )


def unremembered(connection: Connection, moment: Moment, instant: datetime | UUID) -> int:
    """How many builds and parts readers had seen by then that are not remembered; 0 where no wall clock says."""
    if isinstance(instant, UUID) or moment.known_at != moment.recorded_at:
        return 0
    span = {"since": moment.recorded_at, "until": instant}
    return int(connection.execute(UNREMEMBERED, span).scalar_one())


def said(instant: datetime, zone: ZoneInfo) -> str:
    """An instant for people, in the reporting time zone."""
    return current().instant(instant.astimezone(zone), has_seconds=True)
