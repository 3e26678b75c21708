"""How Google Ads says no: a `google.rpc.Status` whose details are a `GoogleAdsFailure`."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import orjson
from starlette.responses import Response

from pipelines.sandbox.vendors.faults import Fault

VERSION = "v25"
FAILURE = f"type.googleapis.com/google.ads.googleads.{VERSION}.errors.GoogleAdsFailure"
NAMES = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
         429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}  # fmt: skip
SAYS = {400: "Request contains an invalid argument.", 403: "The caller does not have permission",
        429: "Resource has been exhausted (e.g. check quota).", 500: "Internal error encountered.",
        503: "The service is currently unavailable.",
        401: "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other "
             "valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
        404: "Requested entity was not found."}  # fmt: skip


class Refusal(Exception):
    """An answer that is an error.

    Args:
        status: of HTTP.
        kind, code: the error code's group and value, such as `queryError` and `UNRECOGNIZED_FIELD`; empty: the answer
            has no `GoogleAdsFailure`.
        message: of the single error.
        details: of the single error.
    """

    def __init__(
        self, status: int, kind: str = "", code: str = "", message: str = "", details: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message or SAYS.get(status, ""))
        self.status = status
        self.error = {"errorCode": {kind: code}, "message": message} if kind else None
        if self.error is not None and details:
            self.error["details"] = details


def refused(refusal: Refusal, is_stream: bool) -> Response:
    """The answer; a stream's errors come in a list, as its batches do."""
    request_id = uuid4().hex[:22]
    status = refusal.status
    body: dict[str, Any] = {
        "code": status, "message": SAYS.get(status, "Unknown"), "status": NAMES.get(status, "UNKNOWN")
    }
    if refusal.error is not None:
        body["details"] = [{"@type": FAILURE, "errors": [refusal.error], "requestId": request_id}]
    content = {"error": body}
    return Response(orjson.dumps([content] if is_stream else content), status, {"request-id": request_id},
                    "application/json")  # fmt: skip


def of_fault(fault: Fault) -> Refusal:
    """Too many requests are a quota error with the time to wait; the rest is Google's front end."""
    if fault.status != 429:
        return Refusal(fault.status)
    seconds = 30 if fault.retry_after is None else fault.retry_after
    details = {"quotaErrorDetails": {"rateScope": "DEVELOPER", "rateName": "Requests per service per method",
                                     "retryDelay": f"{seconds}s"}}  # fmt: skip
    return Refusal(429, "quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED", "Too many requests. Retry in "
                   f"{seconds} seconds.", details)  # fmt: skip
