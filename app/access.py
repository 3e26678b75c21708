"""Who is looking. What they may see is held by the database: each role has a login that can select its marts."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import UsageError

ROLES: tuple[str, ...] = (
    "executive",
    "finance",
    "sales",
    "product",
    "marketing",
    "customer_success",
    "analyst",
    "engineer",
)


@dataclass(frozen=True)
class Viewer:
    """A person who looks, as the key of every cached read: who they are and what they are.

    Attributes:
        email: lower case; `cli` for the operator at the command line.
        roles: in the order of `ROLES`; none means that nothing can be seen.
        address: where the request came from, for the audit.
    """

    email: str
    roles: tuple[str, ...]
    address: str = ""

    def __post_init__(self) -> None:
        unknown = [role for role in self.roles if role not in ROLES]
        if unknown:
            raise UsageError(f"No role is called {unknown[0]!r}. Expected one of: {', '.join(ROLES)}.")


OPERATOR = Viewer("cli", ROLES)
"""Whoever can run `plumbline` on the server holds its secrets anyway; what they read is audited all the same."""


def login_of(role: str) -> str:
    """The database login that reads for a role."""
    return f"plumbline_{role}"


def role_of(login: str) -> str:
    """The role that a database login reads for."""
    return login.removeprefix("plumbline_")
