"""What Google Ads says when it refuses: why, and how long to wait before asking again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import requests


def errors(response: requests.Response) -> Iterator[Mapping[str, Any]]:
    """The single errors of a `GoogleAdsFailure`, or of a stream of them; none where it has another form."""
    try:
        found = response.json()
    except ValueError:
        return
    for part in found if isinstance(found, list) else [found]:
        error = part.get("error") if isinstance(part, Mapping) else None
        for detail in error.get("details", ()) if isinstance(error, Mapping) else ():
            yield from detail.get("errors", ())


def reason(response: requests.Response) -> str:
    """In one line: the status, each error's code and message, and the id that Google's support asks for."""
    told = [f"{'.'.join(str(value) for value in each.get('errorCode', {}).values())}: {each.get('message', '')}"
            for each in errors(response)]  # fmt: skip
    said = "; ".join(told) or " ".join(response.text.split())[:300] or response.reason
    request_id = response.headers.get("request-id", "unknown")
    return f"Google Ads answered {response.status_code}: {said} (request {request_id})"


def retry_delay(response: requests.Response) -> float | None:
    """The seconds that a quota error wants us to wait (`"retryDelay": "30s"`); None where none says so."""
    details = [each.get("details", {}).get("quotaErrorDetails", {}) for each in errors(response)]
    told = [str(detail["retryDelay"]).removesuffix("s") for detail in details if "retryDelay" in detail]
    return max((float(text) for text in told if text.replace(".", "", 1).isdigit()), default=None)
