"""What Zendesk measures of a ticket: the metric set as it stands, and the metric events as they happen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.sandbox.company.book import Body
from pipelines.sandbox.company.support_hours import after, worked
from pipelines.sandbox.company.support_ticket import CLOSED, MINUTE, Course, Step
from pipelines.sandbox.company.times import HOUR, stamp

TARGETS = {"urgent": 1, "high": 4, "normal": 8, "low": 16}
"""The service levels: office hours until the first reply."""
OURS, THEIRS = ("new", "open"), ("pending",)


@dataclass
class Measured:
    """A ticket's times as far as they have come; None where it has not come to it."""

    status: str
    changed_at: int
    taken_at: int | None = None
    replied_at: int | None = None
    first_solved_at: int | None = None
    solved_at: int | None = None
    heard_at: int | None = None
    answered_at: int | None = None
    replies: int = 0
    reopens: int = 0


def measure(steps: Sequence[Step]) -> Measured:
    """The times of a ticket, from its steps up to now."""
    found = Measured("new", steps[0].at)
    for step in steps:
        if step.by == "requester":
            found.heard_at = step.at
        elif step.by == "agent":
            found.answered_at = step.at
            found.taken_at = found.taken_at or step.at
        if step.by == "agent" and step.said and step.is_public:
            found.replies += 1
            found.replied_at = found.replied_at or step.at
        if step.status and step.status != found.status:
            if step.status == "solved" or (step.status == "closed" and found.status != "solved"):
                found.first_solved_at = found.first_solved_at or step.at
                found.solved_at = step.at
            if found.status == "solved" and step.status == "open":
                found.reopens += 1
                found.solved_at = None
            found.status, found.changed_at = step.status, step.at
    return found


def metric_set(key: int, ticket: int, address: str, steps: Sequence[Step], updated: int) -> Body:
    """A ticket's metrics, as Zendesk side-loads them."""
    start, found = steps[0].at, measure(steps)

    def minutes(end: int | None) -> Body:
        if end is None:
            return {"calendar": None, "business": None}
        return {"calendar": (end - start) // MINUTE, "business": worked(start, end) // MINUTE}

    taken = _stamped(found.taken_at)
    return {
        "url": f"{address}/api/v2/ticket_metrics/{key}.json", "id": key, "ticket_id": ticket,
        "created_at": stamp(start), "updated_at": stamp(updated), "group_stations": 1,
        "assignee_stations": 1 if taken else 0, "reopens": found.reopens, "replies": found.replies,
        "assignee_updated_at": _stamped(found.answered_at), "requester_updated_at": _stamped(found.heard_at),
        "status_updated_at": stamp(found.changed_at), "initially_assigned_at": taken, "assigned_at": taken,
        "solved_at": _stamped(found.solved_at), "latest_comment_added_at": stamp(
            max(step.at for step in steps if step.said)),
        "reply_time_in_minutes": minutes(found.replied_at),
        "first_resolution_time_in_minutes": minutes(found.first_solved_at),
        "full_resolution_time_in_minutes": minutes(found.solved_at),
        "agent_wait_time_in_minutes": _spent(steps, THEIRS, updated),
        "requester_wait_time_in_minutes": _spent(steps, (*OURS, "hold"), updated),
        "on_hold_time_in_minutes": _spent(steps, ("hold",), updated),
    }  # fmt: skip


def metric_events(course: Course, steps: Sequence[Step], until: int) -> Iterator[Body]:
    """The events of reply time and resolution time up to an instant, without ids and the ticket."""
    start, found = course.created, measure(steps)
    yield _event("reply_time", "activate", start)
    yield _event("resolution_time", "activate", start)
    if course.topic == "spam":
        return
    hours = TARGETS[course.priority]
    yield _event("reply_time", "apply_sla", start, sla={
        "target": hours * 60, "business_hours": True,
        "policy": {"id": 36001, "title": "First reply by priority", "description": "In office hours"}})  # fmt: skip
    over = next((step.at for step in steps if step.status in ("solved", *CLOSED)), None)
    due, met = after(start, hours * HOUR), found.replied_at or over
    if due <= until and (met is None or met > due):
        yield _event("reply_time", "breach", due)
    if found.replied_at is not None:
        yield _event("reply_time", "fulfill", found.replied_at)
        yield _event("reply_time", "update_status", found.replied_at, status=_both(start, found.replied_at))
    yield from _resolutions(start, steps)


def _resolutions(start: int, steps: Sequence[Step]) -> Iterator[Body]:
    """The clock of the resolution stops at each solution and starts again with each reopening."""
    turn, is_open = 1, True
    for step in steps:
        if is_open and step.status in ("solved", *CLOSED):
            yield _event("resolution_time", "fulfill", step.at, turn)
            yield _event("resolution_time", "update_status", step.at, turn, status=_both(start, step.at))
            is_open = False
        elif not is_open and step.status == "open":
            turn, is_open = turn + 1, True
            yield _event("resolution_time", "activate", step.at, turn)


def _event(metric: str, kind: str, at: int, turn: int = 1, **more: Body) -> Body:
    return {"metric": metric, "instance_id": turn, "type": kind, "time": stamp(at), "at": at} | more


def _both(start: int, end: int) -> Body:
    return {"calendar": (end - start) // MINUTE, "business": worked(start, end) // MINUTE}


def _spent(steps: Sequence[Step], statuses: Sequence[str], until: int) -> Body:
    """Minutes that a ticket was in one of the statuses."""
    calendar = business = 0
    status, since = "new", steps[0].at
    for step in (*steps[1:], Step(until, "", "end")):
        if step.status is None or step.status == status:
            continue
        if status in statuses:
            calendar, business = calendar + step.at - since, business + worked(since, step.at)
        status, since = step.status, step.at
    return {"calendar": calendar // MINUTE, "business": business // MINUTE}


def _stamped(instant: int | None) -> str | None:
    return None if instant is None else stamp(instant)
