"""The simulated Amplitude does what its documentation says; numbers as in its README."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from io import BytesIO

import httpx
import pytest

from app.settings import Settings
from pipelines.sandbox.vendors.amplitude import credentials
from pipelines.sandbox.vendors.amplitude.api import Amplitude
from pipelines.sandbox.vendors.faults import Fault
from pipelines.sandbox.vendors.server import application, open_catalogue
from tests.vendors.conftest import Client, alone
from tests.vendors.tiny_company import Store
from tests.vendors.tiny_product import write_product

Ask = Callable[..., httpx.Response]
EXPORT = "http://amplitude.com/api/2/export"


@pytest.fixture
def ask(settings: Settings) -> Ask:
    """Asks Amplitude with the right keys unless others are given."""
    store = Store(settings.home)
    write_product(store)
    store.connection.close()
    client = Client(application(settings))
    keys = credentials(settings)

    def get(address: str, secret: str = keys.secret_key, **query: object) -> httpx.Response:
        header = {"Authorization": httpx.BasicAuth(keys.api_key, secret)._auth_header}
        return client.get(address, params=query, headers=header)

    return get


def files(answer: httpx.Response) -> dict[str, list[str]]:
    """The ids of the events of each file."""
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        return {
            name: [json.loads(line)["uuid"] for line in gzip.decompress(archive.read(name)).splitlines()]
            for name in archive.namelist()
        }


def test_1_an_export_is_a_zip_with_a_gzipped_file_an_hour(ask: Ask) -> None:
    assert files(ask(EXPORT, start="20261120T00", end="20261120T23")) == {
        "7/7_2026-11-20_5#0.json.gz": ["early", "late"], "7/7_2026-11-20_23#0.json.gz": ["evening"],
    }


def test_2_both_hours_are_included_and_required(ask: Ask) -> None:
    assert list(files(ask(EXPORT, start="20261120T05", end="20261120T05")).values()) == [["early", "late"]]
    assert ask(EXPORT, start="20261120T05").status_code == 400
    assert ask(EXPORT, start="20261120", end="20261120T05").status_code == 400


def test_3_what_was_uploaded_late_comes_with_the_hour_of_its_upload(ask: Ask) -> None:
    assert ask(EXPORT, start="20261117T00", end="20261117T23").status_code == 404


def test_4_an_hour_can_be_exported_two_hours_after_its_end(ask: Ask) -> None:
    # It is 11:00: the hour from 8 to 9 is ready, the one from 9 to 10 will be at 12.
    assert list(files(ask(EXPORT, start="20261122T00", end="20261122T23")).values()) == [["ready"]]


def test_5_where_there_is_nothing_the_answer_is_404(ask: Ask) -> None:
    assert ask(EXPORT, start="20250101T00", end="20250101T23").status_code == 404


def test_6_too_large_an_export_is_refused(settings: Settings, ask: Ask) -> None:
    keys = credentials(settings)
    small = alone(Amplitude(open_catalogue(settings), keys, largest=500))
    header = {"Authorization": httpx.BasicAuth(keys.api_key, keys.secret_key)._auth_header}
    answer = small.get(EXPORT, params={"start": "20261120T00", "end": "20261120T23"}, headers=header)
    assert (answer.status_code, "4GB" in answer.text) == (400, True)


def test_7_more_than_365_days_are_refused(ask: Ask) -> None:
    assert ask(EXPORT, start="20251101T00", end="20261122T00").status_code == 400


def test_8_other_keys_are_refused(ask: Ask) -> None:
    assert ask(EXPORT, secret="wrong", start="20261120T00", end="20261120T23").status_code == 401


def test_9_the_taxonomy_lists_types_with_their_category(ask: Ask) -> None:
    found = ask("http://amplitude.com/api/2/taxonomy/event").json()
    assert found["success"] is True
    assert {one["event_type"]: one["category"]["name"] for one in found["data"]} == {
        "session_ended": "Usage", "signed_up": "Onboarding"}


def test_10_the_cohorts_are_listed(ask: Ask) -> None:
    found = ask("http://amplitude.com/api/3/cohorts").json()["cohorts"]
    assert [(one["id"], one["size"]) for one in found] == [("c", 3)]


@pytest.mark.parametrize("status", [429, 503, 504])
def test_11_a_failure_is_a_short_text(settings: Settings, ask: Ask, status: int) -> None:
    fault = Fault(vendor="amplitude", status=status, retry_after=2)
    answer = Amplitude(open_catalogue(settings), credentials(settings)).failed(fault)
    assert (answer.status_code, answer.headers["retry-after"], len(answer.body) < 60) == (status, "2", True)
