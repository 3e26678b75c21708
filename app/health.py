"""/healthz: whether the portal answers, reaches its warehouse, and until when its data goes. Never a figure."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.errors import PlumblineError
from app.settings import Settings
from app.warehouse import Warehouse

PATH = "/healthz"


def health_route(settings: Settings, warehouse: Warehouse) -> Route:
    """The route, for `st.App(routes=…)`."""

    async def answer(_: Request) -> Response:
        return await run_in_threadpool(health, warehouse)

    return Route(PATH, answer, methods=["GET"])


def health(warehouse: Warehouse) -> Response:
    """200 when the warehouse answers, 503 when not; the reason stays in the log."""
    try:
        until = warehouse.progress.data_until()
    except PlumblineError:
        return JSONResponse({"portal": "ok", "warehouse": "unreachable", "data_until": None}, 503)
    return JSONResponse(
        {"portal": "ok", "warehouse": "ok", "data_until": until.isoformat() if until else None},
        headers={"Cache-Control": "no-store"},
    )
