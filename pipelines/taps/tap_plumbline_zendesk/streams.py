"""The streams: what is asked for, and which of its fields are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from singer_sdk import typing as th

from .client import CursorExport, Listed, TimeExport, ZendeskStream

TEXT, NUMBER, FLAG, INSTANT = th.StringType(), th.IntegerType(), th.BooleanType(), th.DateTimeType()
TEXTS, ANY = th.ArrayType(th.StringType()), th.ArrayType(th.ObjectType(additional_properties=True))
MINUTES = th.ObjectType(th.Property("calendar", NUMBER), th.Property("business", NUMBER))
OBJECT = th.ObjectType(additional_properties=True)
LATE_RATING_SECONDS = 62 * 86_400
"""A rating is listed by when it was offered, and given until its ticket closes: after 28 days at the latest, and from
there on it may still be corrected.
"""


def columns(**kinds: Any) -> dict[str, Any]:
    """A schema of these columns, of which only the id must be there."""
    found: dict[str, Any] = th.PropertiesList(
        *(th.Property(name, kind, required=name == "id") for name, kind in kinds.items())
    ).to_dict()
    return found


class Tickets(CursorExport):
    """Tickets, deleted ones too; each brings its metrics along."""

    name = "tickets"
    path = "/api/v2/incremental/tickets/cursor.json"
    collection = "tickets"
    replication_key = "generated_timestamp"
    sideload = "metric_sets"
    schema = columns(
        id=NUMBER, created_at=INSTANT, updated_at=INSTANT, generated_timestamp=NUMBER, type=TEXT, subject=TEXT,
        priority=TEXT, status=TEXT, channel=TEXT, recipient=TEXT, requester_id=NUMBER, submitter_id=NUMBER,
        assignee_id=NUMBER, organization_id=NUMBER, group_id=NUMBER, brand_id=NUMBER, ticket_form_id=NUMBER,
        problem_id=NUMBER, external_id=TEXT, has_incidents=FLAG, is_public=FLAG, due_at=INSTANT, tags=TEXTS,
        custom_fields=ANY, satisfaction_rating=OBJECT,
    )

    def generate_child_contexts(self, record: dict[str, Any], context: Any) -> Iterable[dict[str, Any] | None]:
        """The metrics that came with the ticket; a deleted one has none."""
        measured = record.pop("metric_set", None)
        if measured:
            yield measured

    def _sync_children(self, child_context: Any) -> None:
        """Hands the metrics on without a run of their own for each ticket."""
        for child in self.child_streams:
            if child.selected:
                child.take(dict(child_context))


class TicketMetrics(ZendeskStream):
    """One set of metrics per ticket, as the export of tickets brings them."""

    name = "ticket_metrics"
    parent_stream_type = Tickets
    state_partitioning_keys = ()
    path = ""
    schema = columns(
        id=NUMBER, ticket_id=NUMBER, created_at=INSTANT, updated_at=INSTANT, group_stations=NUMBER,
        assignee_stations=NUMBER, reopens=NUMBER, replies=NUMBER, assignee_updated_at=INSTANT,
        requester_updated_at=INSTANT, status_updated_at=INSTANT, initially_assigned_at=INSTANT, assigned_at=INSTANT,
        solved_at=INSTANT, latest_comment_added_at=INSTANT, reply_time_in_minutes=MINUTES,
        first_resolution_time_in_minutes=MINUTES, full_resolution_time_in_minutes=MINUTES,
        agent_wait_time_in_minutes=MINUTES, requester_wait_time_in_minutes=MINUTES, on_hold_time_in_minutes=MINUTES,
    )
    _is_announced = False

    def take(self, record: dict[str, Any]) -> None:
        """Sends on one set; before the first one, what a set looks like."""
        if not self._is_announced:
            self._write_schema_message()
            self._is_announced = True
        self._write_record_message(record)

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:
        yield from () if context is None else (dict(context),)


class TicketComments(TimeExport):
    """What was said: out of the export of all events, so that no ticket has to be asked for its own."""

    name = "ticket_comments"
    path = "/api/v2/incremental/ticket_events.json"
    collection = "ticket_events"
    replication_key = "timestamp"
    sideload = "comment_events"
    schema = columns(
        id=NUMBER, ticket_id=NUMBER, audit_id=NUMBER, author_id=NUMBER, created_at=INSTANT, timestamp=NUMBER,
        channel=TEXT, public=FLAG, body=TEXT,
    )

    def get_records(self, context: Any) -> Iterable[dict[str, Any]]:
        for event in self.request_records(context):
            for child in event["child_events"]:
                if child.get("event_type") == "Comment":
                    yield self.post_process(child | {
                        "ticket_id": event["ticket_id"], "audit_id": event["id"], "timestamp": event["timestamp"],
                        "created_at": event["created_at"],
                    })  # fmt: skip


class TicketMetricEvents(TimeExport):
    """When a clock of a ticket started, stopped, or ran over its service level."""

    name = "ticket_metric_events"
    path = "/api/v2/incremental/ticket_metric_events.json"
    collection = "ticket_metric_events"
    replication_key = "time"
    schema = columns(
        id=NUMBER, ticket_id=NUMBER, metric=TEXT, instance_id=NUMBER, type=TEXT, time=INSTANT, status=MINUTES,
        sla=OBJECT,
    )


class Organizations(TimeExport):
    """Customers, as support keeps them."""

    name = "organizations"
    path = "/api/v2/incremental/organizations.json"
    collection = "organizations"
    replication_key = "updated_at"
    schema = columns(
        id=NUMBER, name=TEXT, external_id=TEXT, domain_names=TEXTS, tags=TEXTS, group_id=NUMBER, created_at=INSTANT,
        updated_at=INSTANT, deleted_at=INSTANT,
    )


class Users(CursorExport):
    """Agents, and everybody who ever wrote."""

    name = "users"
    path = "/api/v2/incremental/users/cursor.json"
    collection = "users"
    replication_key = "updated_at"
    schema = columns(
        id=NUMBER, name=TEXT, email=TEXT, role=TEXT, organization_id=NUMBER, external_id=TEXT, active=FLAG,
        suspended=FLAG, verified=FLAG, time_zone=TEXT, created_at=INSTANT, updated_at=INSTANT, last_login_at=INSTANT,
    )


class Groups(Listed):
    """Groups of agents."""

    name = "groups"
    path = "/api/v2/groups.json"
    collection = "groups"
    replication_key = "updated_at"
    schema = columns(id=NUMBER, name=TEXT, deleted=FLAG, created_at=INSTANT, updated_at=INSTANT)


class SatisfactionRatings(Listed):
    """What requesters thought: offered, good or bad."""

    name = "satisfaction_ratings"
    path = "/api/v2/satisfaction_ratings.json"
    collection = "satisfaction_ratings"
    replication_key = "updated_at"
    schema = columns(
        id=NUMBER, ticket_id=NUMBER, requester_id=NUMBER, assignee_id=NUMBER, group_id=NUMBER, score=TEXT,
        comment=TEXT, reason=TEXT, reason_id=NUMBER, created_at=INSTANT, updated_at=INSTANT,
    )

    def get_url_params(self, context: Any, next_page_token: Any) -> dict[str, Any]:
        since = max(0, self.begins(context) - LATE_RATING_SECONDS)
        return super().get_url_params(context, next_page_token) | {"start_time": since}


STREAMS = (
    Groups, Organizations, SatisfactionRatings, TicketComments, TicketMetricEvents, TicketMetrics, Tickets, Users,
)  # fmt: skip
