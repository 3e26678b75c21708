"""`plumbline rehearse` and `plumbline approve`: a changed definition is looked at, and agreed to, before it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.errors import UsageError
from app.settings import get_settings
from pipelines.commands.options import Json
from pipelines.output import PROBLEM, answer, chatter_on_stderr

if TYPE_CHECKING:
    from rich.console import Console

    from pipelines.definitions.approval import State


def rehearse(
    metric: Annotated[list[str] | None, typer.Argument(help="Only these; without any, all that change.",
                                                       metavar="METRIC")] = None,
    months: Annotated[int, typer.Option("--months", help="So many closed months side by side.")] = 24,
    raise_versions: Annotated[bool, typer.Option("--raise-versions", help="Also raise the version in each metric file "
                                                 "for which that is due.")] = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Show what the changed definitions of this checkout would do to the home's figures, and whom it concerns.

    Example: plumbline rehearse net_mrr --months 12
    """
    with chatter_on_stderr(as_json):
        from app.clock import wall
        from app.connections import Connections
        from app.secrets import PORTAL
        from pipelines.definitions import raising, stored
        from pipelines.definitions.rehearsal import rehearse as look
        from pipelines.definitions.words import draw
        from pipelines.services import running

        settings = get_settings()
        with running(settings, "warehouse"):
            PROBLEM.print("Working the changed models out beside the live ones …")
            found = look(settings, metric or (), months)
            connections = Connections(settings)
            try:
                with connections.open(PORTAL) as connection:
                    stored.put(connection, found)
            finally:
                connections.close()
        raised = raising.raise_versions(found.changes, wall().date()) if raise_versions else ()
    answer(stored.as_payload(found) | {"raised": raised}, as_json, lambda console: draw(found, console))
    if raised and not as_json:
        PROBLEM.print(f"Raised the version in {len(raised)} metric file(s).")


def approve(
    rehearsal: Annotated[str, typer.Argument(help="Its id, as `plumbline rehearse` ended with.", metavar="REHEARSAL")],
    owner: Annotated[str, typer.Option("--owner", help="Who approves for the department that owns it.",
                                       metavar="EMAIL")] = "",
    certifier: Annotated[str, typer.Option("--certifier", help="Who approves as the one who certifies it.",
                                           metavar="EMAIL")] = "",
    why: Annotated[str, typer.Option("--why", help="The reason, which stays with the definition.",
                                     metavar="TEXT")] = "",
    as_json: Json = False,
) -> None:  # fmt: skip
    """Approve a rehearsed change; with the last approval due, models/certified.yml is written.

    Example: plumbline approve 7K3M-Q9XA-2BFD --owner finn@example.com --why "Card rules give 45 days"
    """
    if bool(owner) == bool(certifier):
        raise UsageError("An approval is given in one capacity. Give one of --owner EMAIL and --certifier EMAIL.")
    with chatter_on_stderr(as_json):
        from pipelines.definitions.approval import approve as give
        from pipelines.services import running

        settings = get_settings()
        with running(settings, "warehouse"):
            state = give(settings, rehearsal, "owner" if owner else "certifier", owner or certifier, why)
    payload = {**vars(state), "given": [vars(one) for one in state.given]}
    answer(payload, as_json, lambda console: _draw(state, console))


def _draw(state: State, console: Console) -> None:
    for one in state.given:
        console.print(f"{one.given_at:%Y-%m-%d %H:%M} UTC  {one.email} as {one.capacity} for "
                      f"{', '.join(one.answers_for)}: {one.why}", markup=False)  # fmt: skip
    if state.is_written:
        console.print(f"Approved. models/certified.yml has {len(state.metrics)} changed metric(s): commit it with the "
                      "change.", markup=False)  # fmt: skip
        return
    due = [f"the owner {name}" for name in state.owners_due] + [f"the certifier {name}" for name in state.titles_due]
    console.print(f"Still due: {', '.join(due)}.", markup=False)


def add_to(app: typer.Typer) -> None:
    """Puts the commands on the command line."""
    app.command()(rehearse)
    app.command()(approve)
