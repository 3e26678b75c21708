"""Each test is one statement of the weather station's manual; numbers as in the simulator's README."""

from __future__ import annotations

from datetime import date, timedelta

import httpx
import pytest

from app.settings import Settings
from pipelines.sandbox.vendors.server import application
from pipelines.sandbox.vendors.weather import PAGE, api_key
from tests.vendors.conftest import Client
from tests.vendors.tiny_company import Store

FIRST = date(2024, 1, 1)


@pytest.fixture
def vendors(settings: Settings) -> Client:
    store = Store(settings.home)
    for number in range(PAGE + 1):
        day = str(FIRST + timedelta(days=number))
        store.put("weather", "reading", day, number, {"id": day, "millimetres": number})
    store.connection.commit()
    store.connection.close()
    return Client(application(settings))


def ask(vendors: Client, key: str, **query: str) -> httpx.Response:
    return vendors.get("http://api.weather.example/v1/readings", headers={"X-Api-Key": key}, params=query)


def test_1_without_the_key_nothing_is_told(vendors: Client) -> None:
    assert ask(vendors, "another").status_code == 401


def test_2_readings_come_by_day_and_page(vendors: Client, settings: Settings) -> None:
    first = ask(vendors, api_key(settings)).json()
    last = ask(vendors, api_key(settings), after=first["readings"][-1]["id"]).json()
    assert (len(first["readings"]), first["readings"][0]["id"], first["has_more"]) == (PAGE, "2024-01-01", True)
    assert ([one["millimetres"] for one in last["readings"]], last["has_more"]) == ([PAGE], False)
