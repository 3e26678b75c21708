"""`plumbline subscription list|send`: pages by e-mail, whose they are and when they are due."""

from __future__ import annotations

from typing import Annotated

import typer

from app.settings import get_settings
from pipelines.commands.options import Json
from pipelines.output import answer, chatter_on_stderr

app = typer.Typer(help="Pages that people get by e-mail.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_subscriptions(as_json: Json = False) -> None:
    """List what runs: whose, which page, when, and when next.

    Example: plumbline subscription list
    """
    with chatter_on_stderr(as_json):
        from app.clock import wall
        from pipelines.predict import worker_engine
        from pipelines.services import running
        from pipelines.subscriptions import all_running

        settings, now = get_settings(), wall()
        with running(settings, "warehouse"):
            known = all_running(worker_engine(settings))
    found = [
        {
            "subscription": each.subscription_id, "email": each.email, "page": each.page,
            "chosen": {name: list(values) for name, values in each.parameters.items()}, "when": each.schedule.said,
            "next": each.schedule.next_due(now).isoformat(), "only_changed": each.only_changed,
            "with_pdf": each.with_pdf,
        }
        for each in known
    ]  # fmt: skip
    lines = [f"{each['subscription']}  {each['email']}  {each['page']}  {each['when']}" for each in found]
    said = "\n".join(lines) or "Nobody has subscribed to a page."
    answer({"subscriptions": found}, as_json, lambda console: console.print(said, markup=False))


@app.command("send")
def send_subscription(
    subscription: Annotated[str, typer.Argument(help="An id of `plumbline subscription list`.", metavar="ID")],
    as_json: Json = False,
) -> None:
    """Mail one now, whatever its schedule, as its reader may see it at this moment.

    Example: plumbline subscription send 5f0c1b9e-3d0a-4a5e-9b43-0c6a3b1f2d11
    """
    with chatter_on_stderr(as_json):
        from pipelines.services import running
        from pipelines.subscriptions import send_now

        settings = get_settings()
        with running(settings, "warehouse", "mailbox"):
            each, result = send_now(settings, subscription)
    said = {"sent": f"Sent to {each.email}.", "no_right": f"{each.email} may not open it any more: told, and stopped."}
    answer({"subscription": each.subscription_id, "email": each.email, "result": result}, as_json,
           lambda console: console.print(said[result], markup=False))  # fmt: skip
