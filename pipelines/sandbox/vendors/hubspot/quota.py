"""How many requests a private app may send: so many in ten seconds, and so many in a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic

from pipelines.sandbox.vendors.hubspot.refusal import limited

WINDOW_SECONDS = 10


class Quota:
    """Counts requests, and refuses what is too many.

    Args:
        today: the account's day, as a number; the day's count begins anew with it.
        burst: requests in ten seconds.
        daily: requests in a day.
        seconds: a clock that never goes back.
    """

    def __init__(
        self, today: Callable[[], int], burst: int, daily: int, seconds: Callable[[], float] = monotonic
    ) -> None:
        self._today, self._seconds = today, seconds
        self._burst, self._daily = burst, daily
        self._window, self._in_window = seconds(), 0
        self._day, self._in_day = today(), 0

    def take(self) -> None:
        """Counts one request.

        Raises:
            Refusal: 429, with the policy that it breaks.
        """
        if self._today() != self._day:
            self._day, self._in_day = self._today(), 0
        if self._seconds() - self._window >= WINDOW_SECONDS:
            self._window, self._in_window = self._seconds(), 0
        if self._in_day >= self._daily:
            raise limited("DAILY", "You have reached your daily limit.")
        if self._in_window >= self._burst:
            raise limited("TEN_SECONDLY_ROLLING", "You have reached your ten_secondly_rolling limit.")
        self._in_day += 1
        self._in_window += 1

    def headers(self) -> Mapping[str, str]:
        """What is left, as every answer but a search's tells."""
        return {
            "X-HubSpot-RateLimit-Daily": str(self._daily),
            "X-HubSpot-RateLimit-Daily-Remaining": str(self._daily - self._in_day),
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(WINDOW_SECONDS * 1000),
            "X-HubSpot-RateLimit-Max": str(self._burst),
            "X-HubSpot-RateLimit-Remaining": str(self._burst - self._in_window),
        }
