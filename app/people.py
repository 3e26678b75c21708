"""People, their roles and their sessions: rows of ours, so that a right given or taken counts on the next click."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from app.access import ROLES
from app.errors import UsageError
from app.secrets import PORTAL, warehouse_url
from app.settings import Settings


def ensure_people(settings: Settings, people: Iterable[tuple[str, str, tuple[str, ...]]]) -> None:
    """Adds people who are not there yet, with their roles; who is there keeps what somebody gave or took since.

    Args:
        settings: whose warehouse, migrated.
        people: (e-mail, name, roles) each.

    Raises:
        UsageError: a role that does not exist.
    """
    engine = create_engine(warehouse_url(settings, PORTAL), hide_parameters=True, poolclass=NullPool)
    add = text("insert into portal.person (email, name) values (:email, :name) on conflict do nothing returning email")
    give = text("insert into portal.person_role (email, role, granted_by) values (:email, :role, 'sandbox')")
    with engine.begin() as connection:
        for email, name, roles in people:
            unknown = set(roles) - set(ROLES)
            if unknown:
                raise UsageError(f"{email} has no such role: {unknown.pop()!r}. Expected one of: {', '.join(ROLES)}.")
            if connection.execute(add, {"email": email.lower(), "name": name}).first():
                for role in roles:
                    connection.execute(give, {"email": email.lower(), "role": role})


class People:
    """What the portal asks about the person who signed in; every question goes to the database.

    Args:
        engine: connects as `plumbline_portal`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def roles_of(self, email: str) -> tuple[str, ...]:
        """The roles of an active person, in the order of `ROLES`; none for somebody we do not know."""
        query = text(
            "select role from portal.person_role join portal.person using (email) where email = lower(:email) "
            "and is_active"
        )
        with self._engine.begin() as connection:
            found = set(connection.execute(query, {"email": email}).scalars())
        return tuple(role for role in ROLES if role in found)

    def name_of(self, email: str) -> str | None:
        """The person's name as we know it, or nothing."""
        with self._engine.begin() as connection:
            query = text("select name from portal.person where email = lower(:email)")
            return connection.execute(query, {"email": email}).scalar()

    def open_session(self, email: str, now: datetime, hours: int) -> str:
        """Starts a session.

        Returns:
            The token to keep in the browser. The database holds only its hash, so who reads the table cannot use it.
        """
        token = secrets.token_urlsafe(32)
        query = text(
            "insert into portal.session (session_id, email, started_at, expires_at) "
            "values (:id, lower(:email), :now, :end)"
        )
        row = {"id": _hash(token), "email": email, "now": now, "end": now + timedelta(hours=hours)}
        with self._engine.begin() as connection:
            connection.execute(query, row)
        return token

    def session_email(self, token: str, now: datetime) -> str | None:
        """Whose session this is; nobody's when it is unknown, expired or ended, or the person is no longer active."""
        query = text(
            "select email from portal.session join portal.person using (email) where session_id = :id "
            "and revoked_at is null and expires_at > :now and is_active"
        )
        with self._engine.begin() as connection:
            return connection.execute(query, {"id": _hash(token), "now": now}).scalar()

    def close_session(self, token: str, now: datetime) -> None:
        """Ends a session for good; ending it twice changes nothing."""
        query = text("update portal.session set revoked_at = :now where session_id = :id and revoked_at is null")
        with self._engine.begin() as connection:
            connection.execute(query, {"id": _hash(token), "now": now})

    def close_sessions_of(self, email: str, now: datetime) -> None:
        """Ends all sessions of a person: signed out everywhere."""
        query = text("update portal.session set revoked_at = :now where email = lower(:email) and revoked_at is null")
        with self._engine.begin() as connection:
            connection.execute(query, {"email": email, "now": now})


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
