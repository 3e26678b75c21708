"""Access tokens that say, signed, which scopes they open and when they were given."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

import orjson

from app.secrets import get_secret
from app.settings import Settings

LIVES_SECONDS = 3_599
SCOPES = {
    "ga4": "https://www.googleapis.com/auth/analytics.readonly",
    "google_ads": "https://www.googleapis.com/auth/adwords",
}
PREFIX = "ya29."


@dataclass(frozen=True)
class Credentials:
    """What an OAuth client was given, and the scope that its user granted it."""

    client_id: str
    client_secret: str
    refresh_token: str
    scope: str


class Tokens:
    """Gives tokens and judges them, in any process of this home.

    Args:
        settings: whose home keeps the signing key.
    """

    def __init__(self, settings: Settings) -> None:
        self._key = get_secret(settings, "google_token_key").encode()

    def give(self, scope: str, now: int) -> str:
        """A token for a scope (one or more, separated by blanks), given at an instant in epoch seconds."""
        content = orjson.dumps([scope, now])
        return PREFIX + _text(content) + "." + _text(self._signature(content))

    def scopes(self, token: str, now: int) -> frozenset[str]:
        """The scopes that a token opens at an instant; none when it is not ours, or has expired."""
        content, _, signature = token.removeprefix(PREFIX).partition(".")
        try:
            written = _bytes(content)
            if not hmac.compare_digest(_bytes(signature), self._signature(written)):
                return frozenset()
            scope, given = orjson.loads(written)
        except ValueError:
            return frozenset()
        return frozenset(scope.split()) if given <= now + 1 and now - given < LIVES_SECONDS else frozenset()

    def _signature(self, content: bytes) -> bytes:
        return hmac.digest(self._key, content, hashlib.sha256)


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
