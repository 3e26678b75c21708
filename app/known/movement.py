"""How the figure of one month was known over time: each moment at which it moved, by how much, and why.

Only moments are asked at which a row of the figure's marts changed or its definition did; between them it cannot have
moved. A value at a moment is the answer that was given then, by the definition of then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from sqlalchemy import CompoundSelect, Select, func, select, union

from app.access import Viewer
from app.compile import compile_question, marts_of, metric_of
from app.compile.scope import history_of, shifted
from app.errors import QuestionError
from app.known.causes import Span, split
from app.known.memory import Memory
from app.known.moments import Definitions, Moment, redefined, refuse_unremembered, said
from app.known.parts import CAUSES, Part
from app.made_of import apart_of, is_local, leaves_of
from app.metrics import Metric, Question

MOST_MOMENTS = 500
WINDOWS = ("cumulative", "change")


@dataclass(frozen=True)
class Move:
    """A moment at which the figure moved; its parts add up to `change`, which is none where a side has no value."""

    moment: Moment
    before: Decimal | None
    value: Decimal | None
    parts: tuple[Part, ...]

    @property
    def change(self) -> Decimal | None:
        return None if self.before is None or self.value is None else self.value - self.before


@dataclass(frozen=True)
class Movement:
    """What one month's figure was over time.

    Attributes:
        metric: as it is defined at the last moment.
        first, last: the builds at both ends, with the figure that each knew.
        moves: in the order in which they were recorded.
    """

    metric: Metric
    month: date
    first: Moment
    first_value: Decimal | None
    last: Moment
    last_value: Decimal | None
    moves: tuple[Move, ...]

    @property
    def difference(self) -> Decimal | None:
        if self.first_value is None or self.last_value is None:
            return None
        return self.last_value - self.first_value

    @property
    def causes(self) -> dict[str, Decimal]:
        """Cause → what of the difference is by it. They add up to it: what no moment accounts for is unexplained."""
        found = dict.fromkeys(CAUSES, Decimal(0))
        for move in self.moves:
            for part in move.parts:
                found[part.cause] += part.amount
        if self.difference is not None:
            found["unexplained"] += self.difference - sum(found.values())
        return found


def movement(
    memory: Memory, viewer: Viewer, name: str, month: date | None, since: datetime | None, until: datetime | None
) -> Movement:
    """How a figure of a month was known.

    Args:
        memory: what is remembered.
        viewer: who asks.
        name: the metric.
        month: any day of it; the last that had closed in the newest build where it is none.
        since: from the figure that was known then on; from the first build that knew the month as closed.
        until: up to the figure that was known then; up to the newest.

    Raises:
        QuestionError: nothing is remembered of then, the metric has no single figure of a month, or nothing was ever
            known of that month.
        NotPermitted, NotBuilt, WarehouseDown: as a question of today.
    """
    everything = memory.moments()
    month = (month or _last_closed(memory, everything)).replace(day=1)
    close = close_of(month, memory)
    span = _between(memory, everything, close, since, until)
    last = memory.definitions(span[-1])
    metric = metric_of(name, last.metrics)
    _refuse(metric, last)
    with memory.connection() as connection:
        refuse_unremembered(connection, marts_of(metric, last.metrics), span[0], memory.zone)
    moves = tuple(_moves(memory, viewer, name, month, span))
    first_value = moves[0].before if moves else _value(memory, viewer, name, month, span[0], None)
    last_value = moves[-1].value if moves else first_value
    if not moves and first_value is None:
        _refuse_outside(memory, viewer, metric, last, month)
    return Movement(metric, month, span[0], first_value, span[-1], last_value, moves)


def close_of(month: date, memory: Memory) -> datetime:
    """The instant at which a month closes in the reporting time zone."""
    return datetime.combine(shifted(month, 1), time.min, memory.zone)


def _last_closed(memory: Memory, everything: Sequence[Moment]) -> date:
    if not everything:
        raise QuestionError(
            "Nothing is remembered yet of what was known when. Expected a build. Run `plumbline run build`."
        )
    newest = max(everything, key=lambda moment: moment.as_of)
    return shifted(newest.as_of.astimezone(memory.zone).date().replace(day=1), -1)


def _between(
    memory: Memory, everything: Sequence[Moment], close: datetime, since: datetime | None, until: datetime | None
) -> list[Moment]:
    """The moments from one figure to the other, in the order in which they were recorded."""
    known = [moment for moment in everything if until is None or moment.known_at <= until]
    if not known:
        raise QuestionError(
            "Nothing is remembered of what was known then. Expected an instant after the first build that is "
            f"remembered{', ' + said(everything[0].known_at, memory.zone) if everything else ''}. Ask for a later --to."
        )
    if since is None:
        first = next((moment for moment in known if moment.as_of >= close), known[0])
    else:
        before = [moment for moment in known if moment.known_at <= since]
        if not before:
            raise QuestionError(
                f"Nothing is remembered of what was known at {said(since, memory.zone)}. Expected an instant from "
                f"{said(known[0].known_at, memory.zone)} on. Ask for a later --from, or leave it out."
            )
        first = before[-1]
    return [moment for moment in known if moment.recorded_at >= first.recorded_at]


def _refuse_outside(memory: Memory, viewer: Viewer, metric: Metric, definitions: Definitions, month: date) -> None:
    """Refuses a month before the first or after the last of which the metric's marts ever had a row."""
    days: list[date] = []
    for leaf in leaves_of(metric, definitions.metrics):
        time = history_of(str(leaf.mart), [leaf.time_column]).c[leaf.time_column]
        rows = memory.rows(viewer, (str(leaf.mart),), metric.name, select(func.min(time), func.max(time)))
        days += [day for day in rows.values[0] if day is not None]
    if days and min(days).replace(day=1) <= month <= max(days):
        return
    there = f"a month from {min(days):%Y-%m} to {max(days):%Y-%m}" if days else "a month after the first load"
    raise QuestionError(f"Nothing was ever known of {metric.name} in {month:%Y-%m}. Expected {there}. Ask for one.")


