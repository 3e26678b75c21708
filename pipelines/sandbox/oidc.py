"""What the sandbox's identity provider is made of: Authlib's authorization server for exactly one client.

Authorization code with PKCE, RS256 id tokens; codes and tokens are kept in memory only.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from authlib.common.security import generate_token
from authlib.oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import OAuth2Request, grants
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import RSAKey
from starlette.responses import JSONResponse, Response

from pipelines.sandbox.people import PEOPLE, Person

log = logging.getLogger("plumbline.identity")
SCOPES = ("openid", "email", "profile")
CODE_SECONDS = 300


@dataclass(frozen=True)
class Client:
    """The portal, as the provider knows it (Authlib's ClientMixin by duck typing)."""

    client_id: str
    secret: str
    redirect_uri: str

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_allowed_scope(self, scope: str | None) -> str:
        return " ".join(part for part in (scope or "").split() if part in SCOPES)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, secret: str) -> bool:
        return secrets.compare_digest(self.secret.encode(), secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass(frozen=True)
class Code:
    """An authorization code that was given out and not used yet."""

    code: str
    redirect_uri: str
    scope: str
    email: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    issued_at: float = field(default_factory=time.time)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.issued_at)

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


def person_named(email: str) -> Person | None:
    """The sandbox's person with that address, or None."""
    return next((person for person in PEOPLE if person.email == email), None)


class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """Keeps codes in memory, each good once and for five minutes."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        data = request.payload.data
        self.server.codes[code] = Code(
            code, data["redirect_uri"], request.scope or "", request.user, data.get("nonce"),
            data.get("code_challenge"), data.get("code_challenge_method"),
        )  # fmt: skip

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        found: Code | None = self.server.codes.pop(code, None)
        return found if found and time.time() - found.issued_at <= CODE_SECONDS else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        self.server.codes.pop(authorization_code.code, None)

    def authenticate_user(self, authorization_code: Code) -> str:
        return authorization_code.email


class IdToken(OpenIDCode):  # type: ignore[misc]
    """What the id token says of a person: who, and nothing of what they may see; roles are the portal's own rows."""

    def __init__(self, issuer: str, key: RSAKey) -> None:
        super().__init__(require_nonce=True)
        self.issuer, self.key = issuer, key

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return any(code.nonce == nonce for code in request.user_codes.values())

    def get_client_algorithm(self, client: Client) -> str:
        return "RS256"

    def get_encode_header(self, client: Client) -> dict[str, str]:
        return {"alg": "RS256", "kid": str(self.key.kid)}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        return {"iss": self.issuer, "aud": [client.client_id], "exp": int(time.time()) + 3600}

    def get_compatible_claims(self, request: OAuth2Request) -> dict[str, Any]:
        return {"iat": int(time.time()), **self.get_client_claims(request.client)}

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        return self.key

    def generate_user_info(self, user: str, scope: str) -> UserInfo:
        person = person_named(user)
        return UserInfo(sub=user, email=user, email_verified=True, name=person.name if person else user)


class FormRequest(OAuth2Request):  # type: ignore[misc]
    """A Starlette request's parts, as Authlib wants them."""

    def __init__(self, method: str, uri: str, values: Mapping[str, str], headers: Mapping[str, str]) -> None:
        super().__init__(method, uri, headers={name.title(): value for name, value in headers.items()})
        self._values = dict(values)
        self.payload = BasicOAuth2Payload(self._values)
        self.user_codes: dict[str, Code] = {}

    @property
    def form(self) -> dict[str, str]:
        return self._values

    @property
    def args(self) -> dict[str, str]:
        return self._values


class Provider(AuthorizationServer):  # type: ignore[misc]
    """Authlib's authorization server for exactly one client."""

    def __init__(self, client: Client, issuer: str, key: RSAKey) -> None:
        super().__init__(scopes_supported=SCOPES)
        self.client, self.issuer, self.key = client, issuer, key
        self.codes: dict[str, Code] = {}
        self.tokens: dict[str, tuple[str, float]] = {}
        bearer = BearerTokenGenerator(lambda **_: generate_token(42), expires_generator=3600)
        self.register_token_generator("default", bearer)
        self.register_grant(CodeGrant, [CodeChallenge(required=True), IdToken(issuer, key)])

    def query_client(self, client_id: str) -> Client | None:
        return self.client if client_id == self.client.client_id else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        now = time.time()
        self.tokens = {known: entry for known, entry in self.tokens.items() if entry[1] > now}
        self.tokens[token["access_token"]] = (request.user, now + token["expires_in"])

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        self.codes = {k: c for k, c in self.codes.items() if time.time() - c.issued_at <= CODE_SECONDS}
        request.user_codes = self.codes
        return request

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Response:
        kept = dict(headers)
        if isinstance(body, dict):
            kept.pop("Content-Type", None)
            return JSONResponse(body, status_code=status, headers=kept)
        return Response(body, status_code=status, headers=kept)

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        log.debug("signal %s", name)
