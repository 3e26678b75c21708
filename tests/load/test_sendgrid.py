"""SendGrid by our own tap and real Meltano into a real Postgres: as the books of the company have it, day by day."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest
from ruamel.yaml import YAML

from app.settings import ROOT
from pipelines.job import StepResult
from pipelines.ports import port_of
from pipelines.sandbox.company import Company, simulate
from pipelines.sandbox.company.streams import STREAMS, control
from pipelines.sandbox.company.times import ANCHOR, DAY
from pipelines.verify_streams import expected, held
from tests.load.conftest import House

pytestmark = [pytest.mark.slow, pytest.mark.campaign]  # cli/test_life.py loads it, too, and holds it to the ledger
Load = Callable[..., StepResult]
SEED = 20240101


def live_until(house: House, until: int) -> Company:
    """The company's SendGrid as it is then, and its clock."""
    company = simulate(SEED, "small", until)
    for one in company.book.objects.values():
        if one.vendor == "sendgrid":
            house.store.put("sendgrid", one.kind, one.id, one.created, one.body)
    house.store.move_to(datetime.fromtimestamp(until, UTC))
    house.store.save()
    return company


def assert_as_the_books_have_it(house: House, company: Company) -> None:
    controls = [control(company, told) for told in STREAMS if told.source == "sendgrid"]
    found = held(house.settings)
    assert len(controls) == 13
    assert {name: found[name] for name in expected(controls)} == expected(controls)


def requests(house: House) -> int:
    """How many SendGrid has had."""
    address = f"http://127.0.0.1:{port_of(house.settings, 'vendors_http')}/_sandbox/faults"
    return int(httpx.delete(address, timeout=60).json()["seen"].get("sendgrid", 0))


def loaded_rows(house: House) -> dict[str, int]:
    """Rows of each stream in the newest load."""
    return {str(row["stream"]): int(str(row["row_count"])) for row in house.rows(
        "select stream, row_count from portal.load_run where source = 'sendgrid' and stream <> '' and run_id = ("
        "select run_id from portal.load_run where source = 'sendgrid' and stream = '' order by started_at desc limit 1)"
    )}


def test_every_stream_is_as_the_books_have_it_and_ten_days_later_only_what_changed_is_read(
    house: House, load: Load
) -> None:
    company = live_until(house, ANCHOR)
    assert load("sendgrid").detail["failed"] == {}
    assert_as_the_books_have_it(house, company)
    first, asked = loaded_rows(house), requests(house)
    assert first["singlesend_days"] > 500

    company = live_until(house, ANCHOR + 10 * DAY)
    assert load("sendgrid").detail["failed"] == {}
    assert_as_the_books_have_it(house, company)
    again = loaded_rows(house)
    assert again["singlesend_days"] < first["singlesend_days"] / 5
    assert again["mail_days"] <= 42
    assert again["bounces"] < first["bounces"] / 5
    # 13 streams, an export and its poll, figures of the two or three single sends of the last 30 days.
    assert requests(house) - asked < asked / 2 < 50


def test_loaded_columns_are_of_the_types_that_are_promised(house: House) -> None:
    found = {(row["table_name"], row["column_name"]): row["data_type"] for row in house.rows(
        "select table_name, column_name, data_type from information_schema.columns where table_schema = 'raw_sendgrid'"
    )}
    promised = {
        (file.stem, column["name"]): column["data_type"]
        for file in (ROOT / "checks" / "raw_sendgrid").glob("*.yml")
        for column in YAML(typ="safe").load(file.read_text())["columns"]
        if "data_type" in column
    }
    assert len(promised) > 80
    assert {key: found.get(key) for key in promised} == promised


def test_a_contact_that_is_gone_from_sendgrid_counts_no_more(house: House, load: Load) -> None:
    before = held(house.settings)["sendgrid.contacts"]["rows"]
    gone = house.rows("select contact_id, email from raw_sendgrid.contacts order by contact_id limit 1")[0]
    house.store.connection.execute("delete from object where vendor = 'sendgrid' and id = ?", (gone["contact_id"],))
    house.store.move_to(datetime.fromtimestamp(ANCHOR + 10 * DAY + 3600, UTC))
    house.store.save()
    load("sendgrid")
    assert held(house.settings)["sendgrid.contacts"]["rows"] == before - 1
    assert house.count("raw_sendgrid.contacts") == before


def test_no_log_tells_the_key_or_a_signature(house: House) -> None:
    key = json.loads((house.settings.home / "secrets.json").read_text())["sendgrid_key"]
    logs = [file.read_text() for file in (house.settings.home / "logs" / "loads").glob("*.log")]
    assert any("tap-sendgrid" in log for log in logs)
    assert not [log for log in logs if key in log or "X-Amz-Signature" in log]
