"""The tap for the weather station: the Singer SDK's conformance tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from singer_sdk.testing import get_tap_test_class
from tap_weather.tap import TapWeather

from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.weather import Station
from tests.taps.serving import serve
from tests.vendors.tiny_company import Store

CONFIG = {"api_key": "of tests", "api_url": "http://127.0.0.1:9"}

TestKeepsTheSingerSdksRules = get_tap_test_class(TapWeather, config=CONFIG)


@pytest.fixture(scope="module", autouse=True)
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    store = Store(tmp_path_factory.mktemp("home"))
    body = {"id": "2026-11-21", "measured_at": "2026-11-21T06:00:00Z", "millimetres": 3}
    store.put("weather", "reading", "2026-11-21", 1, body)
    store.connection.commit()
    store.connection.close()
    catalogue = Catalogue(store.folder / "vendors.db", store.folder / "clock")
    with serve("weather", lambda url: Station(catalogue, "of tests")) as served:
        CONFIG["api_url"] = served.url
        yield
