"""Each test is one statement of pipelines/sandbox/vendors/google_oauth/README.md."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from app.settings import Settings
from pipelines.sandbox.vendors.google_oauth import Tokens, credentials
from pipelines.sandbox.vendors.google_oauth.tokens import LIVES_SECONDS
from tests.vendors.conftest import Client
from tests.vendors.tiny_company import NOW

Ask = Callable[..., httpx.Response]
AT = int(NOW.timestamp())
ADDRESSES = ("http://oauth2.googleapis.com/token", "http://www.googleapis.com/oauth2/v4/token")
PRODUCTS = {"ga4": "analytics.readonly", "google_ads": "adwords"}


@pytest.fixture
def token(vendors: Client, settings: Settings) -> Ask:
    """Asks for a token with the right credentials of a product; a field that is None is left out."""

    def ask(product: str = "ga4", address: str = ADDRESSES[0], **changed: str | None) -> httpx.Response:
        given = credentials(settings, product)
        form = {"grant_type": "refresh_token", "client_id": given.client_id, "client_secret": given.client_secret,
                "refresh_token": given.refresh_token} | changed
        return vendors.post(address, data={name: value for name, value in form.items() if value is not None})

    return ask


@pytest.mark.parametrize("address", ADDRESSES, ids=["today's address", "the older one"])
def test_a_refresh_token_gives_an_access_token_and_no_new_refresh_token(token: Ask, address: str) -> None:
    answer = token(address=address)
    assert answer.status_code == 200
    found = answer.json()
    assert found.keys() == {"access_token", "expires_in", "scope", "token_type"}
    assert (found["token_type"], found["expires_in"]) == ("Bearer", 3599)


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_token_opens_its_products_scope_and_no_other(token: Ask, settings: Settings, product: str) -> None:
    found = token(product).json()
    scope = f"https://www.googleapis.com/auth/{PRODUCTS[product]}"
    assert found["scope"] == scope
    assert Tokens(settings).scopes(found["access_token"], AT) == {scope}


def test_a_token_expires(token: Ask, settings: Settings) -> None:
    found = token().json()["access_token"]
    assert Tokens(settings).scopes(found, AT + LIVES_SECONDS - 1)
    assert not Tokens(settings).scopes(found, AT + LIVES_SECONDS)


def test_a_token_that_was_changed_opens_nothing(token: Ask, settings: Settings) -> None:
    found = token().json()["access_token"]
    for changed in (found[:-1], found.replace("ya29.", "ya29.x"), "ya29.", "", "ya29.a.b", "ya29.é.b"):
        assert not Tokens(settings).scopes(changed, AT), changed


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [({"client_id": "nobody.apps.googleusercontent.com"}, 401, "invalid_client"),
     ({"client_secret": "wrong"}, 401, "invalid_client"), ({"client_secret": None}, 401, "invalid_client"),
     ({"refresh_token": "1//wrong"}, 400, "invalid_grant"), ({"refresh_token": None}, 400, "invalid_request"),
     ({"grant_type": "authorization_code"}, 400, "unsupported_grant_type"),
     ({"grant_type": None}, 400, "invalid_request"), ({"client_id": None}, 400, "invalid_request")],
    ids=["unknown client", "wrong secret", "no secret", "wrong refresh token", "no refresh token", "another grant",
         "no grant", "no client"],
)
def test_what_is_wrong_is_named(token: Ask, changed: dict[str, str | None], status: int, error: str) -> None:
    answer = token(**changed)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"]


def test_the_refresh_token_of_another_client_is_refused(token: Ask, settings: Settings) -> None:
    answer = token("ga4", refresh_token=credentials(settings, "google_ads").refresh_token)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_nothing_else_is_there(vendors: Client) -> None:
    assert vendors.get("http://www.googleapis.com/drive/v3/files").status_code == 404
    assert vendors.get(ADDRESSES[0]).status_code == 405


def test_a_fault_is_told_in_oauths_form(vendors: Client, token: Ask) -> None:
    vendors.post("/_sandbox/faults", json={"vendor": "google_oauth", "status": 503, "times": 1, "retry_after": 2})
    answer = token()
    assert (answer.status_code, answer.json()["error"], answer.headers["retry-after"]) == (503, "internal_failure", "2")
    assert token().status_code == 200
