"""A stream that waits as long as the vendor asks, and never takes half an answer for a whole one."""

from __future__ import annotations

import time
from collections.abc import Generator
from http import HTTPStatus
from typing import Any

import requests
from singer_sdk.exceptions import RetriableAPIError
from singer_sdk.streams import RESTStream

LONGEST_WAIT_SECONDS = 300.0
"""A vendor that asks for more is asked again earlier; it will say so again."""
TRIES = 8


class PatientStream(RESTStream[Any]):
    """Asks again after 408, 429, 5xx, a broken connection and a JSON answer that ends in its middle.

    It waits as long as the header Retry-After says, or `seconds_asked` of a vendor with a header of its own; where
    nothing is said 1, 2, 4 … seconds, and up to a second more by chance.
    """

    extra_retry_statuses = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)

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

    def backoff_max_tries(self) -> int:
        """How often a request is sent at most."""
        return TRIES

    def backoff_wait_generator(self) -> Generator[float, Any, None]:
        """The seconds to wait, one number for each failure that is sent in."""
        failure = yield 0.0
        for turn in range(TRIES):
            response = getattr(failure, "response", None)
            asked = None if response is None else self.seconds_asked(response)
            failure = yield min(float(2**turn) if asked is None else asked, LONGEST_WAIT_SECONDS)

    def backoff_handler(self, details: Any) -> None:
        """Says why it waits, without the request: an address may be signed, a header may hold a key."""
        failure = details.get("exception")
        response = getattr(failure, "response", None)
        why = type(failure).__name__ if response is None else f"{response.status_code} {response.reason}"
        self.logger.warning(
            "Waiting %.1f seconds after try %d at %s: %s.", details.get("wait"), details.get("tries"), self.path, why
        )


def until(epoch: float) -> float:
    """Seconds from now to an instant, at least one."""
    return max(epoch - time.time(), 1.0)
