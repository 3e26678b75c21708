"""Google's token endpoint, for programs that hold a refresh token: POST oauth2.googleapis.com/token.

Written from Google's guide "Using OAuth 2.0 for Web Server Applications" and RFC 6749, sections 5.2 and 6; this
folder's README has the statements.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

import orjson
from starlette.requests import Request
from starlette.responses import Response

from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.faults import Fault
from pipelines.sandbox.vendors.google_oauth.tokens import LIVES_SECONDS, Credentials, Tokens

HOST, OLD_HOST = "oauth2.googleapis.com", "www.googleapis.com"
PATHS = {"/token", "/oauth2/v4/token"}
Wrong = tuple[int, str, str]
"""Status, OAuth's word for it, and Google's description."""


class TokenEndpoint:
    """Answers at the endpoint's hosts.

    Args:
        catalogue: tells the company's now.
        clients: the OAuth clients that are known.
        tokens: who gives access tokens.
    """

    def __init__(self, catalogue: Catalogue, clients: Sequence[Credentials], tokens: Tokens) -> None:
        self._catalogue = catalogue
        self._clients = {one.client_id: one for one in clients}
        self._tokens = tokens

    async def answer(self, request: Request) -> Response:
        """An access token for the right credentials; otherwise what is wrong with them, as Google says it."""
        if request.url.path not in PATHS:
            return _json({"error": {"code": 404, "message": "Not Found", "status": "NOT_FOUND"}}, 404)
        if request.method != "POST":
            return _json({"error": {"code": 405, "message": "Method Not Allowed", "status": "INVALID_ARGUMENT"}}, 405)
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        client = self._clients.get(form.get("client_id", ""))
        wrong = _wrong(form, client)
        if wrong is not None or client is None:
            status, error, said = wrong or (401, "invalid_client", "The OAuth client was not found.")
            return _json({"error": error, "error_description": said}, status)
        return _json({
            "access_token": self._tokens.give(client.scope, self._catalogue.now()),
            "expires_in": LIVES_SECONDS,
            "scope": client.scope,
            "token_type": "Bearer",
        }, 200)

    def failed(self, fault: Fault) -> Response:
        """An error in OAuth's form."""
        error = "rate_limit_exceeded" if fault.status == 429 else "internal_failure"
        wait = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return _json({"error": error, "error_description": "Please try again later."}, fault.status, wait)


def _wrong(form: Mapping[str, str], client: Credentials | None) -> Wrong | None:
    """What keeps this form from a token, in the order in which Google looks."""
    if "grant_type" not in form:
        return 400, "invalid_request", "Required parameter is missing: grant_type"
    if form["grant_type"] != "refresh_token":
        return 400, "unsupported_grant_type", f"Invalid grant_type: {form['grant_type']}"
    if not form.get("client_id"):
        return 400, "invalid_request", "Could not determine client ID from request."
    if client is None:
        return 401, "invalid_client", "The OAuth client was not found."
    if not _same(form.get("client_secret", ""), client.client_secret):
        return 401, "invalid_client", "The provided client secret is invalid."
    if "refresh_token" not in form:
        return 400, "invalid_request", "Missing required parameter: refresh_token"
    if not _same(form["refresh_token"], client.refresh_token):
        return 400, "invalid_grant", "Token has been expired or revoked."
    return None


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _json(content: object, status: int, headers: Mapping[str, str] | None = None) -> Response:
    kept = {"Cache-Control": "no-cache, no-store, max-age=0, must-revalidate", "Pragma": "no-cache"}
    return Response(orjson.dumps(content), status, kept | dict(headers or {}), "application/json")
