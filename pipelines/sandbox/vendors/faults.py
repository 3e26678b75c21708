"""Makes a vendor fail on purpose, for tests: the next answers, or all until cleared.

A fault is set over the simulator's own loopback address, never through the proxy:

    POST /_sandbox/faults {"vendor": "stripe", "status": 429, "times": 5, "retry_after": 1, "after": 10}
    POST /_sandbox/faults [{"vendor": "stripe", "kind": "truncated", "times": 1}, {"vendor": "stripe", "kind": "cut"}]
    GET, DELETE /_sandbox/faults
    DELETE /_sandbox/faults?vendor=stripe
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Fault(BaseModel):
    """What goes wrong: `times` requests (None: all until cleared), once `after` requests went well.

    Attributes:
        kind: `status` answers with that status, in the vendor's own words; `truncated` ends a good answer's body in the
            middle, as if it were whole; `cut` closes the connection in the middle of a good answer; `slow` answers
            well, `seconds` late; `held` answers well once the faults of the vendor are cleared or replaced, so that a
            test may do something while whoever asked is in the middle of reading.
        path: only requests meet it whose path begins so; empty: all.
    """

    model_config = ConfigDict(extra="forbid")

    vendor: str
    kind: Literal["status", "truncated", "cut", "slow", "held"] = "status"
    status: int = Field(503, ge=400, le=599)
    seconds: float = Field(0.0, ge=0, le=600)
    times: int | None = Field(None, ge=1)
    retry_after: int | None = Field(None, ge=0)
    after: int = Field(0, ge=0)
    path: str = ""

    @property
    def name(self) -> str:
        """Its kind, or its status."""
        return str(self.status) if self.kind == "status" else self.kind

    @field_validator("vendor")
    @classmethod
    def _known(cls, name: str) -> str:
        from pipelines.sandbox.vendors import vendors

        known = [vendor.name for vendor in vendors()]
        if name not in known:
            raise ValueError(f"no vendor is called {name!r}; there are {', '.join(known)}")
        return name


class Faults:
    """The faults to come at each vendor, one after another, how many requests it has had, and what has struck."""

    def __init__(self) -> None:
        self._by_vendor: dict[str, list[Fault]] = {}
        self._gates: dict[str, asyncio.Event] = {}
        self.seen: dict[str, int] = {}
        self.struck: dict[str, list[str]] = {}

    def set(self, faults: Sequence[Fault]) -> None:
        """Puts these in the place of those of the same vendors; each begins to count when the one before is over."""
        for vendor in {fault.vendor for fault in faults}:
            self._by_vendor[vendor] = [fault for fault in faults if fault.vendor == vendor]
            self.struck[vendor] = []
            self._let_go(vendor)

    def clear(self, vendor: str | None = None) -> None:
        """Ends the faults of a vendor, or of all."""
        for name in [vendor] if vendor else [*self._by_vendor, *self._gates]:
            self._by_vendor.pop(name, None)
            self._let_go(name)

    async def wait(self, vendor: str) -> None:
        """Until the vendor's faults are cleared or replaced."""
        await self._gates.setdefault(vendor, asyncio.Event()).wait()

    def _let_go(self, vendor: str) -> None:
        gate = self._gates.pop(vendor, None)
        if gate is not None:
            gate.set()

    def told(self) -> dict[str, object]:
        """As the control address answers."""
        return {"seen": self.seen, "struck": self.struck}

    def strike(self, vendor: str, path: str = "") -> Fault | None:
        """Counts a request to that path; the fault that it meets, or None."""
        self.seen[vendor] = self.seen.get(vendor, 0) + 1
        waiting = self._by_vendor.get(vendor)
        if not waiting:
            return None
        fault = waiting[0]
        if not path.startswith(fault.path):
            return None
        if fault.after:
            fault.after -= 1
            return None
        if fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                waiting.pop(0)
        self.struck.setdefault(vendor, []).append(fault.name)
        return fault
