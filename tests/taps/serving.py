"""Serves one simulated vendor on loopback, so that a tap of ours reaches it by its `api_url`, without a proxy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from time import monotonic, sleep

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipelines.ports import LOOPBACK, free_ports
from pipelines.sandbox.vendors.faults import Fault, Faults
from pipelines.sandbox.vendors.server import METHODS, answering
from pipelines.sandbox.vendors.vendor import Simulator


@dataclass
class Served:
    """A vendor that answers at `url`.

    Attributes:
        url: its address, without a slash at its end.
        asked: the requests so far, as "GET /path?query"; a test may clear it.
    """

    url: str
    asked: list[str]
    _faults: Faults

    def fail(self, **fault: object) -> None:
        """Makes it fail as `pipelines/sandbox/vendors/faults.py` says; without arguments it works again."""
        self._faults.clear()
        if fault:
            self._faults.set([Fault.model_validate(fault)])


@contextmanager
def serve(vendor: str, simulator_at: Callable[[str], Simulator]) -> Iterator[Served]:
    """The simulator that `simulator_at` makes for an address, answering there for the duration."""
    port = free_ports(1)[0]
    served = Served(f"http://{LOOPBACK}:{port}", [], Faults())
    answer = answering(vendor, simulator_at(served.url), served._faults)

    async def noted(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        served.asked.append(f"{request.method} {request.url.path}{query}")
        return await answer(request)

    application = Starlette(routes=[Route("/{path:path}", noted, methods=METHODS)])
    server = uvicorn.Server(uvicorn.Config(application, LOOPBACK, port, log_level="critical", lifespan="off"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    deadline = monotonic() + 60
    while not server.started:
        assert thread.is_alive() and monotonic() < deadline, "The simulator does not answer."
        sleep(0.01)
    try:
        yield served
    finally:
        server.should_exit = True
        thread.join(60)
