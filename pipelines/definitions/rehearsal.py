"""A rehearsal: what a change of this checkout's definitions would do to the figures of the home, before it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from app.clock import wall
from app.compile import metric_of
from app.connections import Connections
from app.errors import UsageError
from app.metrics import Metric, Question
from app.receipts.form import id_of, spoken
from app.secrets import PORTAL
from app.settings import Settings
from pipelines.build import only_build
from pipelines.definitions.beside import read_beside, to_work_out, worked_out
from pipelines.definitions.certified import Finding, changed_parts, findings, read_record
from pipelines.definitions.meaning import Meanings, with_bases
from pipelines.definitions.reach import Reach, reach_of
from pipelines.definitions.side_by_side import (
    Side,
    SideBySide,
    Values,
    as_values,
    compare,
    span_of,
    statement,
)  # fmt: skip
from pipelines.definitions.standing import Standing, meanings_now, read_standing
from pipelines.rights import BUILDER

LEAST_MONTHS, MOST_MONTHS = 24, 120
"""Who approves has seen two years: what moves a figure in one month of them is not in the last."""
CAME = text("""
    select count(*) from (
        select 1 from portal.load_run where row_count > 0 and ended_at > (select started_at from portal.build_run
            where run_id = :run_id)
        union all
        select 1 from raw_stripe_webhook.event where received_at > (select started_at from portal.build_run
            where run_id = :run_id)
        union all
        select 1 from portal.live_build where started_at > (select started_at from portal.build_run
            where run_id = :run_id)
    ) as came
