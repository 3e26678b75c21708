"""Logins of people's own for Tableau, Looker or psql: asked for here, made by the scheduler, which alone may make them.

The web process has no right to make a login. It makes the password, keeps none of it and writes down a verifier, by
which the server knows the password and nobody can find it (RFC 5803); the scheduler takes the row within seconds.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import Connection, text

from app.access import Viewer
from app.audited import Request, write_audit
from app.clock import wall
from app.connections import Connections
from app.errors import NotPermitted, UsageError
from app.scram import verifier
from app.secrets import PORTAL, warehouse_url
from app.settings import Settings
from app.written import is_line

HOLDERS = ("analyst", "engineer")
"""The roles that may have one: those that write SQL; it reads what their login reads."""
OVERSEER = "engineer"
LONGEST_DAYS, MOST, LONGEST_NAME = 90, 5, 60
PREFIX = "plumbline_p_"
FIELDS = "login_id, login, email, role, tool, asked_at, ends_at, made_at, failed_because, revoked_at, ended_at, " \
         "ended_because, last_seen_at"  # fmt: skip
THEIRS = text(f"select {FIELDS} from portal.database_login where lower(email) = lower(:email) "
              "order by ended_at is not null, asked_at desc limit 50")  # fmt: skip
EVERY = text(f"select {FIELDS} from portal.database_login order by ended_at is not null, asked_at desc limit 500")
ASK = text("insert into portal.database_login (login_id, login, email, role, tool, verifier, asked_at, ends_at) "
           "values (:login_id, :login, :email, :role, :tool, :verifier, :asked_at, :ends_at)")  # fmt: skip
IN_TURN = text("select pg_advisory_xact_lock(hashtext('plumbline logins of ' || lower(:email)))")
"""One person's two windows, one after the other: both could count one fewer than there may be."""
OPEN = text("select count(*) from portal.database_login where lower(email) = lower(:email) and ended_at is null")
REVOKE = text("update portal.database_login set revoked_at = :now, revoked_by = :by where login_id = :login_id "
              "and revoked_at is null and ended_at is null")  # fmt: skip
SERVER = text("select current_setting('server_version_num')::int as version, exists (select from pg_proc as p, "
              "aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a where a.grantee = 0 and "
              "p.oid = 'pg_catalog.set_config(text, text, boolean)'::regprocedure) as is_open")  # fmt: skip
OLDEST_SERVER = 160_000
"""From PostgreSQL 16 on a login may have the rights of another without being able to become it (`with set false`)."""


@dataclass(frozen=True)
class Login:
    """A login of somebody's own.

    Attributes:
        login: its name in the database.
        tool: what it is for, as its owner called it.
        made_at: None until the scheduler has made it; `failed_because` says why it cannot.
        revoked_at: when somebody asked for its end; `ended_at` when it was gone.
        last_seen_at: when it was last seen connected; what connects and leaves within half a minute may not be seen.
    """

    login_id: UUID
    login: str
    email: str
    role: str
    tool: str
    asked_at: datetime
    ends_at: datetime
    made_at: datetime | None
    failed_because: str | None
    revoked_at: datetime | None
    ended_at: datetime | None
    ended_because: str | None
    last_seen_at: datetime | None

    @property
    def state(self) -> Literal["being made", "ready", "failed", "ending", "ended"]:
        if self.ended_at is not None:
            return "ended"
        if self.revoked_at is not None:
            return "ending"
        return "failed" if self.failed_because else "ready" if self.made_at is not None else "being made"

    def payload(self) -> dict[str, Any]:
        return {**asdict(self), "login_id": str(self.login_id), "state": self.state}


@dataclass(frozen=True)
class Server:
    """Where a tool connects. `is_here`: the server answers this machine alone."""

    host: str
    port: int
    database: str
    sslmode: str
    is_here: bool


