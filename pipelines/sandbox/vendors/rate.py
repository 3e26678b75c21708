"""A token bucket: so many requests a second, with a burst."""

from __future__ import annotations

from math import ceil
from time import monotonic


class Bucket:
    """Starts full; each request takes one token, and `per_second` of them grow back.

    Args:
        per_second: requests a second that can go on for ever.
        burst: requests that can come at once after a rest.
    """

    def __init__(self, per_second: float, burst: int) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._tokens = float(burst)
        self._at = monotonic()

    def take(self) -> int:
        """Takes a token: 0, or the whole seconds to wait when there is none."""
        now = monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        if self._tokens < 1:
            return max(1, ceil((1 - self._tokens) / self._per_second))
        self._tokens -= 1
        return 0
