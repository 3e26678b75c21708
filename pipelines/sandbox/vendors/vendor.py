"""What a simulated vendor is: its name, its hosts, and who answers there, over HTTP or over gRPC as well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from starlette.requests import Request
from starlette.responses import Response

from app.settings import Settings
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.faults import Fault
from pipelines.sandbox.vendors.refusal import Refusal

if TYPE_CHECKING:
    import proto


class Simulator(Protocol):
    """Answers all that is asked of one host."""

    async def answer(self, request: Request) -> Response:
        """The answer to any request, errors included."""

    def failed(self, fault: Fault) -> Response:
        """How this vendor says that it cannot answer: `fault.status`, with `fault.retry_after` where it tells."""


@runtime_checkable
class Callee(Protocol):
    """A simulator that answers gRPC as well; its host then offers h2 to whoever asks for it.

    Attributes:
        service: full name of the service, such as google.analytics.data.v1beta.BetaAnalyticsData.
        methods: its methods, each with the message that it takes.
    """

    service: str
    methods: Mapping[str, type[proto.Message]]

    def call(self, method: str, message: Any, token: str) -> proto.Message:
        """The answer to a method; `token` is the bearer's. Raises a Refusal."""

    def refused(self, fault: Fault) -> Refusal:
        """How this vendor says over gRPC that it cannot answer."""


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
