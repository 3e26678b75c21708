"""People, their roles and their sessions: rows of ours, so that a right given or taken counts on the next click."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, text

from app.access import ROLES
from app.connections import Connections
from app.errors import UsageError
from app.secrets import PORTAL
from app.settings import Settings

HELD = text(
    "select role from portal.person_role join portal.person using (email) where email = lower(:email) and is_active"
)
VALID = text(
    "select 1 from portal.session left join portal.person using (email) where session_id = :id "
    "and revoked_at is null and expires_at > :now and is_active is not false"
)
STANDING = text(f"select exists ({VALID.text}) as stands, array({HELD.text}) as roles")
"""Both at once: it is asked before each click."""


def ensure_people(settings: Settings, people: Iterable[tuple[str, str, tuple[str, ...]]]) -> None:
    """Adds people who are not there yet, with their roles; who is there keeps what somebody gave or took since.

    Args:
        settings: whose warehouse, migrated.
        people: (e-mail, name, roles) each.

    Raises:
        UsageError: a role that does not exist.
    """
    connections = Connections(settings)
    add = text("insert into portal.person (email, name) values (:email, :name) on conflict do nothing returning email")
    give = text("insert into portal.person_role (email, role, granted_by) values (:email, :role, 'sandbox')")
    try:
        with connections.open(PORTAL) as connection:
            for email, name, roles in people:
                unknown = sorted(set(roles) - set(ROLES))
                if unknown:
                    raise UsageError(f"{email} has no such role: {unknown[0]!r}. Expected one of: {', '.join(ROLES)}.")
                if connection.execute(add, {"email": email.lower(), "name": name}).first():
                    for role in roles:
                        connection.execute(give, {"email": email.lower(), "role": role})
    finally:
        connections.close()


class People:
    """What the portal asks about the person who signed in; every question goes to the database."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def roles_of(self, email: str) -> tuple[str, ...]:
        """The roles of an active person, in the order of `ROLES`; none for somebody we do not know."""
        with self._connections.ask(PORTAL) as connection:
            found = set(connection.execute(HELD, {"email": email}).scalars())
        return tuple(role for role in ROLES if role in found)

    def standing(self, session_id: str, email: str, now: datetime) -> tuple[str, ...] | None:
        """The roles of whoever signed in, as `roles_of`; None where the session does not stand, as `session_valid`."""
        with self._connections.ask(PORTAL) as connection:
            found = connection.execute(STANDING, {"id": session_id, "email": email, "now": now}).one()
        return tuple(role for role in ROLES if role in found.roles) if found.stands else None

    def name_of(self, email: str) -> str | None:
        """The person's name as we know it; none for somebody we do not know."""
        query = text("select name from portal.person where email = lower(:email)")
        with self._connections.ask(PORTAL) as connection:
            name: str | None = connection.execute(query, {"email": email}).scalar()
        return name

    def open_session(
        self, session_id: str, email: str, started_at: datetime, expires_at: datetime, name: str = ""
    ) -> None:
        """Notes a login; the first one makes the person, without a role.

        Noting it again changes nothing: a session that was ended stays so, and who was shut out stays outside.

        Args:
            session_id: a key that only this login has; whoever reads the table must not be able to use it.
            email: whom the identity provider named.
            started_at: now.
            expires_at: from when on the session counts no more.
            name: what the identity provider calls the person; taken only where we know no name yet.
        """
        person = text(
            "insert into portal.person (email, name) values (lower(:email), coalesce(nullif(:name, ''), lower(:email)))"
            " on conflict (email) do update set name = excluded.name where portal.person.name = portal.person.email"
        )
        session = text(
            "insert into portal.session (session_id, email, started_at, expires_at) "
            "values (:id, lower(:email), :start, :end) on conflict do nothing"
        )
        row = {"id": session_id, "email": email, "start": started_at, "end": expires_at}
        with self._connections.open(PORTAL) as connection:
            connection.execute(person, {"email": email, "name": name.strip()})
            connection.execute(session, row)

    def session_valid(self, session_id: str, now: datetime) -> bool:
        """Whether the session is known, neither expired nor ended, and not that of somebody we shut out."""
        with self._connections.ask(PORTAL) as connection:
            return connection.execute(VALID, {"id": session_id, "now": now}).first() is not None

    def close_session(self, session_id: str, now: datetime) -> None:
        """Ends a session for good; ending it twice changes nothing."""
        query = text("update portal.session set revoked_at = :now where session_id = :id and revoked_at is null")
        with self._connections.open(PORTAL) as connection:
            connection.execute(query, {"id": session_id, "now": now})

    def close_sessions_of(self, email: str, now: datetime) -> None:
        """Ends all sessions of a person: signed out everywhere."""
        with self._connections.open(PORTAL) as connection:
            end_sessions(connection, email, now)


def end_sessions(connection: Connection, email: str, now: datetime) -> int:
    """Ends all sessions of a person, in a transaction of the caller's; gives how many there were."""
    query = text("update portal.session set revoked_at = :now where email = lower(:email) and revoked_at is null")
    return connection.execute(query, {"email": email, "now": now}).rowcount