""")


@dataclass(frozen=True)
class Change:
    """A metric whose meaning changes.

    Attributes:
        what: changed, new, gone, or version (only raised).
        parts: what changed of all it is made of.
        version_stands, version_would_be: None where it is not there.
        must_raise: whether a new version is due: its own file means something else, or a figure differs.
        owner, certifier: who has to approve, as it would be; as it stands where it would be gone.
        owner_stands, certifier_stands: who has it now, and has to approve as well: nobody takes a figure by a file.
    """

    metric: str
    label: str
    unit: str
    what: str
    parts: tuple[str, ...]
    version_stands: int | None
    version_would_be: int | None
    must_raise: bool
    owner: str
    certifier: str
    owner_stands: str
    certifier_stands: str
    figures: SideBySide


@dataclass(frozen=True)
class Rehearsal:
    """What was found; it is stored under its id.

    Attributes:
        run_id, as_of: the build that readers see, and the instant it speaks about.
        standing: the digest of the definitions that it was made by.
        span: the first and last day compared.
        is_whole: whether it shows all that changes over so many months that it can be approved.
        models: the models that were worked out beside.
        rows_came: whether rows came since the build, so that differences may be made by these as well.
        fingerprints: metric → fingerprint as it would be; None where it would be gone.
    """

    rehearsal_id: str
    made_at: datetime
    run_id: UUID
    as_of: datetime
    standing: str
    span: tuple[date, date]
    is_whole: bool
    models: tuple[str, ...]
    rows_came: bool
    fingerprints: Mapping[str, str | None]
    changes: tuple[Change, ...]
    reach: Reach


def rehearse(settings: Settings, names: Sequence[str] = (), months: int = LEAST_MONTHS) -> Rehearsal:
    """Sets every metric that changes beside itself as it stands, and says whom and what it concerns. Nothing is stored.

    Args:
        settings: of the home whose figures are looked at.
        names: only these metrics; then it shows less than the whole change, unless they are all.
        months: so many closed months; fewer than LEAST_MONTHS are for a look, and cannot be approved.

    Raises:
        UsageError: nothing changes, a name is none that changes, or the home was built with the change already.
        NotBuilt: the home does not know yet what its figures mean.
        FellShort: a changed model could not be worked out.
    """
    if not 1 <= months <= MOST_MONTHS:
        raise UsageError(f"--months is out of range. Found {months}; expected 1 to {MOST_MONTHS}.")
    connections = Connections(settings)
    try:
        with only_build(settings):
            return _rehearse(settings, connections, tuple(names), months)
    finally:
        connections.close()


def changing(meanings: Meanings, standing: Standing, due: Sequence[Finding]) -> dict[str, str]:
    """The metrics that would mean something else than they do: name → changed, new, gone or version.

    Raises:
        UsageError: there is none, or the home was built with a change that nobody has approved.
    """
    found = {name: "gone" for name in standing.metrics if name not in meanings.metrics}
    for name, fingerprint in meanings.fingerprints.items():
        before = standing.fingerprints.get(name)
        if before != fingerprint:
            found[name] = "changed" if before else "new"
    found |= {one.metric: "version" for one in due if one.what == "version" and one.metric not in found}
    built = sorted(one.metric for one in due if one.metric not in found)
    if built:
        raise UsageError(
            f"The warehouse was built with this change already, so that nothing is left to set it beside. Found "
            f"{', '.join(built[:5])} as the files say. Expected a home that was built by the approved definitions. "
            "Build it from a checkout of those (`plumbline run build`), then rehearse from the changed one."
        )
    if not found:
        raise UsageError(
            "No definition changes. Found every metric of this checkout to mean what it means in the warehouse. "
            "Expected a changed file in models/. Is PLUMBLINE_HOME the home you mean?"
        )
    return dict(sorted(found.items()))


def shows_all(asked: Mapping[str, str], every: Mapping[str, str], months: int) -> bool:
    """Whether nothing that changes is left out, over as many months as somebody who approves has to have seen."""
    return asked == every and months >= LEAST_MONTHS


def _rehearse(settings: Settings, connections: Connections, names: tuple[str, ...], months: int) -> Rehearsal:
    meanings = meanings_now()
    with connections.open(BUILDER) as connection:
        standing = read_standing(connection)
    with connections.open(PORTAL) as connection:
        rows_came = bool(connection.execute(CAME, {"run_id": standing.run_id}).scalar_one())
    every = changing(meanings, standing, findings(meanings, read_record()))
    asked = {name: every[name] for name in _known(names, every, meanings)} if names else every
    wanted = {
        name: meanings.metrics[name]
        for changed in asked if changed in meanings.metrics
        for name in with_bases(meanings.metrics[changed], meanings.metrics)
    }  # fmt: skip
    models = to_work_out(meanings.project, standing.parts, wanted)
    today = standing.as_of.astimezone(settings.timezone)
    span = span_of(months, today.date().replace(day=1) - timedelta(days=1))
    with worked_out(settings, models, standing.as_of), _reading(connections) as connection:
        stands = _side(connection, standing.metrics, today)
        would_be = _side(connection, read_beside(dict(meanings.metrics), models), today)
        compared = {name: compare(name, stands, would_be, span) for name in asked}
    changes = tuple(_change(name, what, meanings, standing, compared[name]) for name, what in asked.items())
    reach = reach_of(connections, {**standing.metrics, **meanings.metrics}, compared, models, span[1])
    made_at = wall()
    fingerprints = {name: meanings.fingerprints.get(name) for name in asked}
    said = {"fingerprints": fingerprints, "standing": standing.digest, "at": made_at.isoformat()}
    return Rehearsal(
        spoken(id_of(said)), made_at, standing.run_id, standing.as_of, standing.digest, span,
        shows_all(asked, every, months), tuple(sorted(models)), rows_came, fingerprints, changes, reach,
    )  # fmt: skip


def _known(names: Sequence[str], every: Mapping[str, str], meanings: Meanings) -> list[str]:
    for name in names:
        if name not in every:
            metric_of(name, meanings.metrics)
            raise UsageError(
                f"{name} means what it meant before. Expected one that changes: {', '.join(every)}. Leave names out to "
                "see them all."
            )
    return sorted(set(names))


def _reading(connections: Connections) -> Any:
    """As the builder, who alone sees what is worked out beside; it only reads."""
    return connections.open(BUILDER, read_only=True)


def _side(connection: Connection, metrics: Mapping[str, Metric], today: datetime) -> Side:
    def ask(question: Question) -> Values:
        rows = connection.execute(statement(question, metrics, today)).all()
        return as_values(question, metrics, rows)

    return Side(metrics, ask)


def _change(name: str, what: str, meanings: Meanings, standing: Standing, figures: SideBySide) -> Change:
    after, before = meanings.metrics.get(name), standing.metrics.get(name)
    metric: Any = after or before
    stands = before or metric
    parts = changed_parts(name, meanings, standing.parts) if what == "changed" else ()
    own = f"metric {name}"
    must_raise = what == "changed" and (own in parts or figures.differs)
    return Change(
        name, metric.label, metric.unit, what, parts, before.certified.version if before else None,
        after.certified.version if after else None, must_raise, metric.owner, metric.certified.by, stands.owner,
        stands.certified.by, figures,
    )  # fmt: skip


