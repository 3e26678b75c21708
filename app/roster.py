"""Who holds which role, as the operator gives and takes them: every change with its row in portal.audit.

Roles are read on each run of a page, so a change counts on the person's next click.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from app.access import ROLES, Viewer
from app.audited import Request, write_audit
from app.connections import Connections
from app.errors import UsageError
from app.people import end_sessions
from app.secrets import PORTAL

ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
ALL = text(
    """
    select p.email, p.name, p.is_active, p.created_at,
        coalesce((select array_agg(r.role) from portal.person_role r where r.email = p.email), '{}') as roles,
        (select max(s.started_at) from portal.session s where s.email = p.email) as last_sign_in
    from portal.person p
    where cast(:email as text) is null or p.email = :email
    order by p.email
    """
)


@dataclass(frozen=True)
class Member:
    """A person as the operator sees them.

    Attributes:
        email: lower case.
        name: as the identity provider said it at the first sign-in; the address before that.
        is_active: false for somebody who was shut out.
        roles: in the order of `ROLES`.
        created_at: when we first heard of them.
        last_sign_in: None before the first.
    """

    email: str
    name: str
    is_active: bool
    roles: tuple[str, ...]
    created_at: datetime
    last_sign_in: datetime | None

    def payload(self) -> dict[str, object]:
        return asdict(self)


class Roster:
    """Reads and changes who holds which role, on behalf of somebody who may: `by` is whom the audit names."""

    def __init__(self, connections: Connections, by: Viewer) -> None:
        self._connections = connections
        self._by = by

    def members(self) -> list[Member]:
        """Everybody we know, in the order of their addresses."""
        with self._connections.open(PORTAL) as connection:
            return _members(connection, None)

    def grant(self, email: str, roles: Sequence[str]) -> tuple[Member, tuple[str, ...]]:
        """Gives roles, also before the first sign-in; one that is held already is left as it is.

        Returns:
            The person, and the roles that are new.

        Raises:
            UsageError: it is no address, or a role does not exist; then nothing is changed.
        """
        address, wanted = _address(email), _known(roles)
        add = text("insert into portal.person (email, name) values (:email, :email) on conflict do nothing")
        give = text(
            "insert into portal.person_role (email, role, granted_by) values (:email, :role, :by) "
            "on conflict do nothing returning role"
        )
        with self._connections.open(PORTAL) as connection:
            connection.execute(add, {"email": address})
            new = tuple(
                role
                for role in wanted
                if connection.execute(give, {"email": address, "role": role, "by": self._by.email}).first()
            )
            self._note(connection, "grant role", address, new)
            return _member(connection, address), new

    def revoke(self, email: str, roles: Sequence[str]) -> tuple[Member, tuple[str, ...]]:
        """Takes roles; one that is not held is passed over.

        Returns:
            The person, and the roles that are gone.

        Raises:
            UsageError: nobody has that address, or a role does not exist; then nothing is changed.
        """
        address, wanted = _address(email), _known(roles)
        take = text("delete from portal.person_role where email = :email and role = :role returning role")
        with self._connections.open(PORTAL) as connection:
            _member(connection, address)
            gone = tuple(
                role for role in wanted if connection.execute(take, {"email": address, "role": role}).first()
            )
            self._note(connection, "revoke role", address, gone)
            return _member(connection, address), gone

    def shut_out(self, email: str, now: datetime) -> tuple[Member, int]:
        """Lets a person in no more and ends all their sessions; the roles are kept for `let_in`.

        Returns:
            The person, and how many sessions were ended.

        Raises:
            UsageError: nobody has that address.
        """
        with self._connections.open(PORTAL) as connection:
            address = self._set_active(connection, email, is_active=False)
            ended = end_sessions(connection, address, now)
            return _member(connection, address), ended

    def let_in(self, email: str) -> Member:
        """Lets a person in again who was shut out, with the roles they had; they sign in anew.

        Raises:
            UsageError: nobody has that address.
        """
        with self._connections.open(PORTAL) as connection:
            address = self._set_active(connection, email, is_active=True)
            return _member(connection, address)

    def _set_active(self, connection: Connection, email: str, *, is_active: bool) -> str:
        address = _address(email)
        _member(connection, address)
        change = text("update portal.person set is_active = :to where email = :email and is_active <> :to")
        if connection.execute(change, {"email": address, "to": is_active}).rowcount:
            write_audit(connection, self._by, Request("let in" if is_active else "shut out", (), None,
                                                      {"person": address}))  # fmt: skip
        return address

    def _note(self, connection: Connection, action: str, email: str, roles: Sequence[str]) -> None:
        if roles:
            write_audit(connection, self._by, Request(action, (), None, {"person": email, "roles": list(roles)}))


def _members(connection: Connection, email: str | None) -> list[Member]:
    return [
        Member(
            row.email,
            row.name,
            row.is_active,
            tuple(role for role in ROLES if role in row.roles),
            row.created_at,
            row.last_sign_in,
        )
        for row in connection.execute(ALL, {"email": email})
    ]


def _member(connection: Connection, email: str) -> Member:
    """The person of that address.

    Raises:
        UsageError: there is none.
    """
    found = _members(connection, email)
    if not found:
        raise UsageError(
            f"Nobody is known as {email!r}. Expected somebody who has signed in or was given a role. "
            "`plumbline person list` names them all."
        )
    return found[0]


def _address(email: str) -> str:
    """The address as it is kept.

    Raises:
        UsageError: it is none.
    """
    address = email.strip().lower()
    if not ADDRESS.fullmatch(address):
        raise UsageError(f"That is no e-mail address. Found {email!r}; expected one such as eva@example.com.")
    return address


def _known(roles: Sequence[str]) -> tuple[str, ...]:
    """The roles, each once, in the order of `ROLES`.

    Raises:
        UsageError: one does not exist.
    """
    unknown = [role for role in roles if role not in ROLES]
    if unknown:
        raise UsageError(f"No role is called {unknown[0]!r}. Expected one of: {', '.join(ROLES)}.")
    return tuple(role for role in ROLES if role in roles)
