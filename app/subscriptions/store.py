"""Who gets which page when: rows of portal.subscription, everybody's own, each act audited."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from app.access import Viewer
from app.audited import Request, write_audit
from app.clock import wall
from app.connections import Connections
from app.errors import NotPermitted, UsageError
from app.receipts.seal import sealer
from app.secrets import PORTAL
from app.settings import Settings
from app.subscriptions.schedule import Schedule

MOST = 20
"""So many subscriptions one person may have; each is a page that is read and a mail that is sent."""
COLUMNS = ("subscription_id::text, email, page, parameters, rhythm, on_day, at_hour, timezone, only_changed, with_pdf, "
           "created_at, stopped_at, stopped_because, shown")  # fmt: skip
THEIRS = text(f"select {COLUMNS} from portal.subscription where lower(email) = lower(:email) and stopped_at is null "
              "order by created_at, subscription_id")  # fmt: skip
RUNNING = text(f"select {COLUMNS} from portal.subscription where stopped_at is null order by created_at, "
               "subscription_id")  # fmt: skip
ONE = text(f"select {COLUMNS} from portal.subscription where subscription_id = cast(:id as uuid)")
ADD = text(
    "insert into portal.subscription (email, page, parameters, rhythm, on_day, at_hour, timezone, only_changed, "
    "with_pdf, created_at) values (:email, :page, cast(:parameters as jsonb), :rhythm, :on_day, :at_hour, :timezone, "
    ":only_changed, :with_pdf, :now) returning subscription_id::text"
)
IN_TURN = text("select pg_advisory_xact_lock(hashtext('plumbline subscriptions of ' || lower(:email)))")
"""One person's two windows, one after the other: both could find one fewer, and this very page not yet among them."""
STOP = text("update portal.subscription set stopped_at = :now, stopped_because = :why "
            "where subscription_id = cast(:id as uuid) and stopped_at is null returning email")  # fmt: skip


@dataclass(frozen=True)
class Subscription:
    """A page that somebody gets by e-mail.

    Attributes:
        parameters: those of the page's address.
        shown: a digest of the figures that were mailed last; None before the first.
    """

    subscription_id: str
    email: str
    page: str
    parameters: Mapping[str, Sequence[str]]
    schedule: Schedule
    only_changed: bool
    with_pdf: bool
    created_at: datetime
    stopped_at: datetime | None
    stopped_because: str | None
    shown: str | None


class Subscriptions:
    """What a person has subscribed to, and the way to stop it."""

    def __init__(self, connections: Connections, settings: Settings) -> None:
        self._connections, self._settings = connections, settings

    def of(self, viewer: Viewer) -> tuple[Subscription, ...]:
        """A person's own that are not stopped, oldest first."""
        with self._connections.ask(PORTAL) as connection:
            return _of(connection, viewer)

    def add(self, viewer: Viewer, page: str, parameters: Mapping[str, Sequence[str]], schedule: Schedule, *,
            only_changed: bool, with_pdf: bool) -> str:  # fmt: skip
        """Subscribes a person to a page that they may open; its rights are looked at anew with each mail.

        Raises:
            UsageError: they have as many as one may, or this very one.
        """
        chosen = {name: list(values) for name, values in parameters.items()}
        same = (page, chosen, schedule)
        row = {"email": viewer.email, "page": page, "parameters": json.dumps(chosen),
               "rhythm": schedule.rhythm, "on_day": schedule.on_day, "at_hour": schedule.at_hour,
               "timezone": schedule.timezone, "only_changed": only_changed, "with_pdf": with_pdf,
               "now": wall()}  # fmt: skip
        with self._connections.open(PORTAL) as connection:
            connection.execute(IN_TURN, {"email": viewer.email})
            mine = _of(connection, viewer)
            if any((each.page, each.parameters, each.schedule) == same for each in mine):
                raise UsageError(f"You get this page already, {schedule.said}. The page Mail has the way to stop it.")
            if len(mine) >= MOST:
                raise UsageError(f"You have {MOST} subscriptions. Expected fewer. Stop one on the page Mail first.")
            made = str(connection.execute(ADD, row).scalar_one())
            told = {"subscription": made, "page": page, "when": schedule.said}
            write_audit(connection, viewer, Request("subscribe", (), None, told))
        return made

    def stop(self, viewer: Viewer, subscription_id: str) -> None:
        """Stops one of a person's own.

        Raises:
            NotPermitted: it is none of theirs.
        """
        if all(each.subscription_id != subscription_id for each in self.of(viewer)):
            raise NotPermitted(f"{subscription_id!r} is none of your subscriptions. Expected one of the page Mail.")
        self._stop(viewer, subscription_id, "by whom it was for")

    def stop_by_link(self, token: str) -> Subscription | None:
        """Stops the subscription of a link that we signed, signed in or not; None where nobody signed it."""
        found = self.by_link(token)
        if found is not None and found.stopped_at is None:
            self._stop(Viewer(found.email, (), "link"), found.subscription_id, "by the link of a mail")
        return found

    def by_link(self, token: str) -> Subscription | None:
        """The subscription that a link is about; None where nobody signed the link."""
        subscription_id, _, signed = token.partition(".")
        if not is_id(subscription_id) or not sealer(self._settings).is_signed(said(subscription_id), signed):
            return None
        with self._connections.ask(PORTAL) as connection:
            row = connection.execute(ONE, {"id": subscription_id}).mappings().one_or_none()
        return read(row) if row else None

    def token(self, subscription_id: str) -> str:
        """What a link to stop it ends with: its id, and our signature."""
        return f"{subscription_id}.{sealer(self._settings).sign(said(subscription_id))}"

    def _stop(self, viewer: Viewer, subscription_id: str, why: str) -> None:
        with self._connections.open(PORTAL) as connection:
            connection.execute(STOP, {"id": subscription_id, "why": why, "now": wall()})
            write_audit(connection, viewer, Request("unsubscribe", (), None, {"subscription": subscription_id,
                                                                              "why": why}))  # fmt: skip


def _of(connection: Connection, viewer: Viewer) -> tuple[Subscription, ...]:
    return tuple(read(row) for row in connection.execute(THEIRS, {"email": viewer.email}).mappings())


def said(subscription_id: str) -> dict[str, str]:
    """What is signed in a link."""
    return {"stops": subscription_id}


def is_id(words: str) -> bool:
    try:
        return str(UUID(words)) == words
    except ValueError:
        return False


def read(row: RowMapping | Mapping[str, Any]) -> Subscription:
    """A row as a subscription."""
    schedule = Schedule(row["rhythm"], row["on_day"], row["at_hour"], row["timezone"])
    return Subscription(row["subscription_id"], row["email"], row["page"], row["parameters"], schedule,
                        row["only_changed"], row["with_pdf"], row["created_at"], row["stopped_at"],
                        row["stopped_because"], row["shown"])  # fmt: skip
