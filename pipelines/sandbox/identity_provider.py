"""The sandbox's identity provider: a real, small OpenID provider for one client, on loopback only.

Authorization code with PKCE (S256), RS256 tokens, discovery and JWKS, on Authlib's server side. It asks for no
password, because it serves nobody but this machine; that is why it refuses to listen anywhere else. The client's
id and secret and its redirect address are checked as a real provider would.

    python -m pipelines.sandbox.identity_provider
"""

from __future__ import annotations

import html
import logging
import os
import secrets
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from authlib.common.security import generate_token
from authlib.oauth2 import AuthorizationServer, OAuth2Error
from authlib.oauth2.rfc6749 import OAuth2Request, grants
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import app
from app.errors import PlumblineError
from app.login import CALLBACK, SANDBOX_CLIENT, public_url
from app.secrets import get_secret
from app.settings import Settings, get_settings
from app.ui.look import css_variables, font_faces
from pipelines.ports import LOOPBACK, port_of, require_free
from pipelines.sandbox.people import PEOPLE

log = logging.getLogger("plumbline.identity")
SCOPES = ("openid", "email", "profile")
CODE_SECONDS = 300
STATIC = Path(app.__file__).resolve().parent / "static"
PAGE = Path(__file__).with_name("sign_in.html")


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


def person_named(email: str) -> Any | None:
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
        super().__init__(method, uri, headers=dict(headers))
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
            return JSONResponse(body, status_code=status, headers={k: v for k, v in kept.items() if k != "Content-Type"})
        return Response(body, status_code=status, headers=kept)

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        log.debug("signal %s", name)


def signing_key(settings: Settings) -> RSAKey:
    """The provider's key, made once per home and kept in a file only its owner can read."""
    file = settings.home / "sandbox" / "identity_key.pem"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        pem = RSAKey.generate_key(2048).as_pem(private=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(pem)
    key = RSAKey.import_key(file.read_text(), {"use": "sig", "alg": "RS256"})
    key.ensure_kid()
    return key


def sign_in_page(query: str, message: str = "") -> str:
    """The list of people, each a button; nothing is fetched from anywhere else."""
    rows = "".join(
        f'<button name="email" value="{html.escape(person.email)}"><b>{html.escape(person.name)}</b>'
        f"<span>{html.escape(person.role.replace('_', ' '))}</span></button>"
        for person in PEOPLE
    )
    page = PAGE.read_text(encoding="utf-8")
    parts = {"style": css_variables() + font_faces(), "query": html.escape(query, quote=True), "people": rows,
             "message": html.escape(message)}  # fmt: skip
    for name, value in parts.items():
        page = page.replace("{{" + name + "}}", value)
    return page


def create_app(settings: Settings) -> Starlette:
    """The provider's ASGI application."""
    issuer = f"http://{LOOPBACK}:{port_of(settings, 'identity')}"
    callback = public_url(settings) + CALLBACK
    client = Client(SANDBOX_CLIENT, get_secret(settings, "oidc_client"), callback)
    server = Provider(client, issuer, signing_key(settings))
    routes = [
        Route("/.well-known/openid-configuration", lambda _: JSONResponse(discovery(issuer))),
        Route("/jwks", lambda _: JSONResponse({"keys": [server.key.as_dict(private=False)]})),
        Route("/authorize", lambda request: authorize(server, request), methods=["GET", "POST"]),
        Route("/token", lambda request: token(server, request), methods=["POST"]),
        Route("/userinfo", lambda request: userinfo(server, request)),
        Mount("/app/static", StaticFiles(directory=STATIC)),
    ]
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=[LOOPBACK, "localhost"])
    return Starlette(routes=routes, middleware=[hosts])


def discovery(issuer: str) -> dict[str, Any]:
    """The provider's metadata."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "grant_types_supported": ["authorization_code"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": list(SCOPES),
        "claims_supported": ["sub", "email", "email_verified", "name"],
    }


async def authorize(server: Provider, request: Request) -> Response:
    """Shows the people; the one that was chosen is sent back to the portal with a code."""
    asked = FormRequest("GET", str(request.url), request.query_params, request.headers)
    try:
        grant = server.get_consent_grant(asked)
    except OAuth2Error as error:
        return server.handle_error_response(asked, error)
    if not request.query_params.get("code_challenge") or request.query_params["code_challenge_method"] != "S256":
        return JSONResponse({"error": "invalid_request", "error_description": "PKCE with S256 is required"}, 400)
    if request.method == "GET":
        return page_response(sign_in_page(str(request.url.query)))
    email = str((await request.form()).get("email", ""))
    if person_named(email) is None:
        return page_response(sign_in_page(str(request.url.query), "Nobody here has that address."), 400)
    log.info("signed in %s", email)
    return server.create_authorization_response(asked, grant_user=email, grant=grant)  # type: ignore[no-any-return]


def page_response(page: str, status: int = 200) -> HTMLResponse:
    headers = {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(page, status, headers)


async def token(server: Provider, request: Request) -> Response:
    """Exchanges a code for tokens, once."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    asked = FormRequest("POST", str(request.url), form, request.headers)
    response: Response = await run_in_threadpool(server.create_token_response, asked)
    return response


async def userinfo(server: Provider, request: Request) -> Response:
    """The person an access token was given for."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    email, expires = server.tokens.get(bearer, ("", 0.0))
    person = person_named(email)
    if scheme.lower() != "bearer" or person is None or expires < time.time():
        return JSONResponse({"error": "invalid_token"}, 401, {"WWW-Authenticate": "Bearer"})
    return JSONResponse({"sub": email, "email": email, "email_verified": True, "name": person.name})


def main() -> int:
    """Serves until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # loopback: the traffic never leaves this machine
    try:
        settings = get_settings()
        port = port_of(settings, "identity")
        require_free(port, "identity")
        application = create_app(settings)
    except PlumblineError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    log.info("identity provider ready on %s:%s", LOOPBACK, port)
    uvicorn.run(application, host=LOOPBACK, port=port, log_level="warning", access_log=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
