"""`plumbline person …`: who is known, who holds which role, who is shut out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from app.access import ROLES
from app.settings import get_settings
from pipelines.commands.options import Json
from pipelines.output import answer, chatter_on_stderr

if TYPE_CHECKING:
    from rich.console import Console

    from app.roster import Member, Roster

app = typer.Typer(
    help="People and their roles. A change counts on the person's next click.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Email = Annotated[str, typer.Argument(help="The address that the identity provider names.", metavar="EMAIL")]
Roles = Annotated[list[str], typer.Argument(help=f"One or more of: {', '.join(ROLES)}.", metavar="ROLE...")]


@app.command("list")
def list_people(as_json: Json = False) -> None:
    """List everybody who has signed in or was given a role.

    Example: plumbline person list
    """
    with _roster(as_json) as roster:
        members = roster.members()
    answer({"people": [member.payload() for member in members]}, as_json, lambda console: _draw(members, console))


@app.command()
def grant(email: Email, roles: Roles, as_json: Json = False) -> None:
    """Give a person roles, also before they first sign in; a role they hold already is left as it is.

    Example: plumbline person grant eva@example.com executive finance
    """
    with _roster(as_json) as roster:
        member, new = roster.grant(email, roles)
    said = f"{member.email} was given {', '.join(new)}." if new else f"{member.email} had that already."
    _tell(member, said, as_json, changed=new)


@app.command()
def revoke(email: Email, roles: Roles, as_json: Json = False) -> None:
    """Take roles from a person; a role they do not hold is passed over.

    Example: plumbline person revoke eva@example.com finance
    """
    with _roster(as_json) as roster:
        member, gone = roster.revoke(email, roles)
    said = f"{member.email} lost {', '.join(gone)}." if gone else f"{member.email} did not have that."
    _tell(member, said, as_json, changed=gone)


@app.command("shut-out")
def shut_out(email: Email, as_json: Json = False) -> None:
    """Let a person in no more, and end all their sessions; their roles are kept for `let-in`.

    Example: plumbline person shut-out eva@example.com
    """
    from app.clock import wall

    with _roster(as_json) as roster:
        member, ended = roster.shut_out(email, wall())
    said = f"{member.email} is shut out; {ended} session{'' if ended == 1 else 's'} ended."
    _tell(member, said, as_json, sessions_ended=ended)


@app.command("let-in")
def let_in(email: Email, as_json: Json = False) -> None:
    """Let a person in again who was shut out, with the roles they had.

    Example: plumbline person let-in eva@example.com
    """
    with _roster(as_json) as roster:
        member = roster.let_in(email)
    _tell(member, f"{member.email} may sign in.", as_json)


@contextmanager
def _roster(as_json: bool) -> Iterator[Roster]:
    """The roster of this home's warehouse, on behalf of the operator."""
    with chatter_on_stderr(as_json):
        from app.access import OPERATOR
        from app.connections import Connections
        from app.roster import Roster
        from pipelines.services import running

        settings = get_settings()
        with running(settings, "warehouse"):
            connections = Connections(settings)
            try:
                yield Roster(connections, OPERATOR)
            finally:
                connections.close()


def _tell(member: Member, said: str, as_json: bool, **more: object) -> None:
    payload = member.payload() | more
    roles = f" Roles now: {', '.join(member.roles) or 'none'}."
    closed = "" if member.is_active else " Nobody signs in under this address until `plumbline person let-in`."
    answer(payload, as_json, lambda console: console.print(said + roles + closed, markup=False))


def _draw(members: list[Member], console: Console) -> None:
    from rich.markup import escape
    from rich.table import Table

    if not members:
        console.print("Nobody yet: the first sign-in makes a person, and so does `plumbline person grant`.")
        return
    table = Table(box=None, pad_edge=False)
    for column in ("e-mail", "name", "roles", "last sign-in (UTC)", ""):
        table.add_column(column, overflow="fold")
    for each in members:
        seen = f"{each.last_sign_in:%Y-%m-%d %H:%M}" if each.last_sign_in else "never"
        state = "" if each.is_active else "shut out"
        table.add_row(escape(each.email), escape(each.name), ", ".join(each.roles) or "none", seen, state)
    console.print(table, markup=False, soft_wrap=False)
