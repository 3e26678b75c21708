"""How the Graph API says no, and the headers in which it tells how much of the ad account's allowance is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import orjson
from starlette.responses import Response

from pipelines.sandbox.vendors.faults import Fault

TOO_MANY = (
    "(#80004) There have been too many calls to this ad-account. Wait a bit and try again. For more info, please refer "
    "to https://developers.facebook.com/docs/graph-api/overview/rate-limiting."
)


class Refusal(Exception):
    """An answer that is an error.

    Args:
        status: of HTTP.
        code: Meta's own number.
        message: in Meta's words.
        type: the group of the error.
        more: further fields, such as error_subcode and is_transient.
    """

    def __init__(self, status: int, code: int, message: str, type: str = "OAuthException", **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"message": message, "type": type, "code": code, **more}


def refused(refusal: Refusal, headers: Mapping[str, str]) -> Response:
    """The answer."""
    error = refusal.error | {"fbtrace_id": uuid4().hex[:22]}
    return Response(orjson.dumps({"error": error}), refusal.status, dict(headers), "application/json")


def of_fault(fault: Fault) -> Refusal:
    """Too many calls are a 400 of their own number; a fault of Meta's is one that passes."""
    if fault.status == 429:
        return Refusal(400, 80004, TOO_MANY, error_subcode=2446079)
    message = "An unexpected error has occurred. Please retry your request later."
    return Refusal(fault.status, 2, message, is_transient=True)


def usage(account: str, percent: int, minutes: int = 0) -> Mapping[str, str]:
    """The headers of each answer about an account: how much is used, and how long to wait where it is all used."""
    told = {
        account: [{
            "type": "ads_insights", "call_count": percent, "total_cputime": 1, "total_time": 1,
            "estimated_time_to_regain_access": minutes, "ads_api_access_tier": "standard_access",
        }]
    }
    return {"X-Business-Use-Case-Usage": orjson.dumps(told).decode(), "facebook-api-version": "v25.0"}


def unsupported(method: str, key: str) -> Refusal:
    """For an object that is not there, or that this token may not see."""
    return Refusal(
        400, 100,
        f"Unsupported {method.lower()} request. Object with ID '{key}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api",
        "GraphMethodException", error_subcode=33,
    )  # fmt: skip


def invalid(message: str, **more: Any) -> Refusal:
    """For a parameter that is not as it should be."""
    return Refusal(400, 100, f"(#100) {message}", **more)
