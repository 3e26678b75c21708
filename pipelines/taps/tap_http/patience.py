"""A stream that waits as long as the vendor asks, and never takes half an answer for a whole one."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from threading import Event
from typing import Any

import requests
from singer_sdk.exceptions import RetriableAPIError
from singer_sdk.streams import RESTStream

LONGEST_WAIT_SECONDS = 300.0
"""A vendor that asks for more is asked again earlier; it will say so again."""
TRIES = 8
PASSING = (
    RetriableAPIError, ConnectionResetError, requests.Timeout, requests.ConnectionError,
    requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError,
)
"""What may go better next time."""


class PatientStream(RESTStream[Any]):
    """Asks again after 408, 429, 5xx, a broken connection and a JSON answer that ends in its middle.

    It waits as long as the header Retry-After says, or `seconds_asked` of a vendor with a header of its own; where
    nothing is said 1, 2, 4 … seconds, and up to a second more by chance.
    """

    extra_retry_statuses = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)

    @property
    def requests_session(self) -> requests.Session:
        """Trusts whom REQUESTS_CA_BUNDLE names: a prepared request, as the SDK sends it, forgets what it says."""
        session = super().requests_session
        session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        return session

    def validate_response(self, response: requests.Response) -> None:
        """Raises RetriableAPIError for what may go better next time, FatalAPIError for what will not."""
        super().validate_response(response)
        if "json" in response.headers.get("Content-Type", ""):
            try:
                response.json()
            except ValueError:
                raise RetriableAPIError(
                    f"The answer of {response.status_code} at {self.path} is no JSON: {len(response.content)} bytes "
                    "that end in the middle. Expected a whole answer.", response,
                ) from None

    def seconds_asked(self, response: requests.Response) -> float | None:
        """How long the vendor asks to wait; None where it does not say."""
        said = response.headers.get("Retry-After", "")
        return float(said) if said.isdigit() else None

    def request_decorator(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function, called again as long as what goes wrong may pass.

        Not the SDK's own decorator: it tells the log the whole request, whose address may be signed, and it sleeps by
        `time.sleep` (see `pause`).
        """

        @wraps(func)
        def patient(*given: Any, **named: Any) -> Any:
            for turn in range(TRIES - 1):
                try:
                    return func(*given, **named)
                except PASSING as failure:
                    self._wait(turn, failure)
            return func(*given, **named)

        return patient

    def _wait(self, turn: int, failure: Exception) -> None:
        """Waits after a failure, the first of which is turn 0; the log learns why, but no address and no header."""
        response = getattr(failure, "response", None)
        asked = None if response is None else self.seconds_asked(response)
        seconds = min(float(2**turn) if asked is None else asked, LONGEST_WAIT_SECONDS) + random.random()
        why = type(failure).__name__ if response is None else f"{response.status_code} {response.reason}"
        self.logger.warning("Waiting %.1f seconds after try %d at %s: %s.", seconds, turn + 1, self.path, why)
        pause(seconds)


def pause(seconds: float) -> None:
    """Waits. Under libfaketime 0.9.10, as in the sandbox, `time.sleep` of Python 3.11 fails: EINVAL."""
    Event().wait(seconds)


def until(epoch: float) -> float:
    """Seconds from now to an instant, at least one."""
    return max(epoch - time.time(), 1.0)
