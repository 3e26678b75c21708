"""The property's quotas of tokens, as Google gives them to a standard property and tells them with each report.

They are counted by the wall's hours and days, since the company's clock may stand still.
"""

from __future__ import annotations

from math import ceil
from time import monotonic

from google.analytics.data_v1beta.types import PropertyQuota, QuotaStatus

from pipelines.sandbox.vendors.refusal import Refusal

HOUR, DAY = 3_600, 86_400
LIMITS = {"tokens_per_day": (200_000, DAY), "tokens_per_hour": (40_000, HOUR),
          "tokens_per_project_per_hour": (14_000, HOUR)}  # fmt: skip
SAYS = {"tokens_per_day": "for a day. These quota tokens will return in under 24 hours",
        "tokens_per_hour": "for an hour. These quota tokens will return in under an hour",
        "tokens_per_project_per_hour": "for a project per hour. These quota tokens will return in under an hour"}
CELLS_PER_TOKEN = 250


class Quota:
    """How many tokens are left.

    Args:
        limits: by the names of PropertyQuota, how many there are in how many seconds.
    """

    def __init__(self, limits: dict[str, tuple[int, int]] | None = None) -> None:
        self._limits = limits or LIMITS
        self._since = dict.fromkeys(self._limits, monotonic())
        self._used = dict.fromkeys(self._limits, 0)

    def take(self, days: int, columns: int) -> PropertyQuota:
        """Pays for a report over so many days with so many dimensions and metrics; what is left after that.

        Raises:
            Refusal: RESOURCE_EXHAUSTED; one of the quotas is used up.
        """
        for name, (limit, seconds) in self._limits.items():
            if monotonic() - self._since[name] >= seconds:
                self._since[name], self._used[name] = monotonic(), 0
            if self._used[name] >= limit:
                raise Refusal("RESOURCE_EXHAUSTED", f"Exhausted property tokens {SAYS[name]}.")
        cost = max(1, ceil(days * columns / CELLS_PER_TOKEN))
        for name in self._used:
            self._used[name] += cost
        return PropertyQuota(
            concurrent_requests=QuotaStatus(consumed=0, remaining=10),
            server_errors_per_project_per_hour=QuotaStatus(consumed=0, remaining=10),
            potentially_thresholded_requests_per_hour=QuotaStatus(consumed=0, remaining=120),
            **{name: QuotaStatus(consumed=cost, remaining=max(0, limit - self._used[name]))
               for name, (limit, _) in self._limits.items()},
        )  # fmt: skip
