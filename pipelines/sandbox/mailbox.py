"""The sandbox's mail server: takes every mail on loopback and keeps it as `home`/mail/<when>-<id>.eml.

Run as `python -m pipelines.sandbox.mailbox`; ends at SIGTERM.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from email import message_from_bytes, policy
from pathlib import Path
from uuid import uuid4

from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session

from app.clock import wall
from app.errors import PlumblineError
from app.home import keep_private
from app.kept_mail import mail_folder
from app.settings import Settings, get_settings
from pipelines.ports import LOOPBACK, port_of, require_free

log = logging.getLogger("mailbox")
LARGEST_BYTES = 25_000_000


class Keeper:
    """Keeps what arrives. The file is there, whole, before the sender hears that the mail was taken."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        name = f"{wall():%Y%m%dT%H%M%S%fZ}-{uuid4().hex[:8]}"
        fresh = self._folder / f"{name}.new"
        fresh.write_bytes(content)
        os.replace(fresh, self._folder / f"{name}.eml")
        subject = message_from_bytes(content, policy=policy.default).get("Subject", "")
        log.info("kept %s for %s: %s", name, ", ".join(envelope.rcpt_tos), subject)
        return f"250 Kept as {name}"


async def serve(settings: Settings) -> None:
    """Takes mail until SIGTERM or SIGINT.

    Raises:
        PortTaken: something else listens on the mailbox's port.
    """
    port = port_of(settings, "mailbox")
    require_free(port, "mailbox")
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ended.set)
    keeper = Keeper(mail_folder(settings))
    controller = UnthreadedController(
        keeper, hostname=LOOPBACK, port=port, loop=loop, data_size_limit=LARGEST_BYTES, ident="Plumbline sandbox"
    )
    server = await controller._create_server()
    log.info("mailbox ready on %s:%s", LOOPBACK, port)
    await ended.wait()
    server.close()
    await server.wait_closed()


def main() -> int:
    """Serves until told to stop."""
    keep_private()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    try:
        asyncio.run(serve(get_settings()))
    except PlumblineError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
