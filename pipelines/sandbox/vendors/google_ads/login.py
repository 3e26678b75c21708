"""Google's OAuth token endpoint, as far as a refresh token goes."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from time import monotonic

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipelines.sandbox.vendors.faults import Fault

LOGIN_HOST = "oauth2.googleapis.com"
SECONDS = 3599
SCOPE = "https://www.googleapis.com/auth/adwords"


@dataclass(frozen=True)
class Credentials:
    """What is accepted; the secrets are never shown."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    developer_token: str = field(repr=False)
    customer_id: str = ""
    manager_id: str = ""


class Login:
    """Answers every path of the login host, and remembers the access tokens it gave.

    Args:
        credentials: what is accepted.
    """

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._given: dict[str, float] = {}

    async def answer(self, request: Request) -> Response:
        """A token, or what is wrong, as OAuth words it."""
        if request.method != "POST" or request.url.path != "/token":
            return JSONResponse({"error": "not_found"}, 404)
        form = {key: str(value) for key, value in (await request.form()).items()}
        if form.get("grant_type") != "refresh_token":
            return _refused(400, "unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', '')}")
        if not _same(form.get("client_id"), self._credentials.client_id):
            return _refused(401, "invalid_client", "The OAuth client was not found.")
        if not _same(form.get("client_secret"), self._credentials.client_secret):
            return _refused(401, "invalid_client", "The provided client secret is invalid.")
        if not _same(form.get("refresh_token"), self._credentials.refresh_token):
            return _refused(400, "invalid_grant", "Token has been expired or revoked.")
        token = "ya29." + secrets.token_urlsafe(48)
        self._given[token] = monotonic() + SECONDS
        return JSONResponse(
            {"access_token": token, "expires_in": SECONDS, "scope": SCOPE, "token_type": "Bearer"}
        )

    def failed(self, fault: Fault) -> Response:
        """Google's front end cannot answer."""
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        word = "rate_limit_exceeded" if fault.status == 429 else "internal_failure"
        return JSONResponse({"error": word, "error_description": "Try again later."}, fault.status, headers)

    def knows(self, token: str) -> bool:
        """Whether it gave that token, less than an hour ago."""
        return self._given.get(token, 0.0) > monotonic()


def _same(given: str | None, expected: str) -> bool:
    return hmac.compare_digest((given or "").encode(), expected.encode())


def _refused(status: int, error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status)
