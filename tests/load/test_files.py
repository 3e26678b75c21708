"""The files' schemas: what they refuse, and with which words."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.taps.tap_plumbline_files.reader import BrokenFile, read
from pipelines.taps.tap_plumbline_files.schemas import FILES

SCHEMAS = {schema.name: schema for schema in FILES}
CONTRACTS = "contract_id,customer_id,start_date,end_date,monthly_amount,currency,product,plan,country\n"


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.csv"
    path.write_bytes(text.encode())
    return path


def test_values_are_read_in_their_types(tmp_path: Path) -> None:
    path = written(tmp_path, "contracts", CONTRACTS + "CT-1,cus_1,2024-02-29,,1200.50,USD,Core,Team,US\n")
    assert read(path, SCHEMAS["contracts"]) == [{
        "contract_id": "CT-1", "customer_id": "cus_1", "start_date": "2024-02-29", "end_date": None,
        "monthly_amount": Decimal("1200.50"), "currency": "usd", "product": "Core", "plan": "Team", "country": "US",
        "line_number": 2,
    }]


def test_quotes_commas_other_letters_and_a_byte_order_mark_are_no_trouble(tmp_path: Path) -> None:
    path = written(tmp_path, "quotas", '\ufeffrep_id,rep_name,period_start,period_end,currency,amount\r\n'
                   '005,"Łukasz ""Lu"", Jr.",2026-01-01,2026-04-01,eur,-3\r\n')
    assert read(path, SCHEMAS["quotas"])[0]["rep_name"] == 'Łukasz "Lu", Jr.'


def test_a_file_with_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    assert read(written(tmp_path, "targets", "metric,month,target\n"), SCHEMAS["targets"]) == []


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("targets", "metric,month\nmrr,2026-01-01\n",
         "targets.csv, line 1: the header is wrong. Found metric, month; expected metric, month, target. "
         "Correct the header and load again."),
        ("targets", "", "targets.csv, line 1: the header is wrong. Found nothing; expected metric, month, target. "
         "Correct the header and load again."),
        ("targets", "metric,month,target\nmrr,2026-01-01\n",
         "targets.csv, line 2: the number of values is wrong. Found 2, expected 3 (metric, month, target). "
         "Correct the line and load again."),
        ("targets", "metric,month,target\nmrr,2026-01-01,1\nmrr,2026-01-15,2\n",
         "targets.csv, line 3, column month: the value is wrong. Found '2026-01-15', expected the first day of a month "
         "from 1970 on, such as 2026-01-01. Correct the value and load again."),
        ("targets", "metric,month,target\nmrr,2026-01-01,\"1,5\"\n",
         "targets.csv, line 2, column target: the value is wrong. Found '1,5', expected a number with a decimal point "
         "such as 1200.50, at most 15 digits on either side of it. Correct the value and load again."),
        ("targets", "metric,month,target\n,2026-01-01,1\n",
         "targets.csv, line 2, column metric: the value is wrong. Found '', expected a text (without U+0000). "
         "Correct the value and load again."),
        ("targets", "metric,month,target\nmrr,2026-01-01,1\nmrr,2026-01-01,2\n",
         "targets.csv, line 3: the row is there twice. Found metric, month = mrr, 2026-01-01 again, first on line 2; "
         "expected one row for each. Remove one and load again."),
        ("exchange_rates", "rate_date,currency,usd_per_unit\n2026-02-30,eur,1\n",
         "exchange_rates.csv, line 2, column rate_date: the value is wrong. Found '2026-02-30', expected a day from "
         "1970 on, such as 2026-01-31. Correct the value and load again."),
        ("exchange_rates", "rate_date,currency,usd_per_unit\n0206-02-28,eur,1\n",
         "exchange_rates.csv, line 2, column rate_date: the value is wrong. Found '0206-02-28', expected a day from "
         "1970 on, such as 2026-01-31. Correct the value and load again."),
        ("targets", "metric,month,target\nmrr,2026-01-01,1234567890123456\n",
         "targets.csv, line 2, column target: the value is wrong. Found '1234567890123456', expected a number with a "
         "decimal point such as 1200.50, at most 15 digits on either side of it. Correct the value and load again."),
        ("targets", "metric,month,target\nm\0r,2026-01-01,1\n",
         "targets.csv, line 2, column metric: the value is wrong. Found 'm\\x00r', expected a text (without U+0000). "
         "Correct the value and load again."),
        ("identities", "source,source_id,customer_id,kind,reason,known_on\nstripe,cus_1,cus_2,robot,,\n",
         "identities.csv, line 2, column kind: the value is wrong. Found 'robot', expected one of customer, internal, "
         "test. Correct the value and load again."),
    ],
    ids=["a missing column", "an empty file", "a missing value", "a day that begins no month", "a decimal comma",
         "an empty value", "a row twice", "a day that does not exist", "a year that lacks a digit",
         "a number beyond all sense", "a character that Postgres has no room for", "an unknown kind"],
)
def test_a_broken_file_says_where_what_was_found_and_what_is_allowed(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(BrokenFile) as error:
        read(written(tmp_path, name, text), SCHEMAS[name])
    assert str(error.value) == message


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    path.write_bytes("metric,month,target\nm\xfcr,2026-01-01,1\n".encode("latin-1"))
    with pytest.raises(BrokenFile, match=r"targets\.csv: byte 21 is not UTF-8"):
        read(path, SCHEMAS["targets"])


def test_a_quote_left_open_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "targets", 'metric,month,target\n"mrr,2026-01-01,1\n')
    with pytest.raises(BrokenFile, match=r"targets\.csv is not well-formed CSV"):
        read(path, SCHEMAS["targets"])
