"""How SendGrid words its errors, what it takes as a parameter, and how many requests it allows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from time import monotonic

import orjson
from starlette.datastructures import QueryParams
from starlette.responses import Response

REQUESTS = 600
"""Allowed of each endpoint in a refresh period; SendGrid says only that there is a limit for each."""
PERIOD_SECONDS = 60
DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")


class Refusal(Exception):
    """An answer that is an error: a status, a message, and the parameter it is about."""

    def __init__(self, status: int, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.field = field


class Quota:
    """Counts the requests of each endpoint in periods of a minute."""

    def __init__(self) -> None:
        self._begun: dict[str, float] = {}
        self._used: dict[str, int] = {}

    def take(self, endpoint: str, now: int) -> tuple[bool, Mapping[str, str]]:
        """Whether there was one left, and the three headers that each answer carries; `now` is the company's."""
        elapsed = monotonic() - self._begun.get(endpoint, float("-inf"))
        if elapsed >= PERIOD_SECONDS:
            self._begun[endpoint], self._used[endpoint], elapsed = monotonic(), 0, 0.0
        self._used[endpoint] += 1
        left = REQUESTS - self._used[endpoint]
        reset = now + max(1, round(PERIOD_SECONDS - elapsed))
        return left >= 0, limits(max(left, 0), reset)


def limits(left: int, reset: int) -> Mapping[str, str]:
    """The headers that tell how many requests are left until when."""
    return {"X-RateLimit-Limit": str(REQUESTS), "X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": str(reset)}


def refused(status: int, message: str, field: str | None = None, headers: Mapping[str, str] | None = None) -> Response:
    """An error in SendGrid's form."""
    return answer({"errors": [{"message": message, "field": field, "help": None}]}, status, headers)


def answer(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(content), status, dict(headers or {}), "application/json")


def number(query: QueryParams, name: str, default: int, least: int, most: int) -> int:
    """A whole number of the query within its bounds."""
    text = query.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"-?\d+", text) or not least <= int(text) <= most:
        raise Refusal(400, f"{name} must be an integer between {least} and {most}", name)
    return int(text)


def day(query: QueryParams, name: str, default: str) -> str:
    """A day of the query, as YYYY-MM-DD."""
    text = query.get(name, default)
    try:
        if not DAY.match(text):
            raise ValueError(text)
        date.fromisoformat(text)
    except ValueError:
        raise Refusal(400, f"{name} must be in the format YYYY-MM-DD", name) from None
    return text
