"""The schema of each file: its columns in order, what a value may be, and which columns name a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Value = str | bool | Decimal | None
NUMBER = re.compile(r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$")
"""Of a number beyond that the loader keeps null or something near, without a word."""
FIRST_DAY = date(1970, 1, 1)
"""Before it no exchange rate is known; a year that lacks a digit would give each page centuries of empty months."""
CURRENCY = re.compile(r"^[A-Za-z]{3}$")
COUNTRY = re.compile(r"^[A-Z]{2}$")


@dataclass(frozen=True)
class Column:
    """A column of a file.

    Attributes:
        name: as in the header.
        allowed: what a value must be, in words, for messages.
        read: turns the text into the value; a ValueError refuses it.
        json_type: the value's type for the loader.
        may_be_empty: whether an empty cell is a value (null).
    """

    name: str
    allowed: str
    read: Callable[[str], Value]
    json_type: Mapping[str, object]
    may_be_empty: bool = False


@dataclass(frozen=True)
class FileSchema:
    """A file's columns, and those whose values together name a row and so may come only once."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]


def _day(text: str) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError(text)
    found = date.fromisoformat(text)
    if found < FIRST_DAY:
        raise ValueError(text)
    return found.isoformat()


def _text(text: str) -> str:
    if "\x00" in text:
        raise ValueError(text)
    return text


def _month(text: str) -> str:
    """A month, as its first day or as YYYY-MM."""
    first = _day(text + "-01" if re.fullmatch(r"\d{4}-\d\d", text) else text)
    if not first.endswith("-01"):
        raise ValueError(text)
    return first


def _number(text: str) -> Decimal:
    if not NUMBER.match(text):
        raise ValueError(text)
    return Decimal(text)


def _yes_or_no(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(text)
        return text

    return read


def _currency(text: str) -> str:
    if not CURRENCY.match(text):
        raise ValueError(text)
    return text.lower()


def _country(text: str) -> str:
    if not COUNTRY.match(text):
        raise ValueError(text)
    return text


TEXT_TYPE: Mapping[str, object] = {"type": ["string", "null"]}
DATE_TYPE: Mapping[str, object] = {"type": ["string", "null"], "format": "date"}
NUMBER_TYPE: Mapping[str, object] = {"type": ["number", "null"]}
FLAG_TYPE: Mapping[str, object] = {"type": ["boolean", "null"]}


def text(name: str, may_be_empty: bool = False) -> Column:
    return Column(name, "a text (without U+0000)", _text, TEXT_TYPE, may_be_empty)


def day(name: str, may_be_empty: bool = False) -> Column:
    return Column(name, "a day from 1970 on, such as 2026-01-31", _day, DATE_TYPE, may_be_empty)


def month(name: str) -> Column:
    return Column(name, "the first day of a month from 1970 on, such as 2026-01-01", _month, DATE_TYPE)


def number(name: str) -> Column:
    allowed = "a number with a decimal point such as 1200.50, at most 15 digits on either side of it"
    return Column(name, allowed, _number, NUMBER_TYPE)


def flag(name: str) -> Column:
    return Column(name, "true or false", _yes_or_no, FLAG_TYPE)


def currency(name: str = "currency") -> Column:
    return Column(name, "a currency of three letters such as usd", _currency, TEXT_TYPE)


def country(name: str = "country") -> Column:
    return Column(name, "a country of two letters such as US", _country, TEXT_TYPE, may_be_empty=True)


def one_of(name: str, *allowed: str) -> Column:
    return Column(name, "one of " + ", ".join(allowed), _one_of(*allowed), TEXT_TYPE)


FILES: tuple[FileSchema, ...] = (
    FileSchema(
        "budget", (month("month"), text("line"), currency(), number("amount")), ("month", "line", "currency")
    ),
    FileSchema(
        "costs",
        (
            month("month"), text("department"), text("category"), flag("is_cost_of_revenue"),
            text("product", may_be_empty=True), currency(), number("amount"),
        ),
        ("month", "department", "category", "product", "currency"),
    ),
    FileSchema(
        "bank_balances",
        (day("balance_date"), text("account"), currency(), number("balance")),
        ("balance_date", "account"),
    ),
    FileSchema("targets", (text("metric"), month("month"), number("target")), ("metric", "month")),
    FileSchema(
        "quotas",
        (
            text("rep_id"), text("rep_name"), day("period_start"), day("period_end"), currency(), number("amount"),
        ),
        ("rep_id", "period_start"),
    ),
    FileSchema(
        "exchange_rates",
        (day("rate_date"), currency(), number("usd_per_unit")),
        ("rate_date", "currency"),
    ),
    FileSchema(
        "contracts",
        (
            text("contract_id"), text("customer_id"), day("start_date"), day("end_date", may_be_empty=True),
            number("monthly_amount"), currency(), text("product"), text("plan"), country(),
        ),
        ("contract_id",),
    ),
    FileSchema(
        "identities",
        (
            text("source"), text("source_id"), text("customer_id", may_be_empty=True),
            one_of("kind", "customer", "internal", "test"), text("reason", may_be_empty=True),
            day("known_on", may_be_empty=True),
        ),
        ("source", "source_id"),
    ),
)
