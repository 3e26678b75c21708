"""The simulated vendors over a tiny company, asked in process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from app.settings import Settings
from pipelines.sandbox.vendors.salesforce import credentials as salesforce_credentials
from pipelines.sandbox.vendors.server import METHODS, application
from pipelines.sandbox.vendors.stripe import secret_key
from pipelines.sandbox.vendors.vendor import Simulator
from tests.vendors.tiny_company import write_company

Ask = Callable[..., httpx.Response]


class Client:
    """Asks an application in process, each request on its own."""

    def __init__(self, application: Starlette) -> None:
        self._transport = httpx.ASGITransport(application)

    def request(self, method: str, url: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, url, **more)

        return asyncio.run(ask())

    def get(self, url: str, **more: Any) -> httpx.Response:
        return self.request("GET", url, **more)

    def post(self, url: str, **more: Any) -> httpx.Response:
        return self.request("POST", url, **more)

    def delete(self, url: str) -> httpx.Response:
        return self.request("DELETE", url)


def alone(simulator: Simulator) -> Client:
    """Asks one simulator, whatever the host, without faults."""
    return Client(Starlette(routes=[Route("/{path:path}", simulator.answer, methods=METHODS)]))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", sandbox_scale="small")


@pytest.fixture
def vendors(settings: Settings) -> Client:
    write_company(settings.home, customers=6, months=3, lines=12).connection.close()
    return Client(application(settings))


@pytest.fixture
def stripe(vendors: Client, settings: Settings) -> Ask:
    """Asks Stripe with the right key unless other headers are given."""

    def ask(path: str, headers: dict[str, str] | None = None, **query: object) -> httpx.Response:
        given = {"Authorization": f"Bearer {secret_key(settings)}"} if headers is None else headers
        return vendors.get(f"http://api.stripe.com{path}", headers=given, params=query)

    return ask


@pytest.fixture
def login(vendors: Client, settings: Settings) -> Ask:
    """Asks for a token with the right credentials, any of which may be overridden."""
    credentials = salesforce_credentials(settings)

    def ask(**changed: str) -> httpx.Response:
        form = {
            "grant_type": "refresh_token", "client_id": credentials.client_id,
            "client_secret": credentials.client_secret, "refresh_token": credentials.refresh_token,
        }
        return vendors.post("http://login.salesforce.com/services/oauth2/token", data=form | changed)

    return ask


@pytest.fixture
def salesforce(vendors: Client, login: Ask) -> Ask:
    """Asks Salesforce with a fresh token unless another is given."""
    answer = login().json()

    def ask(path: str, token: str = answer["access_token"], **query: str) -> httpx.Response:
        address = answer["instance_url"].replace("https", "http") + path
        return vendors.get(address, headers={"Authorization": f"Bearer {token}"}, params=query)

    return ask
