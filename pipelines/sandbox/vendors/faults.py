"""Makes a vendor fail on purpose, for tests: the next answers, or all until cleared.

A fault is set over the simulator's own loopback address, never through the proxy:

    POST /_sandbox/faults {"vendor": "stripe", "status": 429, "times": 5, "retry_after": 1, "after": 10}
    POST /_sandbox/faults {"vendor": "stripe", "kind": "truncated"}
    DELETE /_sandbox/faults
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Fault(BaseModel):
    """What goes wrong: `times` requests (None: all until cleared), once `after` requests went well.

    Attributes:
        kind: `status` answers with that status, in the vendor's own words; `truncated` ends a good answer's body in the
            middle, as if it were whole; `cut` closes the connection in the middle of a good answer; `slow` answers
            well, `seconds` late.
    """

    model_config = ConfigDict(extra="forbid")

    vendor: str
    kind: Literal["status", "truncated", "cut", "slow"] = "status"
    status: int = Field(503, ge=400, le=599)
    seconds: float = Field(0.0, ge=0, le=600)
    times: int | None = Field(None, ge=1)
    retry_after: int | None = Field(None, ge=0)
    after: int = Field(0, ge=0)

    @field_validator("vendor")
    @classmethod
    def _known(cls, name: str) -> str:
        from pipelines.sandbox.vendors import vendors

        known = [vendor.name for vendor in vendors()]
        if name not in known:
            raise ValueError(f"no vendor is called {name!r}; there are {', '.join(known)}")
        return name


class Faults:
    """The faults now in force, at most one per vendor, and how many requests each vendor has had."""

    def __init__(self) -> None:
        self._by_vendor: dict[str, Fault] = {}
        self.seen: dict[str, int] = {}

    def set(self, fault: Fault) -> None:
        self._by_vendor[fault.vendor] = fault

    def clear(self) -> None:
        self._by_vendor.clear()

    def strike(self, vendor: str) -> Fault | None:
        """Counts a request; the fault that it meets, or None."""
        self.seen[vendor] = self.seen.get(vendor, 0) + 1
        fault = self._by_vendor.get(vendor)
        if fault is None:
            return None
        if fault.after:
            fault.after -= 1
            return None
        if fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                del self._by_vendor[vendor]
        return fault
