"""The windows of days in which a daily report is asked for, so that no answer holds years of a large account."""

from __future__ import annotations

from datetime import date, timedelta

import requests
from singer_sdk.pagination import BaseAPIPaginator

Window = tuple[date, date]
DAYS = 92


class Windows(BaseAPIPaginator[Window]):
    """One window after another, from the first day to the last, both included.

    Args:
        first: where to begin.
        last: where to end; `first` alone where it is earlier.
    """

    def __init__(self, first: date, last: date) -> None:
        self._last = max(first, last)
        super().__init__(self._from(first))

    def get_next(self, response: requests.Response) -> Window | None:
        _, end = self.current_value
        return self._from(end + timedelta(days=1)) if end < self._last else None

    def continue_if_empty(self, response: requests.Response) -> bool:
        """A window in which nothing was shown says nothing of the next."""
        return True

    def _from(self, first: date) -> Window:
        return first, min(self._last, first + timedelta(days=DAYS - 1))
