"""The Data API's methods, each answered alike over gRPC and over REST."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
import proto
from google.analytics.data_v1beta.types import (
    CheckCompatibilityRequest,
    CheckCompatibilityResponse,
    Compatibility,
    DimensionCompatibility,
    GetMetadataRequest,
    MetricCompatibility,
    RunReportRequest,
)
from google.protobuf.json_format import ParseError
from starlette.requests import Request
from starlette.responses import Response

from pipelines.sandbox.company.web import PROPERTY
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.faults import Fault
from pipelines.sandbox.vendors.ga4 import fields
from pipelines.sandbox.vendors.ga4.quota import Quota
from pipelines.sandbox.vendors.ga4.report import CARDINALITY, Reports
from pipelines.sandbox.vendors.google_oauth.tokens import Tokens
from pipelines.sandbox.vendors.refusal import Refusal, code_of

REST = re.compile(r"^/v1beta/(properties/\w+)(?::(runReport|checkCompatibility)|/(metadata))$")
METHODS: Mapping[str, type[proto.Message]] = {
    "RunReport": RunReportRequest, "GetMetadata": GetMetadataRequest, "CheckCompatibility": CheckCompatibilityRequest,
}  # fmt: skip
FAULTS = {
    429: "Exhausted concurrent requests quota. Please reduce the number of concurrent requests.",
    500: "An internal error has occurred.", 503: "The service is currently unavailable.",
}  # fmt: skip


class DataApi:
    """The property's reports, for whoever has a token of the right scope.

    Args:
        catalogue: the company's store.
        tokens: who judges access tokens.
        scope: which scope opens the API.
        quota: of the property; smaller in a test.
        cardinality: rows of a day; smaller in a test.
    """

    service = "google.analytics.data.v1beta.BetaAnalyticsData"
    methods = METHODS

    def __init__(
        self, catalogue: Catalogue, tokens: Tokens, scope: str, quota: Quota | None = None,
        cardinality: int = CARDINALITY,
    ) -> None:
        self._catalogue = catalogue
        self._tokens = tokens
        self._scope = scope
        self._reports = Reports(catalogue, quota or Quota(), cardinality)

    def call(self, method: str, message: Any, token: str) -> proto.Message:
        """The answer to a method of METHODS.

        Raises:
            Refusal: as Google refuses.
        """
        self._authenticate(token)
        name = str(message.name if method == "GetMetadata" else message.property)
        if name.removesuffix("/metadata") != f"properties/{PROPERTY}":
            raise Refusal("PERMISSION_DENIED", "User does not have sufficient permissions for this property.")
        if method == "RunReport":
            return self._reports.run(message)
        return fields.metadata(name.removesuffix("/metadata")) if method == "GetMetadata" else _compatibility(message)

    async def answer(self, request: Request) -> Response:
        """The same over REST, with the messages as JSON."""
        found = REST.match(request.url.path)
        wanted = "GET" if found and found[3] else "POST"
        if found is None or request.method != wanted:
            return _refused(Refusal("NOT_FOUND", "Requested entity was not found."))
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            answer = self.call(*_message(found, await request.body()), token)
        except Refusal as refusal:
            return _refused(refusal)
        body = type(answer).to_json(answer, indent=None, use_integers_for_enums=False)
        return Response(body, 200, {}, "application/json")

    def failed(self, fault: Fault) -> Response:
        """An error as Google's REST interfaces have it."""
        return _refused(self.refused(fault), fault.status, fault.retry_after)

    def refused(self, fault: Fault) -> Refusal:
        """The same error for gRPC."""
        return Refusal(code_of(fault.status), FAULTS.get(fault.status, "The request failed."))

    def _authenticate(self, token: str) -> None:
        scopes = self._tokens.scopes(token, self._catalogue.now())
        if not scopes:
            raise Refusal("UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access "
                          "token, login cookie or other valid authentication credential.")  # fmt: skip
        if self._scope not in scopes:
            raise Refusal("PERMISSION_DENIED", "Request had insufficient authentication scopes.")


def _message(found: re.Match[str], body: bytes) -> tuple[str, proto.Message]:
    """Method and message of a REST request."""
    if found[3]:
        return "GetMetadata", GetMetadataRequest(name=f"{found[1]}/metadata")
    kind = RunReportRequest if found[2] == "runReport" else CheckCompatibilityRequest
    try:
        message = kind.from_json(body or b"{}")
    except ParseError as error:
        raise Refusal("INVALID_ARGUMENT", f"Invalid JSON payload received. {error}") from None
    message.property = found[1]
    return ("RunReport" if kind is RunReportRequest else "CheckCompatibility"), message


def _compatibility(request: Any) -> CheckCompatibilityResponse:
    """Cohorts go with no other field that the property has; all others go together."""
    given = {one.name for one in (*request.dimensions, *request.metrics)}
    unknown = given - fields.DIMENSION_NAMES - fields.METRIC_TYPES.keys()
    if unknown:
        raise Refusal("INVALID_ARGUMENT", f"Field {sorted(unknown)[0]} is not a valid dimension or metric.")
    cohorts = bool(given & fields.COHORT)

    def kept(name: str) -> Compatibility | None:
        clashes = bool(given) and name not in given and (name in fields.COHORT) != cohorts
        verdict = Compatibility(Compatibility.INCOMPATIBLE if clashes else Compatibility.COMPATIBLE)
        return verdict if request.compatibility_filter in (verdict, Compatibility.COMPATIBILITY_UNSPECIFIED) else None

    return CheckCompatibilityResponse(
        dimension_compatibilities=[
            DimensionCompatibility(dimension_metadata=fields.described_dimension(name), compatibility=verdict)
            for name, _, _ in fields.DIMENSIONS if (verdict := kept(name))
        ],
        metric_compatibilities=[
            MetricCompatibility(metric_metadata=fields.described_metric(name), compatibility=verdict)
            for name in fields.METRIC_TYPES if (verdict := kept(name))
        ],
    )


def _refused(refusal: Refusal, status: int | None = None, retry_after: int | None = None) -> Response:
    code = status or refusal.status
    error = {"error": {"code": code, "message": str(refusal), "status": refusal.code}}
    wait = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Response(orjson.dumps(error), code, wait, "application/json")
