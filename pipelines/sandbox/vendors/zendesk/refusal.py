"""What Zendesk says when it will not answer."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from starlette.responses import Response

FAULTS: Mapping[int, object] = {
    403: {"error": {"title": "Forbidden", "message": "You do not have access to this page. Please contact the account "
                    "owner of this help desk for further help."}},
    429: {"error": "APIRateLimitExceeded", "description": "Number of allowed API requests per minute exceeded"},
    503: {"error": "ServiceUnavailable", "description": "The service is temporarily unavailable"},
}
UNKNOWN_FAULT = {"error": "InternalError", "description": "An unexpected error occurred"}


class Refusal(Exception):
    """An answer that is an error: most have a code and a description."""

    def __init__(self, status: int, content: object, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(str(content))
        self.status = status
        self.content = content
        self.headers = dict(headers or {})

    def response(self) -> Response:
        return Response(orjson.dumps(self.content), self.status, self.headers, "application/json")


def of_status(status: int, retry_after: int | None) -> Refusal:
    """Zendesk's words for a status."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Refusal(status, FAULTS.get(status, UNKNOWN_FAULT), headers)


def unauthenticated() -> Refusal:
    return Refusal(401, {"error": "Couldn't authenticate you"})


def not_found() -> Refusal:
    return Refusal(404, {"error": "InvalidEndpoint", "description": "Not found"})


def bad(code: str, description: str) -> Refusal:
    return Refusal(400, {"error": code, "description": description})
