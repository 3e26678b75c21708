"""Where people sign in, and whom the identity provider named.

Streamlit's own cookie is signed but lives for 30 days and survives a logout. So it is not enough: the gate opens a
session of ours at each login, and only a row in `portal.session` that is neither expired nor revoked lets in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from app.errors import SettingsError
from app.secrets import get_secret
from app.settings import Settings

CALLBACK = "/oauth2callback"
SANDBOX_CLIENT = "plumbline"
DISCOVERY = "/.well-known/openid-configuration"


def portal_port(settings: Settings) -> int:
    """The port the portal listens on: the setting, or the one allotted in `home`/ports.json when that is 0."""
    return settings.port or _allotted(settings, "portal")


def public_url(settings: Settings) -> str:
    """The portal's address as people type it, without a slash at the end."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    return f"http://{bracketed(reached_at(settings))}:{portal_port(settings)}"


def reached_at(settings: Settings) -> str:
    """Where this machine itself reaches the portal: the address it listens on, loopback where that means all."""
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)


def bracketed(host: str) -> str:
    """The host as it stands in an address: an IPv6 one in brackets."""
    return f"[{host}]" if ":" in host else host


def issuer_url(settings: Settings) -> str:
    """The identity provider: the one of the settings, else the sandbox's on loopback.

    Raises:
        SettingsError: there is neither.
    """
    if settings.oidc_issuer:
        return settings.oidc_issuer.rstrip("/")
    if not settings.has_sandbox:
        raise SettingsError(
            "Nobody can sign in: no identity provider is configured. Found neither PLUMBLINE_OIDC_ISSUER nor a "
            "sandbox. Set PLUMBLINE_OIDC_ISSUER, PLUMBLINE_OIDC_CLIENT_ID and PLUMBLINE_OIDC_CLIENT_SECRET."
        )
    return f"http://127.0.0.1:{_allotted(settings, 'identity')}"


def is_configured(settings: Settings) -> bool:
    """Whether anybody could sign in: there is an identity provider, or the sandbox brings one."""
    return bool(settings.oidc_issuer) or settings.has_sandbox


def auth_secrets(settings: Settings) -> dict[str, Any]:
    """What Streamlit's login needs, as its `secrets` mapping; never written to a file.

    Raises:
        SettingsError: no identity provider, or a client id without its secret.
    """
    issuer = issuer_url(settings)
    if settings.oidc_issuer and not (settings.oidc_client_id and settings.oidc_client_secret):
        raise SettingsError(
            "PLUMBLINE_OIDC_ISSUER is set, but the client id or the client secret is not. Set "
            "PLUMBLINE_OIDC_CLIENT_ID and PLUMBLINE_OIDC_CLIENT_SECRET as your identity provider gave them."
        )
    return {
        "auth": {
            "redirect_uri": public_url(settings) + CALLBACK,
            "cookie_secret": get_secret(settings, "cookie"),
            "client_id": settings.oidc_client_id or SANDBOX_CLIENT,
            "client_secret": get_secret(settings, "oidc_client"),
            "server_metadata_url": issuer + DISCOVERY,
        }
    }


def email_of(claims: Mapping[str, Any]) -> str | None:
    """Whom the identity provider named, or None: nobody, or an address it says is not verified."""
    email = str(claims.get("email") or "").strip().lower()
    return email if claims.get("is_logged_in") and email and not is_unverified(claims) else None


def is_unverified(claims: Mapping[str, Any]) -> bool:
    """Whether the provider says that it does not vouch for the address: anybody could have typed it there.

    A provider that says nothing of it keeps its users' addresses itself.
    """
    said = claims.get("email_verified", True)
    return bool(claims.get("is_logged_in")) and str(said).lower() != "true"  # some providers send words


def session_key(token: str, email: str) -> str:
    """The key of a session in our table: only who has the cookie and the login can make it, reading it helps nobody."""
    return hashlib.sha256(f"{token}\n{email}".encode()).hexdigest()


def _allotted(settings: Settings, service: str) -> int:
    file = settings.home / "ports.json"
    try:
        return int(json.loads(file.read_text())[service])
    except (OSError, ValueError, KeyError, TypeError):
        raise SettingsError(
            f"The port of {service!r} is not known: {file} does not name it. It is written by `plumbline up`; "
            "start Plumbline with that command."
        ) from None
