"""metric('net_mrr', by => 'product', since => '2026-01'): the certified SQL of a figure, as a table in a statement.

Its columns are those of the answer: the period, the dimensions, `value`. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.compile import compile_question, dimensions_of, metric_of
from app.errors import QuestionError, StatementError
from app.metrics import Metric, Question, closest
from app.question import GRAINS
from app.sql.lexing import Token, position
from app.sql.parameters import Value, parameter_of, typed
from app.statements import written_out

NAME = "metric"
STANDS_AFTER = ("from", "join", ",", "lateral")
NO_ALIAS = (
    "where", "join", "group", "order", "left", "right", "inner", "cross", "full", "on", "limit", "union", "using",
    "having", "offset", "fetch", "window", "natural", "except", "intersect", "tablesample", "for",
)  # fmt: skip
"""Words that may follow a table and are not its name."""
ARGUMENTS = ("by", "since", "until", "grain", "partial")
FORM = "metric('net_mrr', by => 'product', since => '2026-01')"
Given = str | int | date | bool | list[str]


@dataclass
class Call:
    """A call as it was written: its arguments, and how many tokens it takes."""

    name: str = ""
    given: dict[str, Given] = field(default_factory=dict)
    length: int = 0


def begins(code: Sequence[Token], at: int) -> bool:
    """Whether a call of the macro begins at that token of the code."""
    if at + 1 >= len(code) or code[at].kind != "word" or code[at].called != NAME or code[at + 1].text != "(":
        return False
    return bool(at) and code[at - 1].text.lower() in STANDS_AFTER


def expanded(
    text: str, code: Sequence[Token], at: int, values: Mapping[str, Value], metrics: Mapping[str, Metric],
    as_of: datetime,
) -> tuple[str, int]:  # fmt: skip
    """The SQL that stands in the place of a call, and how many tokens of the code it replaces.

    Args:
        text: the statement.
        code: its tokens without spaces and comments.
        at: where the call begins.
        values: of the statement's parameters.
        metrics: the catalogue.
        as_of: the business instant in the reporting time zone.

    Raises:
        StatementError: the call cannot be read, or asks what has no honest answer; with line and column.
    """
    call = _read(text, code, at, values)
    try:
        sql = written_out(compile_question(_question(call, metrics), metrics, as_of=as_of))
    except QuestionError as error:
        raise StatementError(str(error), *position(text, code[at].at)) from None
    after = code[at + call.length] if at + call.length < len(code) else None
    named = after is not None and (after.kind == "name" or (after.kind == "word" and after.called not in NO_ALIAS))
    return f"(\n{sql}\n)" + ("" if named else f" as {call.name}"), call.length


def _question(call: Call, metrics: Mapping[str, Metric]) -> Question:
    metric = metric_of(call.name, metrics)
    known = dimensions_of(metric, metrics)
    filters = {name: value for name, value in call.given.items() if name not in ARGUMENTS}
    for name in filters:
        if name not in known:
            every = (*ARGUMENTS, *known)
            raise QuestionError(
                f"{call.name} has nothing called {name!r}.{closest(name, every)} Expected one of: {', '.join(every)}."
            )
    where = tuple((name, str(each)) for name, value in filters.items() for each in _each(value))
    options: dict[str, Any] = {"by": _names(call.given.get("by", "")), "where": where}
    options |= {name: _day(name, call.given[name]) for name in ("since", "until") if name in call.given}
    if "grain" in call.given:
        options["grain"] = _grain(str(call.given["grain"]))
    return Question(call.name, include_partial=call.given.get("partial") is True, **options)


def _each(given: Given) -> tuple[Given, ...]:
    return tuple(given) if isinstance(given, list) else (given,)


def _names(given: Given) -> tuple[str, ...]:
    listed = list(given) if isinstance(given, list) else str(given).split(",")
    return tuple(name.strip() for name in listed if name.strip())


def _day(name: str, given: Given) -> date:
    if isinstance(given, date):
        return given
    try:
        found = typed(name, "date", str(given))
    except StatementError as error:
        raise QuestionError(str(error)) from None
    return found if isinstance(found, date) else date.min


def _grain(given: str) -> str:
    if given not in GRAINS:
        raise QuestionError(f"No grain is called {given!r}. Expected one of: {', '.join(GRAINS)}.")
    return given


def _read(text: str, code: Sequence[Token], at: int, values: Mapping[str, Value]) -> Call:
    """The call that begins there, whose arguments stand between brackets."""
    call, index = Call(), at + 2

    def wrong(token: Token | None, what: str) -> StatementError:
        return StatementError(f"{what} Expected a call such as {FORM}.", *position(text, (token or code[-1]).at))

    while True:
        if index >= len(code):
            raise wrong(None, "The brackets of metric(…) do not close.")
        token = code[index]
        if token.text == ")":
            break
        if token.text == "," and (call.name or call.given):
            index += 1
            continue
        is_named = index + 1 < len(code) and code[index + 1].text == "=>" and token.kind in ("word", "name")
        value, index = _value(code, index + 2 if is_named else index, values)
        if value is None:
            raise wrong(token, f"“{token.text}” cannot stand in metric(…).")
        if is_named:
            call.given[token.called] = value
        elif call.name or not isinstance(value, str):
            raise wrong(token, f"“{token.text}” has no name in metric(…).")
        else:
            call.name = value
    if not call.name:
        raise wrong(code[at], "metric(…) does not say which figure.")
    call.length = index + 1 - at
    return call


def _value(code: Sequence[Token], at: int, values: Mapping[str, Value]) -> tuple[Given | None, int]:
    """The value that stands there, None where there is none, and the index of what follows it."""
    if at >= len(code):
        return None, at
    token = code[at]
    if token.kind == "text" and token.text.startswith("'"):
        return token.text[1:-1].replace("''", "'"), at + 1
    if token.kind == "parameter":
        found = values.get(parameter_of(token).name)
        return (found if isinstance(found, str | int | date) else str(found)), at + 1
    if token.called in ("true", "false"):
        return token.called == "true", at + 1
    if token.called == "array" and at + 1 < len(code) and code[at + 1].text == "[":
        listed, at = list[str](), at + 2
        while at < len(code) and code[at].text != "]":
            if code[at].text != ",":
                value, at = _value(code, at, values)
                if not isinstance(value, str):
                    return None, at
                listed.append(value)
            else:
                at += 1
        return listed, at + 1
    return None, at
