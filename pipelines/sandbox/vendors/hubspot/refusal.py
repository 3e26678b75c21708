"""An answer of HubSpot that is an error: `status`, `message`, `correlationId`, `category`, and what belongs to each."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

import orjson
from starlette.responses import Response

SCOPES_PAGE = "https://developers.hubspot.com/scopes"


class Refusal(Exception):
    """What HubSpot says when it does not do what is asked."""

    def __init__(self, status: int, category: str, message: str, **more: object) -> None:
        super().__init__(message)
        self.status = status
        self.content: dict[str, object] = {
            "status": "error", "message": message, "correlationId": str(uuid4()), "category": category, **more,
        }  # fmt: skip

    def response(self, headers: Mapping[str, str]) -> Response:
        return Response(orjson.dumps(self.content), self.status, dict(headers), "application/json")


def unauthorised(given: str) -> Refusal:
    """No token, or one that HubSpot does not know."""
    if not given:
        return Refusal(
            401, "INVALID_AUTHENTICATION",
            "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
            "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
        )
    return Refusal(
        401, "INVALID_AUTHENTICATION",
        "The access token is invalid. Check that it was copied whole and has not been rotated.",
    )


def missing_scopes(*scopes: str) -> Refusal:
    """The app was not given what this call needs."""
    detail = {"message": "One or more of the following scopes are required.",
              "context": {"requiredGranularScopes": list(scopes)}}  # fmt: skip
    return Refusal(
        403, "MISSING_SCOPES",
        "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: "
        f"{SCOPES_PAGE}.",
        errors=[detail], links={"scopes": SCOPES_PAGE},
    )


def limited(policy: str, message: str) -> Refusal:
    """Too many requests: a day's, or those of ten seconds."""
    return Refusal(429, "RATE_LIMITS", message, errorType="RATE_LIMIT", policyName=policy)


def wrong(message: str) -> Refusal:
    """A parameter that cannot be."""
    return Refusal(400, "VALIDATION_ERROR", message)


def not_found(message: str = "resource not found") -> Refusal:
    return Refusal(404, "OBJECT_NOT_FOUND", message)