class DatabaseAccess:
    """What a person may do with logins of their own, and the engineer with everybody's; each act is audited."""

    def __init__(self, connections: Connections, settings: Settings) -> None:
        self._connections, self._settings = connections, settings

    def roles_of(self, viewer: Viewer) -> tuple[str, ...]:
        """The roles for which this person may have a login."""
        return tuple(role for role in viewer.roles if role in HOLDERS)

    def why_not(self) -> str:
        """Why no login can be made on this server, and what to do; empty where it can.

        Raises:
            WarehouseDown: nobody answers.
        """
        with self._connections.ask(PORTAL) as connection:
            found = connection.execute(SERVER).one()
        if found.version < OLDEST_SERVER:
            return (f"The warehouse is PostgreSQL {found.version // 10_000}. Expected 16 or newer: before it a login "
                    "that has a role's rights can also become that role's own login. Use the page SQL.")  # fmt: skip
        if found.is_open:
            return ("The warehouse is shared with others, or its user is no superuser, so functions that do more than "
                    "read are open to every login. Expected them shut: docs/database_access.md says how.")  # fmt: skip
        return ""

    def server(self) -> Server:
        """Where a tool connects, as this home knows it."""
        url = warehouse_url(self._settings)
        host = str(url.host)
        is_here = host in ("127.0.0.1", "localhost", "::1")
        given = url.query.get("sslmode")
        sslmode = given if isinstance(given, str) else "disable" if self._settings.warehouse_url is None else "prefer"
        return Server(host, url.port or 5432, str(url.database), sslmode, is_here)

    def of(self, viewer: Viewer) -> tuple[Login, ...]:
        """Their own, those that end last first; the engineer's list is `every`."""
        with self._connections.ask(PORTAL) as connection:
            return _logins(connection, THEIRS, {"email": viewer.email})

    def every(self, viewer: Viewer) -> tuple[Login, ...]:
        """Everybody's.

        Raises:
            NotPermitted: the viewer is no engineer.
        """
        if OVERSEER not in viewer.roles:
            raise NotPermitted(f"Only engineers see everybody's logins. Found: {', '.join(viewer.roles) or 'no role'}.")
        with self._connections.ask(PORTAL) as connection:
            return _logins(connection, EVERY, {})

    def ask(self, viewer: Viewer, role: str, tool: str, days: int) -> tuple[Login, str]:
        """Asks for a login with the rights of one of the viewer's roles.

        Args:
            viewer: who asks.
            role: one of theirs.
            tool: what it is for, in their words.
            days: until it ends.

        Returns:
            It, and its password: known here and nowhere else, to be shown once.

        Raises:
            NotPermitted: the role is not theirs, or none that may have one.
            UsageError: the name or the days are not to be had, they have as many as one may, or the server cannot.
        """
        called, now = " ".join(tool.split()), wall()
        self._refuse(viewer, role, called, days)
        password = secrets.token_urlsafe(32)
        row = {"login_id": uuid4(), "login": PREFIX + secrets.token_hex(6), "email": viewer.email, "role": role,
               "tool": called, "verifier": verifier(password), "asked_at": now,
               "ends_at": now + timedelta(days=days)}  # fmt: skip
        with self._connections.open(PORTAL) as connection:
            connection.execute(IN_TURN, {"email": viewer.email})
            if int(connection.scalar(OPEN, {"email": viewer.email}) or 0) >= MOST:
                raise UsageError(f"You have {MOST} logins. Expected fewer. Revoke one that you do not use, then ask "
                                 "again.")  # fmt: skip
            connection.execute(ASK, row)
            write_audit(connection, viewer, Request("ask for database login", (), None, {
                "login": row["login"], "for_role": role, "tool": called, "ends_at": row["ends_at"]}))  # fmt: skip
        return next(each for each in self.of(viewer) if each.login == row["login"]), password

    def revoke(self, viewer: Viewer, login_id: str) -> Login:
        """Asks for the end of one's own, or as an engineer of anybody's; the scheduler ends it within seconds.

        Raises:
            NotPermitted: there is none of that id for them that has not ended.
        """
        known = self.every(viewer) if OVERSEER in viewer.roles else self.of(viewer)
        found = next((each for each in known if str(each.login_id) == login_id and each.ended_at is None), None)
        with self._connections.open(PORTAL) as connection:
            if found is not None:
                connection.execute(REVOKE, {"login_id": found.login_id, "now": wall(), "by": viewer.email})
            write_audit(connection, viewer, Request("revoke database login", (), None, {
                "login": found.login if found else login_id[:64]}), outcome="ok" if found else "refused")  # fmt: skip
        if found is None:
            raise NotPermitted(f"No login {login_id[:64]!r} of yours is there to be revoked. Expected one that has not "
                               "ended. Look at the page Database access, or `plumbline access list`.")  # fmt: skip
        return found

    def _refuse(self, viewer: Viewer, role: str, called: str, days: int) -> None:
        if role not in self.roles_of(viewer):
            with self._connections.open(PORTAL) as connection:
                write_audit(connection, viewer, Request("ask for database login", (), None, {"for_role": role}),
                            outcome="refused")  # fmt: skip
            raise NotPermitted(f"{viewer.email} may not have a login as {role}. Found the roles "
                               f"{', '.join(viewer.roles) or 'none'}; expected one of: {', '.join(HOLDERS)}."
                               )  # fmt: skip
        if not is_line(called, LONGEST_NAME):
            raise UsageError(f"Say what it is for, in 1 to {LONGEST_NAME} letters, such as Tableau. Found {called!r}.")
        if not 1 <= days <= LONGEST_DAYS:
            raise UsageError(f"A login ends after 1 to {LONGEST_DAYS} days. Found {days}. Ask for a new one then.")
        if reason := self.why_not():
            raise UsageError(reason)


def _logins(connection: Connection, statement: Any, values: Mapping[str, Any]) -> tuple[Login, ...]:
    return tuple(Login(**row) for row in connection.execute(statement, values).mappings())
