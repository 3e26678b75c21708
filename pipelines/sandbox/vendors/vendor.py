"""What a simulated vendor is: its name, its hosts, and who answers there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from app.settings import Settings
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.faults import Fault


class Simulator(Protocol):
    """Answers all that is asked of one host."""

    async def answer(self, request: Request) -> Response:
        """The answer to any request, errors included."""

    def failed(self, fault: Fault) -> Response:
        """How this vendor says that it cannot answer: `fault.status`, with `fault.retry_after` where it tells."""


@dataclass(frozen=True)
class Vendor:
    """A vendor of the sandbox company; the package `vendors/<name>/` declares it as VENDOR.

    Attributes:
        name: as in the store's column `vendor`, and in a fault.
        hosts: every host its tap talks to; the proxy lets these through and no other.
        build: makes who answers at each host, from the store and this home's settings (for the credentials that are
            accepted; see `app.secrets.get_secret`).
    """

    name: str
    hosts: tuple[str, ...]
    build: Callable[[Settings, Catalogue], Mapping[str, Simulator]]
