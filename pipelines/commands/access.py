"""`plumbline access list|revoke`: people's own logins for other tools, as the engineer sees and ends them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from app.settings import get_settings
from pipelines.commands.options import Json
from pipelines.output import answer, chatter_on_stderr

if TYPE_CHECKING:
    from app.warehouse import Warehouse

app = typer.Typer(help="People's own logins for Tableau, Looker or psql.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_logins(as_json: Json = False) -> None:
    """List every login of a person's own: whose, as which role, what for, its state, until when, when last seen.

    Example: plumbline access list
    """
    with _warehouse(as_json) as warehouse:
        from app.access import OPERATOR

        known = warehouse.database_access.every(OPERATOR)
    lines = [f"{each.login_id}  {each.login}  {each.email}  {each.role}  {each.tool}  {each.state}  until "
             f"{each.ends_at:%Y-%m-%d}  seen {each.last_seen_at.isoformat() if each.last_seen_at else 'never'}"
             for each in known]  # fmt: skip
    said = "\n".join(lines) or "Nobody has a login for another tool."
    answer({"logins": [each.payload() for each in known]}, as_json, lambda console: console.print(said, markup=False))


@app.command("revoke")
def revoke_login(
    login: Annotated[str, typer.Argument(help="An id of `plumbline access list`.", metavar="ID")], as_json: Json = False
) -> None:
    """End one now, with its connections: by the scheduler, or here where none runs.

    Example: plumbline access revoke 5f0c1b9e-3d0a-4a5e-9b43-0c6a3b1f2d11
    """
    with _warehouse(as_json) as warehouse:
        from app.access import OPERATOR
        from pipelines.personal_logins import tend
        from pipelines.predict import worker_engine

        gone = warehouse.database_access.revoke(OPERATOR, login)
        engine = worker_engine(get_settings())
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            tend(get_settings(), connection)
    answer({"login": gone.login, "email": gone.email, "tool": gone.tool}, as_json,
           lambda console: console.print(f"{gone.login} of {gone.email} is ended.", markup=False))  # fmt: skip


@contextmanager
def _warehouse(as_json: bool) -> Iterator[Warehouse]:
    """The warehouse, started where it does not run."""
    with chatter_on_stderr(as_json):
        from app.warehouse import Warehouse
        from pipelines.services import running

        settings = get_settings()
        with running(settings, "warehouse"), closing(Warehouse(settings)) as warehouse:
            yield warehouse
