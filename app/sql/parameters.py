"""What a statement leaves open, as {{month}}, {{month:date}} or :month: typed, and bound by the database. Pure.

Nothing that somebody types in is ever pasted into a statement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from app.errors import StatementError
from app.sql.lexing import TYPES, Token, position, tokens

BRACED = re.compile(r"\{\{\s*(\w+)\s*(?::\s*(\w+)\s*)?\}\}")
MONTH = re.compile(r"\d{4}-\d{2}")
LARGEST = 2**63 - 1
Value = str | int | Decimal | date


@dataclass(frozen=True)
class Parameter:
    """One that a statement names; its type where the statement says it, else text until somebody chooses."""

    name: str
    type: str = ""


def parameter_of(token: Token) -> Parameter:
    """The parameter that a token names."""
    braced = BRACED.fullmatch(token.text)
    return Parameter(braced[1], (braced[2] or "").lower()) if braced else Parameter(token.text[1:])


def parameters(text: str) -> tuple[Parameter, ...]:
    """What a statement leaves open, each once, in the order in which it is first named.

    Raises:
        StatementError: a type that there is not, or two types for one name; or a text or comment has no end.
    """
    found: dict[str, Parameter] = {}
    for token in tokens(text):
        if token.kind != "parameter":
            continue
        one, at = parameter_of(token), position(text, token.at)
        if one.type and one.type not in TYPES:
            raise StatementError(f"No type is called {one.type!r}. Expected one of: {', '.join(TYPES)}.", *at)
        known = found.get(one.name, one)
        if known.type and one.type and known.type != one.type:
            raise StatementError(f"{one.name} is {known.type} before and {one.type} here. Expected one type.", *at)
        found[one.name] = known if known.type else one
    return tuple(found.values())


def typed(name: str, kind: str, given: str) -> Value:
    """The value that somebody typed in, as the parameter's type has it.

    Args:
        name: of the parameter.
        kind: text, number or date.
        given: a date as 2026-10-31, or 2026-10 for the first of that month.

    Raises:
        StatementError: it is none of that type.
    """
    if kind == "number":
        return _number(name, given.strip())
    if kind == "date":
        return _date(name, given.strip())
    if "\x00" in given or any("\ud800" <= sign <= "\udfff" for sign in given):
        raise StatementError(f"The value of {name} holds what no text may. Found {given!r}; expected text.")
    return given


def _number(name: str, given: str) -> int | Decimal:
    try:
        found = Decimal(given)
    except InvalidOperation:
        found = Decimal("nan")
    if not found.is_finite() or abs(found.adjusted()) > 100:
        raise StatementError(f"{name} is to be a number. Found {given!r}; expected one such as 12 or 0.5.")
    return int(found) if found == found.to_integral_value() and abs(found) <= LARGEST else found


def _date(name: str, given: str) -> date:
    try:
        return date.fromisoformat(f"{given}-01" if MONTH.fullmatch(given) else given)
    except ValueError:
        raise StatementError(f"{name} is to be a date. Found {given!r}; expected one such as 2026-10-31.") from None


def bound_as(value: Value, number: int) -> str:
    """The place of a bound value in a statement, of its own type: a number counts as if it stood there."""
    kind = {str: "text", int: "bigint", Decimal: "numeric", date: "date"}[type(value)]
    return f"cast(${number} as {kind})"


def given_values(asked: Sequence[Parameter], given: Mapping[str, tuple[str, str]]) -> dict[str, Value]:
    """Each parameter's value.

    Args:
        asked: of the statement.
        given: name → (type, value) as they were typed in; what the statement says of a type counts more.

    Raises:
        StatementError: one is missing, or not of its type.
    """
    missing = [one.name for one in asked if one.name not in given]
    if missing:
        raise StatementError(f"{missing[0]} has no value. Give each of these one: {', '.join(missing)}.")
    return {one.name: typed(one.name, one.type or given[one.name][0] or "text", given[one.name][1]) for one in asked}
