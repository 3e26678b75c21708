"""Serves the simulated vendors and their proxy in the foreground until SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Iterator

import uvicorn

from app.errors import PlumblineError
from app.home import keep_private
from app.settings import Settings, get_settings
from pipelines.ports import LOOPBACK, port_of, require_free
from pipelines.sandbox.vendors.authority import Authority
from pipelines.sandbox.vendors.calls import answer_calls
from pipelines.sandbox.vendors.proxy import Proxy
from pipelines.sandbox.vendors.server import application, cast

log = logging.getLogger("plumbline.vendors")


async def serve(settings: Settings) -> None:
    """Runs the servers until the process is asked to end.

    Raises:
        PortTaken: something else listens on one of the two ports.
    """
    http, proxy = port_of(settings, "vendors_http"), port_of(settings, "vendors_proxy")
    require_free(http, "vendors_http")
    require_free(proxy, "vendors_proxy")
    authority = Authority(settings.home / "sandbox")
    who = cast(settings)
    web = application(settings, who)
    server = uvicorn.Server(
        uvicorn.Config(web, LOOPBACK, http, log_level="warning", access_log=False, lifespan="off")
    )
    async with answer_calls(who) as (callees, calls):
        gate = await Proxy(authority, http, callees, calls).serve(proxy)
        log.info("The vendors answer on %s:%s, their proxy on %s:%s.", LOOPBACK, http, LOOPBACK, proxy)
        async with gate:
            await server.serve()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except PlumblineError as error:
        print(error, file=sys.stderr)
        raise SystemExit(error.exit_code) from None


if __name__ == "__main__":
    keep_private()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    with _told():
        asyncio.run(serve(get_settings()))
