"""The portal in the test's own process: who is signed in, and a browser that keeps cookies and follows nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from starlette.types import ASGIApp

from app.access import Viewer
from app.login import email_of
from app.warehouse import Warehouse


def whoever(warehouse: Warehouse, user: Mapping[str, Any]) -> Viewer | None:
    """The person whom the test signs in, with the roles that they have."""
    email = email_of(user)
    return None if email is None else Viewer(email, warehouse.roles_of(email))


class Browser:
    """Asks the application as if over HTTP."""

    def __init__(self, app: ASGIApp, base_url: str) -> None:
        self._app, self._base_url = app, base_url
        self.cookies = httpx.Cookies()

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self._ask("GET", path, options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self._ask("POST", path, options)

    def _ask(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url=self._base_url, cookies=self.cookies) as client:
                answer = await client.request(method, path, **options)
                self.cookies = client.cookies
                return answer

        return asyncio.run(ask())
