"""The small company's Zendesk, and nothing else of it, in a home of its own; served by itself on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Thread
from time import monotonic, sleep

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from app.clock import sandbox_clock
from app.settings import Settings
from pipelines.sandbox.company import Company, simulate
from pipelines.sandbox.company.book import Book
from pipelines.sandbox.store import write_store
from pipelines.sandbox.vendors.server import METHODS, open_catalogue
from pipelines.sandbox.vendors.zendesk import credentials
from pipelines.sandbox.vendors.zendesk.api import Zendesk

SEED = 20240101


def live(settings: Settings, until: int) -> Company:
    """Lets the small company live until an instant, and writes what its Zendesk holds by then."""
    company = simulate(SEED, "small", until)
    only = Book({key: held for key, held in company.book.objects.items() if key[0] == "zendesk"})
    clock = sandbox_clock(settings)
    clock.parent.mkdir(parents=True, exist_ok=True)
    write_store(settings, only)
    clock.write_text(datetime.fromtimestamp(until, UTC).isoformat())
    return company


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The address at which this home's Zendesk answers, over plain HTTP."""
    zendesk = Zendesk(open_catalogue(settings), credentials(settings))
    routes = [Route("/{path:path}", zendesk.answer, methods=METHODS)]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=0, log_level="error"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    deadline = monotonic() + 60
    while not server.started:
        assert monotonic() < deadline, "The simulator does not start."
        sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(60)
