"""/stop/<link>: one click stops a subscription, signed in or not; mail programs ask it by themselves (RFC 8058).

Reading the address changes nothing, since scanners of mail read every link; only sending the form does.
"""

from __future__ import annotations

from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.errors import PlumblineError
from app.export.route import page
from app.warehouse import Warehouse

PLACE = "/stop"


def stop_route(warehouse: Warehouse) -> Route:
    """The route, for `st.App(routes=…)`."""

    async def respond(request: Request) -> Response:
        return await run_in_threadpool(answer, warehouse, str(request.path_params["token"]), request.method == "POST")

    return Route(PLACE + "/{token}", respond, methods=["GET", "POST"])


def answer(warehouse: Warehouse, token: str, is_sent: bool) -> Response:
    """The page that asks, or says that it is stopped."""
    try:
        found = warehouse.subscriptions.stop_by_link(token) if is_sent else warehouse.subscriptions.by_link(token)
    except PlumblineError:
        return page(503, "Not just now", "It cannot be stopped at this moment. Try again in a minute.")
    if found is None:
        return page(404, "Not one of our links", "This link stops nothing. Take the one of a newer mail, or stop the "
                    "subscription on the page Mail.")  # fmt: skip
    name = found.page.replace("-", " ").capitalize()
    if is_sent or found.stopped_at is not None:
        return page(200, "Stopped", form=f"<p>{escape(name)} comes by e-mail no more.</p>")
    action = escape(f"{PLACE}/{token}", quote=True)
    return page(200, "Stop this mail?", form=f"<p>{escape(name)}, {escape(found.schedule.said)}.</p>"
                f'<form method="post" action="{action}"><button>Stop it</button></form>')  # fmt: skip
