"""What is said of logins for other tools, and the lines to copy into each. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from app.database_access import Login, Server

SEEN = "Seen is looked at twice a minute: what connects and leaves in between may not be noted"


def counted(known: Sequence[Login]) -> str:
    """Such as "2 let in, 1 ended"."""
    live = sum(each.state == "ready" for each in known)
    ended = sum(each.state == "ended" for each in known)
    return f"{live or 'none'} let{'s' if live == 1 else ''} in{f', {ended} ended' if ended else ''}"


def called(each: Login) -> str:
    return f"{each.tool}, {each.login}"


def whose(each: Login, reader: str) -> str:
    """The login, and its owner where that is not who reads."""
    return each.login if each.email == reader else f"{each.login}, {each.email}"


def standing(each: Login) -> str:
    """Its state, with the reason where it is over or could not be made."""
    why = each.ended_because or (each.failed_because if each.state == "failed" else "")
    return f"{each.state}: {why}" if why else each.state


def ways(server: Server, login: str) -> tuple[tuple[str, str], ...]:
    """Tool and what to copy into it; the password is asked for by each of them."""
    at, name = server.host, server.database
    plain = f"Server: {at}\nPort: {server.port}\nDatabase: {name}\nUser: {login}"
    ssl = "not required" if server.sslmode == "disable" else server.sslmode
    return (
        ("psql", f'psql "host={at} port={server.port} dbname={name} user={login} sslmode={server.sslmode}"'),
        ("Tableau: Connect, To a Server, PostgreSQL", f"{plain}\nAuthentication: Username and Password\nRequire SSL: "
         f"{'no' if server.sslmode == 'disable' else 'yes'}"),
        ("Looker: Admin, Connections, Dialect PostgreSQL 9.5+", f"{plain}\nSSL: {ssl}\nPersistent derived tables: off"),
    )  # fmt: skip


def only_here(server: Server) -> str:
    """That the server answers nobody from outside, and the way round."""
    return (
        f"The server answers its own machine alone ({server.host}). From yours, keep a tunnel open while you work: "
        f"ssh -N -L {server.port}:{server.host}:{server.port} YOU@THE-SERVER. For a tool that cannot, the person who "
        "runs Plumbline moves the warehouse to a Postgres that listens with TLS (docs/database_access.md)."
    )
