"""`plumbline mail list|show`: what the sandbox's mail server kept."""

from __future__ import annotations

from typing import Annotated

import typer

from app.settings import get_settings
from pipelines.commands.options import Json
from pipelines.output import answer

app = typer.Typer(help="The mail that the sandbox's own server kept.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_mail(as_json: Json = False) -> None:
    """List the mails, newest first.

    Example: plumbline mail list
    """
    from pipelines.mailstore import list_mail as kept

    mails = [mail.payload() for mail in kept(get_settings())]
    lines = [f"{mail['mail_id']}  {mail['sent_at']}  {mail['to']}  {mail['subject']}" for mail in mails]
    said = "\n".join(lines) or "No mail yet."
    answer({"mails": mails}, as_json, lambda console: console.print(said, markup=False))


@app.command("show")
def show_mail(
    mail_id: Annotated[str, typer.Argument(help="An id of `plumbline mail list`, or `last`.", metavar="ID")],
    as_json: Json = False,
) -> None:
    """Show one mail: its text, and where its pictures were put.

    Example: plumbline mail show last
    """
    from pipelines.mailstore import read_mail

    mail = read_mail(get_settings(), mail_id)
    answer(mail.payload(), as_json, lambda console: console.print(mail.text, markup=False))
