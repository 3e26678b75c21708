"""POST /tour: the browser tells that its reader has seen the tour; app/tour.js sends it, and nobody else's page can."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.access import Viewer
from app.errors import PlumblineError
from app.light import is_ours
from app.tours import tour_of
from app.warehouse import Warehouse

PLACE = "/tour"


def tour_route(warehouse: Warehouse, visitor: Callable[[Request], Viewer | None]) -> Route:
    """The route, for `st.App(routes=…)`: 204 once it is noted, 401, 403 or 503 where it is not."""

    async def respond(request: Request) -> Response:
        return Response(status_code=await run_in_threadpool(noted, warehouse, visitor, request))

    return Route(PLACE, respond, methods=["POST"])


def noted(warehouse: Warehouse, visitor: Callable[[Request], Viewer | None], request: Request) -> int:
    """The status of the answer."""
    if not is_ours(request):
        return 403
    viewer = visitor(request)
    tour = tour_of(viewer) if viewer else None
    if viewer is None or tour is None:
        return 401
    try:
        warehouse.tours.take(viewer, tour.role)
    except PlumblineError:
        return 503
    return 204
