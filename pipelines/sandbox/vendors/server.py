"""The simulators' web application: each vendor at its hosts, and the control address for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BeforeValidator, TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Host, Route, Router
from starlette.types import Receive, Scope, Send

from app.clock import sandbox_clock
from app.settings import Settings
from pipelines.sandbox.vendors import vendors
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.faults import Fault, Faults
from pipelines.sandbox.vendors.vendor import Simulator

ONE_OR_MANY = BeforeValidator(lambda found: found if isinstance(found, list) else [found])
FAULTS = TypeAdapter(Annotated[list[Fault], ONE_OR_MANY])
METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH"]


@dataclass(frozen=True)
class Cast:
    """Who answers at each host, of which vendor, and what goes wrong on purpose."""

    simulators: Mapping[str, tuple[str, Simulator]]
    faults: Faults = field(default_factory=Faults)


def open_catalogue(settings: Settings) -> Catalogue:
    """The store of this home's company."""
    return Catalogue(settings.home / "sandbox" / "vendors.db", sandbox_clock(settings))


def cast(settings: Settings) -> Cast:
    """All simulators, over the company's store of this home."""
    catalogue = open_catalogue(settings)
    return Cast({
        host: (vendor.name, simulator)
        for vendor in vendors()
        for host, simulator in vendor.build(settings, catalogue).items()
    })


def application(settings: Settings, who: Cast | None = None) -> Starlette:
    """The simulators' web application; a cast of its own where none is given."""
    who = who or cast(settings)
    faults = who.faults

    async def set_fault(request: Request) -> Response:
        try:
            faults.set(FAULTS.validate_json(await request.body()))
        except ValidationError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(faults.told())

    async def tell_faults(request: Request) -> Response:
        return JSONResponse(faults.told())

    async def clear_faults(request: Request) -> Response:
        faults.clear(request.query_params.get("vendor"))
        return JSONResponse(faults.told())

    return Starlette(
        routes=[
            *(
                Host(host, Router([Route("/{path:path}", answering(name, simulator, faults), methods=METHODS)]))
                for host, (name, simulator) in who.simulators.items()
            ),
            Route("/_sandbox/faults", set_fault, methods=["POST"]),
            Route("/_sandbox/faults", tell_faults, methods=["GET"]),
            Route("/_sandbox/faults", clear_faults, methods=["DELETE"]),
        ]
    )


def answering(
    vendor: str, simulator: Simulator, faults: Faults
) -> Callable[[Request], Awaitable[Response]]:
    """Who answers for a vendor: the simulator, unless a fault is in force."""

    async def answer(request: Request) -> Response:
        fault = faults.strike(vendor, request.url.path)
        if fault is None:
            return await simulator.answer(request)
        if fault.kind == "status":
            return simulator.failed(fault)
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            return await simulator.answer(request)
        if fault.kind == "held":
            await request.body()  # whoever asked may be gone by then
            await faults.wait(vendor)
            return await simulator.answer(request)
        whole = await simulator.answer(request)
        half = bytes(whole.body)[: len(whole.body) // 2]
        if fault.kind == "cut":
            return _Cut(half, whole)
        headers = {name: value for name, value in whole.headers.items() if name != "content-length"}
        return Response(half, whole.status_code, headers)

    return answer


class _Cut(Response):
    """Half of an answer that promised the whole; the server then closes the connection."""

    def __init__(self, half: bytes, whole: Response) -> None:
        super().__init__(half, whole.status_code)
        self.raw_headers = whole.raw_headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        raise ConnectionResetError("cut in the middle of an answer, as a test asked")
