"""Why a figure is not what its receipt says: everything here is told by a row that is there, or by a file's version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from app.counting import counted
from app.manner import current, parted
from app.metrics import Metric
from app.receipts.basis import models_digest, source_named
from app.receipts.difference import Change
from app.receipts.form import Receipt, sha256

LOADS = text(
    """
    select source, count(*) as times, sum(row_count)::bigint as rows, max(ended_at) as at from portal.load_run
    where stream = '' and ended_at > :since and ended_at <= :until and row_count > 0 group by source order by source
    """
)
PARTS = text(
    """
    select source, count(*) as times, max(ended_at) as at from portal.live_build, unnest(sources) as source
    where result = 'ok' and started_at > :since and ended_at <= :until group by source order by source
    """
)
EVENTS = text(
    "select count(event_id) as rows, max(received_at) as at from raw_stripe_webhook.event "
    "where received_at > :since and received_at <= :until"
)
CHANGES = text(
    "select source, count(*) as streams, max(received_at) as at from portal.newest_change "
    "where received_at > :since group by source order by source"
)
IDENTITIES = text(
    "select version, placed_by, in_force_since as at from portal.file_version where name = 'identities' "
    "and in_force_since > :since and in_force_since <= :until order by version"
)
SCORES = text(
    "select count(*) as times, max(started_at) as at from portal.job_run where step = 'health' "
    "and result in ('ok', 'running') and started_at > :since and started_at <= :until"
)
OF_SCORES = "mart_customer_success.customer_health"
"""Marts whose names begin so hold what the step `health` has said."""

UNANSWERABLE = "unanswerable"
"""The kind of the cause that nobody can ask for the figure any more."""


@dataclass(frozen=True)
class Cause:
    """One reason why a figure may differ.

    Attributes:
        kind: definition, calculation, models, identity, load, webhook, change, part, scores, running_month or
            unanswerable.
        text: a sentence for people.
        source: the source system, where it is one.
        row_count: rows or events that came.
        at: when, the last time.
    """

    kind: str
    text: str
    source: str = ""
    row_count: int | None = None
    at: datetime | None = None


def definition_causes(receipt: Receipt, metric: Metric, sql: str) -> list[Cause]:
    """What has changed in the meaning of the figure, or in how it is asked of the marts."""
    certified = metric.certified
    if certified.version != receipt.version:
        said = (
            f"The definition is another: version {certified.version}, certified by the {certified.by.upper()} on "
            f"{current().day_and_year(certified.on)}; the receipt is by version {receipt.version}."
        )
        return [Cause("definition", said)]
    found = []
    if sha256(metric.definition) != receipt.definition:
        said = f"The text of the definition has changed, though its version is still {receipt.version}."
        found.append(Cause("definition", said))
    if sql != receipt.sql:
        said = f"The figure is worked out by another statement, though its version is still {receipt.version}."
        found.append(Cause("calculation", said))
    return found


def data_causes(
    connection: Connection, receipt: Receipt, build: Mapping[str, Any], changes: list[Change], zone: ZoneInfo
) -> list[Cause]:
    """What has come into the warehouse between the receipt's build and the one that readers see.

    Args:
        connection: as the portal's login.
        receipt: of the figure.
        build: which build readers see, another than the receipt's.
        changes: the rows that differ.
        zone: the reporting time zone.
    """
    began, so_far = receipt.build["started_at"], receipt.build.get("live_at", receipt.build["started_at"])
    until = max(str(build["ended_at"]), str(build.get("live_at", "")))
    span = {"since": began, "until": until}
    found = []
    if receipt.models != models_digest():
        found.append(Cause("models", "The models have changed that work the figure out, as with an upgrade."))
    for row in connection.execute(IDENTITIES, span):
        said = f"Who is who has changed: version {row.version} of the file of identities, put in place by"
        found.append(Cause("identity", f"{said} {row.placed_by}, was loaded {_when(row.at, zone)}.", "files", None,
                           row.at))  # fmt: skip
    found += _arrivals(connection, receipt, span, so_far, zone)
    found += _scores(connection, receipt, {**span, "since": so_far}, zone)
    running = _running(receipt, build, changes, zone)
    return [*found, running] if running else found


def _arrivals(
    connection: Connection, receipt: Receipt, span: Mapping[str, Any], so_far: Any, zone: ZoneInfo
) -> Iterator[Cause]:
    """Rows that came, of the sources that can change the figure."""
    for row in connection.execute(LOADS, span):
        source = source_named(row.source)
        if source in receipt.sources:
            said = f"{_often(row.times)} since, last {_when(row.at, zone)}: {counted(row.rows, 'row')}."
            yield Cause("load", f"{source} was loaded {said}", source, row.rows, row.at)
    events = connection.execute(EVENTS, span).one()
    if events.rows and "stripe" in receipt.sources:
        said = f"Stripe's webhook brought {parted(events.rows)} events since, the last {_when(events.at, zone)}."
        yield Cause("webhook", said, "stripe", events.rows, events.at)
    for row in connection.execute(CHANGES, span):
        if row.source in receipt.sources:
            said = f"{row.source} has changed since in {counted(row.streams, 'table')}, last {_when(row.at, zone)}."
            yield Cause("change", said, row.source, None, row.at)
    for row in connection.execute(PARTS, {**span, "since": so_far}):
        source = source_named(row.source).removesuffix("_webhook")
        if source in receipt.sources:
            said = f"New rows of {source} were built at once {_often(row.times)} since, last {_when(row.at, zone)}."
            yield Cause("part", said, source, None, row.at)


def _scores(connection: Connection, receipt: Receipt, span: Mapping[str, Any], zone: ZoneInfo) -> Iterator[Cause]:
    """That customers' health was judged anew, where the figure is made of that."""
    if any(mart.startswith(OF_SCORES) for mart in receipt.marts):
        row = connection.execute(SCORES, span).one()
        if row.times:
            said = f"The health of customers was scored anew {_often(row.times)} since, last {_when(row.at, zone)}."
            yield Cause("scores", said, at=row.at)


def _running(receipt: Receipt, build: Mapping[str, Any], changes: list[Change], zone: ZoneInfo) -> Cause | None:
    """That the month in which the receipt was made has gone on, where it is among what differs."""
    then = datetime.fromisoformat(str(receipt.build["as_of"])).astimezone(zone)
    now = datetime.fromisoformat(str(build["as_of"])).astimezone(zone)
    months = {str(change.row.get("month", ""))[:7] for change in changes}
    if now <= then or f"{then:%Y-%m}" not in months:
        return None
    month = date(then.year, then.month, 1)
    said = f"{month:%B %Y} was still running: the receipt's build speaks about {_when(then, zone)}, today's about"
    return Cause("running_month", f"{said} {_when(now, zone)}.", at=now)


def _often(times: int) -> str:
    return "once" if times == 1 else f"{times} times"


def _when(at: datetime, zone: ZoneInfo) -> str:
    return current().instant(at.astimezone(zone))
