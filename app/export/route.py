"""/export/<page>.<format>: a file of what a page shows, by links with the page's own parameters; behind the login.

Nobody leaves a page by it: a file is an attachment, and what goes wrong is a page in our look that says what to do.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from app.access import Viewer
from app.errors import DependencyMissing, NotPermitted, PlumblineError, QuestionError
from app.export.asked import PANEL, PLACE
from app.export.desk import LONGEST_REASON, SHORTEST_REASON, Busy, Exports, ReasonNeeded
from app.gallery import dashboards
from app.ui.look import css_variables, font_faces

log = logging.getLogger("plumbline.portal")
FRAME = Path(__file__).resolve().with_name("said.html")
PLACES = re.compile(r"\{\{(\w+)\}\}")
MOST_BODY = 4096
NOT_YOURS = "Not one of your pages"


def export_route(exports: Exports, visitor: Callable[[Request], Viewer | None]) -> Route:
    """The route, for `st.App(routes=…)`.

    Args:
        exports: makes the files.
        visitor: who asks, where they are signed in.
    """

    async def respond(request: Request) -> Response:
        body = await _body(request) if request.method == "POST" else b""
        return await run_in_threadpool(answer, exports, visitor, request, body)

    return Route(PLACE + "/{name}", respond, methods=["GET", "POST"])


async def _body(request: Request) -> bytes:
    """What a form sends, as far as a reason can be long."""
    found = b""
    async for piece in request.stream():
        found += piece
        if len(found) > MOST_BODY:
            break
    return found[:MOST_BODY]


def answer(
    exports: Exports, visitor: Callable[[Request], Viewer | None], request: Request, body: bytes
) -> Response:  # fmt: skip
    """The file, or a page that says what is in its way."""
    viewer = visitor(request)
    if viewer is None:
        return RedirectResponse("/", 303)
    slug, _, kind = str(request.path_params["name"]).rpartition(".")
    dashboard = dashboards().get(slug)
    if dashboard is None:
        return page(404, "No such page", f"There is no page {slug or request.path_params['name']!r} to make a file of. "
                    "Expected /export/, a page's address and a format, such as /export/executive.pdf.")  # fmt: skip
    back = _back(slug, request)
    parameters = {name: request.query_params.getlist(name) for name in request.query_params}
    reason = " ".join(parse_qs(body.decode("utf-8", "replace")).get("reason", [""])[0].split())[:LONGEST_REASON]
    try:
        made = exports.export(viewer, dashboard, kind, parameters, reason)
    except ReasonNeeded as error:
        return page(428, "Why does it leave?", str(error) if reason else "", back=back,
                    form=reason_form(str(request.path_params["name"]), request.url.query))  # fmt: skip
    except NotPermitted:
        return page(404, NOT_YOURS, "Nothing of it can leave with your roles. Ask the person who runs Plumbline.")
    except Busy as error:
        return page(429, "One file at a time", str(error), back=back)
    except DependencyMissing as error:
        log.warning("export %s: %s", slug, error)
        return page(503, "Not just now", "The figures cannot be read at this moment. Try again in a minute.", back=back)
    except PlumblineError as error:
        return page(413 if isinstance(error, QuestionError) else 400, "No file was made", str(error), back=back)
    return Response(made.content, media_type=made.media, headers={
        "Content-Disposition": f'attachment; filename="{made.name}"', "Cache-Control": "no-store",
    })  # fmt: skip


def _back(slug: str, request: Request) -> str:
    """The page with what was chosen on it."""
    pairs = [(name, value) for name, value in request.query_params.multi_items() if name != PANEL]
    return f"{slug}?{urlencode(pairs)}" if pairs else slug


def page(status: int, title: str, said: str = "", *, form: str = "", back: str = "") -> Response:
    """A page of ours that says something.

    Args:
        status: of the answer.
        title: its heading.
        said: what went wrong, escaped here.
        form: HTML of our own below it.
        back: the path that its link leads to.
    """
    message = f'<p class="message" role="alert">{escape(said)}</p>' if said else ""
    way = f'<p><a href="/{escape(back, quote=True)}">{"Back to the page" if back else "Home"}</a></p>'
    parts = {"style": font_faces() + css_variables(), "title": escape(title), "message": message, "form": form,
             "back": way}  # fmt: skip
    text = PLACES.sub(lambda found: parts[found[1]], FRAME.read_text(encoding="utf-8"))
    return HTMLResponse(text, status, headers={"Cache-Control": "no-store"})


def reason_form(name: str, query: str) -> str:
    """The form that asks why a file leaves, and sends the reason to the same address."""
    action = escape(f"{PLACE}/{name}{f'?{query}' if query else ''}", quote=True)
    return (
        "<p>This file names people or customers. Say in a sentence what it is for: the reason is kept in the audit "
        f'with your name.</p><form method="post" action="{action}"><label for="reason">Reason</label>'
        f'<textarea id="reason" name="reason" rows="3" required minlength="{SHORTEST_REASON}" '
        f'maxlength="{LONGEST_REASON}" autofocus></textarea><button>Make the file</button></form>'
    )
