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
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from authlib.oauth2 import OAuth2Error
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
from app.home import keep_private
from app.login import CALLBACK, SANDBOX_CLIENT, public_url
from app.secrets import get_secret
from app.settings import Settings, get_settings
from app.ui.look import css_variables, font_faces
from pipelines.ports import LOOPBACK, port_of, require_free
from pipelines.sandbox.oidc import SCOPES, Client, FormRequest, Provider, person_named
from pipelines.sandbox.people import PEOPLE

log = logging.getLogger("plumbline.identity")
STATIC = Path(app.__file__).resolve().parent / "static"
PAGE = Path(__file__).with_name("sign_in.html")


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
        f"<span>{html.escape(', '.join(person.roles).replace('_', ' '))}</span></button>"
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
        Route("/authorize", partial(authorize, server), methods=["GET", "POST"]),
        Route("/token", partial(token, server), methods=["POST"]),
        Route("/userinfo", partial(userinfo, server)),
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
        refusal: Response = server.handle_error_response(asked, error)
        return refusal
    asked_pkce = request.query_params.get("code_challenge"), request.query_params.get("code_challenge_method")
    if not asked_pkce[0] or asked_pkce[1] != "S256":
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
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; img-src data:; "
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
    keep_private()
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
