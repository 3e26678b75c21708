"""CSV files: what is read, what is refused, and with which words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.files.catalogue import BY_NAME
from app.files.check import MOST_BYTES, MOST_PROBLEMS, Checked, check

CONTRACTS = "contract_id,customer_id,start_date,end_date,monthly_amount,currency,product,plan,country\n"
QUOTAS = "rep_id,rep_name,period_start,period_end,currency,amount\n"


def found_in(name: str, text: str) -> Checked:
    return check(f"{name}.csv", text.encode(), BY_NAME[name])


def test_values_are_read_in_their_types() -> None:
    found = found_in("contracts", CONTRACTS + "CT-1,cus_1,2024-02-29,,1200.50,USD,Core,Team,US\n")
    assert list(found.rows) == [{
        "contract_id": "CT-1", "customer_id": "cus_1", "start_date": "2024-02-29", "end_date": None,
        "monthly_amount": Decimal("1200.50"), "currency": "usd", "product": "Core", "plan": "Team", "country": "US",
        "line_number": 2,
    }]


def test_hours_are_of_a_weekday_or_of_a_single_day_which_may_be_off() -> None:
    found = found_in("support_hours", "day,opens,closes,time_zone\nMonday,09:00,24:00,Europe/Berlin\n2026-12-25,,,\n")
    assert [tuple(row[name] for name in ("day", "opens", "closes", "time_zone")) for row in found.rows] == [
        ("Monday", "09:00", "24:00", "Europe/Berlin"), ("2026-12-25", "", None, None)]  # fmt: skip


@pytest.mark.parametrize(
    "row",
    ["monday,09:00,17:00,UTC", "2026-13-01,09:00,17:00,UTC", "Monday,9:00,17:00,UTC", "Monday,09:00,24:01,UTC",
     "Monday,09:00,17:00,Europe/Atlantis", "Monday,09:00,17:00,CET", "Monday,09:00,17:00,../UTC"],
)  # fmt: skip
def test_hours_that_no_clock_or_calendar_has_are_refused(row: str) -> None:
    assert len(found_in("support_hours", f"day,opens,closes,time_zone\n{row}\n").problems) == 1


def test_quotes_commas_other_letters_and_a_byte_order_mark_are_no_trouble() -> None:
    found = found_in("quotas", '\ufeffrep_id,rep_name,period_start,period_end,currency,amount\r\n'
                     '005,"Łukasz ""Lu"", Jr.",2026-01-01,2026-04-01,eur,-3\r\n')
    assert found.rows[0]["rep_name"] == 'Łukasz "Lu", Jr.'


def test_a_file_with_a_header_alone_has_no_rows() -> None:
    assert found_in("targets", "metric,month,target\n") == Checked()


def test_empty_lines_are_passed_over_and_lines_are_counted_as_an_editor_does() -> None:
    found = found_in("targets", "metric,month,target\n\nmrr,2026-01-01,1\n,,\n")
    assert [row["line_number"] for row in found.rows] == [3]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("targets", "metric,month\nmrr,2026-01-01\n",
         "targets.csv, line 1: the header is wrong. Found metric, month; expected metric, month, target. "
         "Correct the header and load again."),
        ("targets", "", "targets.csv, line 1: the header is wrong. Found nothing; expected metric, month, target. "
         "Correct the header and load again."),
        ("targets", "metric,month,target\nmrr,2026-01-01\n",
         "targets.csv, line 2: the number of values is wrong. Found 2; expected 3 (metric, month, target). "
         "Correct the line and load again."),
        ("targets", "metric,month,target\nmrr,2026-01-01,1\nmrr,2026-01-15,2\n",
         "targets.csv, line 3, column month: the value is wrong. Found '2026-01-15'; expected the first day of a month "
         "from 1970 on, such as 2026-01-01. Correct the value and load again."),
        ("targets", "metric,month,target\nmrr,2026-01-01,\"1,5\"\n",
         "targets.csv, line 2, column target: the value is wrong. Found '1,5'; expected a number with a decimal point "
         "such as 1200.50, at most 15 digits on either side of it. Correct the value and load again."),
        ("targets", "metric,month,target\n,2026-01-01,1\n",
         "targets.csv, line 2, column metric: the value is wrong. Found ''; expected a text. "
         "Correct the value and load again."),
        ("targets", "metric,month,target\nmrr,2026-01-01,1\nmrr,2026-01-01,2\n",
         "targets.csv, line 3: the row is there twice. Found metric, month = mrr, 2026-01-01 again, first on line 2; "
         "expected one row for each. Remove one and load again."),
        ("exchange_rates", "rate_date,currency,usd_per_unit\n2026-02-30,eur,1\n",
         "exchange_rates.csv, line 2, column rate_date: the value is wrong. Found '2026-02-30'; expected a day from "
         "1970 on, such as 2026-01-31. Correct the value and load again."),
        ("exchange_rates", "rate_date,currency,usd_per_unit\n0206-02-28,eur,1\n",
         "exchange_rates.csv, line 2, column rate_date: the value is wrong. Found '0206-02-28'; expected a day from "
         "1970 on, such as 2026-01-31. Correct the value and load again."),
        ("targets", "metric,month,target\nmrr,2026-01-01,1234567890123456\n",
         "targets.csv, line 2, column target: the value is wrong. Found '1234567890123456'; expected a number with a "
         "decimal point such as 1200.50, at most 15 digits on either side of it. Correct the value and load again."),
        ("targets", "metric,month,target\nm\0r,2026-01-01,1\n",
         "targets.csv, line 2, column metric: the value is wrong. Found 'm\\x00r'; expected a text. Take the "
         "character U+0000 out and load again."),
        ("identities", "source,source_id,customer_id,kind,reason,known_on\nstripe,cus_1,cus_2,robot,,\n",
         "identities.csv, line 2, column kind: the value is wrong. Found 'robot'; expected one of customer, internal, "
         "test. Correct the value and load again."),
        ("contracts", CONTRACTS + "CT-1,c,2024-01-01,,200,usd,Core,Team,US\nCT-2,c,2024-01-01,,-50,usd,Core,Team,US\n",
         "contracts.csv, line 3, column monthly_amount: the value is wrong. Found '-50'; expected a number of 0 or "
         "more with a decimal point such as 1200.50, at most 15 digits on either side of it. Take a discount off the "
         "amount of the contract it belongs to and load again."),
        ("contracts", CONTRACTS + "CT-1,c,2024-02-01,2024-02-01,1,usd,Core,Team,US\n",
         "contracts.csv, line 2, column end_date: the values are out of order. Found end_date 2024-02-01, start_date "
         "2024-02-01; expected end_date after start_date. Correct one of them and load again."),
        ("quotas", QUOTAS + "005,Ada,2026-04-01,2026-01-01,usd,1\n",
         "quotas.csv, line 2, column period_end: the values are out of order. Found period_end 2026-01-01, "
         "period_start 2026-04-01; expected period_end after period_start. Correct one of them and load again."),
        ("support_hours", "day,opens,closes,time_zone\nMonday,17:00,09:00,UTC\n",
         "support_hours.csv, line 2, column closes: the values are out of order. Found closes 09:00, opens 17:00; "
         "expected closes after opens. Correct one of them and load again."),
    ],
    ids=["a missing column", "an empty file", "a missing value", "a day that begins no month", "a decimal comma",
         "an empty value", "a row twice", "a day that does not exist", "a year that lacks a digit",
         "a number beyond all sense", "a character that Postgres has no room for", "an unknown kind",
         "a contract of less than nothing", "a contract that ends as it begins", "a quota that ends before it begins",
         "hours that close before they open"],
)
def test_a_broken_file_says_where_what_was_found_and_what_is_allowed(name: str, text: str, message: str) -> None:
    found = found_in(name, text)
    assert [str(problem) for problem in found.problems] == [message]
    assert found.rows == ()


def test_every_problem_is_told_not_only_the_first() -> None:
    rows = ",2026-01-15,x\nmrr,2026-01-01,1\nmrr,2026-01-01,2\nmrr,2026-02-01\n"
    found = found_in("targets", "metric,month,target\n" + rows)
    assert [problem.place for problem in found.problems] == [
        "line 2, column metric", "line 2, column month", "line 2, column target", "line 4", "line 5"]  # fmt: skip
    assert not found.has_more and found.rows == ()


def test_no_more_than_fifty_problems_are_told() -> None:
    found = found_in("targets", "metric,month,target\n" + "mrr,2026-01-01,x\n" * 60)
    assert len(found.problems) == MOST_PROBLEMS == 50 and found.has_more


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("targets.csv", "metric,month,target\nm\xfcr,2026-01-01,1\n".encode("latin-1"), "byte 21 is not UTF-8"),
        ("targets.csv", b'metric,month,target\n"mrr,2026-01-01,1\n', "the file is not well-formed CSV"),
        ("targets.csv", b"PK\x03\x04rest", "the ending is not true. Found a workbook; expected a CSV file"),
        ("targets.txt", b"metric,month,target\n", "the ending is wrong. Found a name that ends with 'txt'"),
        ("targets.csv", b"metric;month;target\nmrr;2026-01-01;1\n", "the values are not separated by commas"),
        ("targets.csv", b"metric,month,target\n" + b" " * MOST_BYTES, "the file is too large"),
    ],
    ids=["other letters than UTF-8", "a quote left open", "a workbook called CSV", "another ending", "semicolons",
         "more than twenty megabytes"],
)  # fmt: skip
def test_what_is_no_csv_file_is_refused(name: str, content: bytes, message: str) -> None:
    found = check(name, content, BY_NAME["targets"])
    assert len(found.problems) == 1 and message in str(found.problems[0])


def test_a_quote_that_is_never_closed_is_told_where_it_opens() -> None:
    rows = b"".join(b"m%d,2026-01-01,1\n" % number for number in range(500))
    [problem] = check("targets.csv", b'metric,month,target\nmrr,2026-01-01,"1\n' + rows, BY_NAME["targets"]).problems
    assert problem.line == 2


def test_a_value_of_millions_of_characters_is_not_told_whole() -> None:
    content = b"metric,month,target\nmrr,2026-01-01," + b"x" * 100_000 + b"\n"
    [problem] = check("targets.csv", content, BY_NAME["targets"]).problems
    assert "… (100,002 characters)" in problem.found and len(str(problem)) < 700