def _refuse(metric: Metric, definitions: Definitions) -> None:
    apart = apart_of(metric, definitions.metrics)
    is_cut = bool(apart) or is_local(metric, definitions.metrics)
    if metric.kind == "cohort" or is_cut:
        why = "is by cohort and age" if metric.kind == "cohort" else f"has a value for each {(*apart, 'currency')[0]}"
        raise QuestionError(
            f"{metric.name} {why}: a month has no single figure of it whose way could be told. Ask "
            "`plumbline metric --as-of` for two instants instead."
        )


def _moves(memory: Memory, viewer: Viewer, name: str, month: date, span: Sequence[Moment]) -> Iterator[Move]:
    """Each moment at which the figure is another than at the one before."""
    known = {moment.recorded_at: moment for moment in span}
    changed = _changed(memory, viewer, name, month, span)
    candidates = sorted(at for at in changed if at in known and at > span[0].recorded_at)
    if len(candidates) > MOST_MOMENTS:
        raise QuestionError(
            f"The rows of {name} changed at {len(candidates)} moments in this span, and at most {MOST_MOMENTS} are "
            "looked at. Give --from and --to for a shorter one."
        )
    order = [moment.recorded_at for moment in span]
    value = _value(memory, viewer, name, month, span[0], None)
    for at in candidates:
        earlier, moment = known[order[order.index(at) - 1]], known[at]
        now = _value(memory, viewer, name, month, moment, None)
        if now != value:
            yield Move(moment, value, now, _parts(memory, viewer, name, month, (earlier, value), (moment, now)))
        value = now


def _parts(
    memory: Memory, viewer: Viewer, name: str, month: date, then: tuple[Moment, Decimal | None],
    now: tuple[Moment, Decimal | None],
) -> tuple[Part, ...]:  # fmt: skip
    """What came together at one moment, by cause; nothing where a side has no value: there is no difference then."""
    if then[1] is None or now[1] is None:
        return ()
    before, after = memory.definitions(then[0]), memory.definitions(now[0])
    by_old = now[1]
    parts = []
    if name in after.metrics and _tree(name, before) != _tree(name, after):
        asked = _value(memory, viewer, name, month, now[0], before)
        by_old = now[1] if asked is None else asked
        if by_old != now[1]:
            version = after.metrics[name].certified.version
            parts.append(Part("definition_change", now[1] - by_old, said=f"The definition is version {version} now."))
    if by_old != then[1]:
        span = Span(month, close_of(month, memory), then[0], now[0], before, after)
        parts += split(memory, viewer, name, span, by_old - then[1])
    return tuple(parts)


def _tree(name: str, definitions: Definitions) -> dict[str, Metric]:
    """A metric and all it is made of."""
    metric = definitions.metrics[name]
    found = {name: metric}
    for base in metric.bases:
        found |= _tree(base, definitions)
    return found


def _value(
    memory: Memory, viewer: Viewer, name: str, month: date, moment: Moment, by: Definitions | None
) -> Decimal | None:
    """The figure of the month over the rows of a moment; by the definitions of then where no others are named."""
    definitions = by or memory.definitions(moment)
    if name not in definitions.metrics:
        return None
    question = Question(name, since=month, until=month, include_partial=True)
    as_of = moment.as_of.astimezone(memory.zone)
    statement = compile_question(question, definitions.metrics, as_of=as_of, known=moment.recorded_at)
    marts = marts_of(definitions.metrics[name], definitions.metrics)
    found = memory.rows(viewer, marts, name, statement, month=month, known_at=moment.known_at)
    if not found.values:
        return None
    value = found.values[0][found.names.index("value")]
    return None if value is None else Decimal(value)


def _changed(memory: Memory, viewer: Viewer, name: str, month: date, span: Sequence[Moment]) -> set[datetime]:
    """When a row of the figure's marts came or went, or a definition did."""
    found: set[datetime] = set()
    for definitions in {id(each): each for each in map(memory.definitions, (span[0], span[-1]))}.values():
        if name in definitions.metrics:
            metric = definitions.metrics[name]
            marts, statement = marts_of(metric, definitions.metrics), _times(metric, definitions, month)
            found.update(at for (at,) in memory.rows(viewer, marts, name, statement, month=month).values if at)
            with memory.connection() as connection:
                found.update(redefined(connection, list(_tree(name, definitions))))
    return found


def _times(metric: Metric, definitions: Definitions, month: date) -> CompoundSelect[tuple[datetime]]:
    """The statement of when rows came and went: of the month alone where no other month goes into its figure."""
    tree = _tree(metric.name, definitions).values()
    is_narrow = all(each.kind not in WINDOWS and not each.days for each in tree)
    times: list[Select[tuple[datetime]]] = []
    for leaf in leaves_of(metric, definitions.metrics):
        kept = history_of(str(leaf.mart), [leaf.time_column])
        of_month = [kept.c[leaf.time_column] >= month, kept.c[leaf.time_column] < shifted(month, 1)]
        for name in ("recorded_from", "recorded_to"):
            times.append(select(kept.c[name]).where(*(of_month if is_narrow else ())))
    return union(*times)
