"""The sandbox's identity provider keeps to OpenID Connect: who may ask, what a code is good for, what a token says."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from app.errors import SettingsError
from app.login import CALLBACK, auth_secrets, email_of, issuer_url, public_url, session_key
from app.secrets import get_secret
from app.settings import Settings
from pipelines.ports import port_of
from pipelines.sandbox.identity_provider import create_app
from pipelines.sandbox.people import PEOPLE

from .in_process import Browser

EVA = PEOPLE[0]
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def home(make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    settings = make_settings(port=8555)
    port_of(settings, "identity")
    return settings


@pytest.fixture
def provider(home: Settings) -> Browser:
    return Browser(create_app(home), issuer_url(home))


def asked(home: Settings, **changes: str | None) -> dict[str, str]:
    query: dict[str, str | None] = {
        "response_type": "code", "client_id": "plumbline", "redirect_uri": public_url(home) + CALLBACK,
        "scope": "openid email profile", "state": "s1", "nonce": "n1", "code_challenge": CHALLENGE,
        "code_challenge_method": "S256", **changes,
    }  # fmt: skip
    return {name: value for name, value in query.items() if value is not None}


def code_for(provider: Browser, home: Settings, **changes: str | None) -> str:
    sent_back = provider.post("/authorize", params=asked(home, **changes), data={"email": EVA.email})
    assert sent_back.status_code == 302
    return parse_qs(urlsplit(sent_back.headers["location"]).query)["code"][0]


def redeem(provider: Browser, home: Settings, code: str, **changes: str) -> dict[str, object]:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": public_url(home) + CALLBACK,
            "code_verifier": VERIFIER, "client_id": "plumbline", "client_secret": get_secret(home, "oidc_client"),
            **changes}  # fmt: skip
    answer: dict[str, object] = provider.post("/token", data=form).json()
    return answer


def test_a_person_is_named_by_a_signed_token(provider: Browser, home: Settings) -> None:
    tokens = redeem(provider, home, code_for(provider, home))
    keys = KeySet.import_key_set(provider.get("/jwks").json())
    claims = jwt.decode(str(tokens["id_token"]), keys, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (issuer_url(home), ["plumbline"], "n1")
    assert (claims["email"], claims["name"], claims["email_verified"]) == (EVA.email, "Eva Lindqvist", True)
    assert "roles" not in claims, "what somebody may see is the portal's own rows, never the provider's word"
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    assert provider.get("/userinfo", headers=bearer).json()["email"] == EVA.email


def test_the_public_key_gives_no_private_part_away(provider: Browser) -> None:
    (key,) = provider.get("/jwks").json()["keys"]
    assert key["kty"] == "RSA" and not {"d", "p", "q", "dp", "dq", "qi"} & set(key)


def test_a_code_is_good_once(provider: Browser, home: Settings) -> None:
    code = code_for(provider, home)
    assert "id_token" in redeem(provider, home, code)
    assert redeem(provider, home, code)["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"client_secret": "guess"}, "invalid_client", id="a wrong secret"),
        pytest.param({"client_id": "other"}, "invalid_client", id="another client"),
        pytest.param({"code_verifier": "w" * 50}, "invalid_grant", id="not who began it"),
        pytest.param({"redirect_uri": "http://127.0.0.1:1/oauth2callback"}, "invalid_grant", id="another address"),
        pytest.param({"code": "guess"}, "invalid_grant", id="a code never given"),
    ],
)
def test_a_code_is_refused_to(provider: Browser, home: Settings, changes: dict[str, str], error: str) -> None:
    code = code_for(provider, home)
    assert redeem(provider, home, **{"code": code, **changes})["error"] == error


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"client_id": "other"}, id="unknown client"),
        pytest.param({"redirect_uri": "https://evil.example/oauth2callback"}, id="foreign address"),
        pytest.param({"code_challenge": None, "code_challenge_method": None}, id="no PKCE"),
        pytest.param({"code_challenge_method": "plain"}, id="weak PKCE"),
    ],
)
def test_nobody_is_sent_anywhere_for_a_request_that_is_not_ours(
    provider: Browser, home: Settings, changes: dict[str, str | None]
) -> None:
    for answer in (
        provider.get("/authorize", params=asked(home, **changes)),
        provider.post("/authorize", params=asked(home, **changes), data={"email": EVA.email}),
    ):
        assert "code=" not in answer.headers.get("location", "")
        assert "evil.example" not in answer.headers.get("location", "")
        assert "Who are you today?" not in answer.text


def test_the_page_lists_everybody_and_asks_no_other_host(provider: Browser, home: Settings) -> None:
    page = provider.get("/authorize", params=asked(home))
    for person in PEOPLE:
        assert person.email.replace("'", "&#x27;") in page.text
    assert "http" not in page.text.split("<body>")[0].replace("http-equiv", "")
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_somebody_who_is_not_there_cannot_sign_in(provider: Browser, home: Settings) -> None:
    answer = provider.post("/authorize", params=asked(home), data={"email": "mallory@evil.example"})
    assert answer.status_code == 400 and "Nobody here has that address." in answer.text


def test_it_answers_to_this_machine_only(provider: Browser) -> None:
    assert provider.get("/jwks", headers={"host": "sso.evil.example"}).status_code == 400


def test_its_key_is_for_its_owner_only(provider: Browser, home: Settings) -> None:
    file = Path(home.home / "sandbox" / "identity_key.pem")
    assert provider.get("/jwks").status_code == 200
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        pytest.param({"is_logged_in": True, "email": " Eva@X.example "}, "eva@x.example", id="an address"),
        pytest.param({"is_logged_in": True, "email": "e@x", "email_verified": False}, None, id="an unverified address"),
        pytest.param({"is_logged_in": True, "email": "e@x", "email_verified": "false"}, None, id="unverified in words"),
        pytest.param({"is_logged_in": True, "email": "e@x", "email_verified": None}, None, id="verified: nobody knows"),
        pytest.param({"is_logged_in": True, "email": "e@x", "email_verified": "True"}, "e@x", id="verified in words"),
        pytest.param({"is_logged_in": False, "email": "e@x"}, None, id="nobody logged in"),
        pytest.param({"is_logged_in": True}, None, id="no address"),
    ],
)
def test_whom_the_claims_name(claims: dict[str, object], email: str | None) -> None:
    assert email_of(claims) == email


def test_a_session_key_needs_both_the_cookie_and_the_login() -> None:
    assert session_key("token", "eva@x") != session_key("token", "ines@x") != session_key("other", "ines@x")


def test_without_a_provider_the_message_says_what_to_set(make_settings: Callable[..., Settings]) -> None:
    with pytest.raises(SettingsError, match="Set PLUMBLINE_OIDC_ISSUER, PLUMBLINE_OIDC_CLIENT_ID"):
        auth_secrets(make_settings(sandbox_scale="none"))
    with pytest.raises(SettingsError, match="the client id or the client secret is not"):
        auth_secrets(make_settings(oidc_issuer="https://sso.example", port=8501))
