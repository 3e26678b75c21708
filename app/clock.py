"""The two clocks, read only by the two programs (portal and pipelines).

*Wall time* is when we did something (a load, a check, a mail). *Business time*, `as_of`, is the instant the
figures speak about. In production they are the same. The sandbox company's clock stands still between
`plumbline sandbox advance` calls, so there `as_of` is what `home`/sandbox/clock says.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from app.settings import Settings


def wall() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def sandbox_clock(settings: Settings) -> Path:
    """The file that holds the sandbox company's clock, one ISO instant."""
    return settings.home / "sandbox" / "clock"


def as_of(settings: Settings) -> datetime:
    """The business instant, in UTC: the sandbox company's clock where there is one, else now."""
    clock = sandbox_clock(settings)
    if settings.has_sandbox and clock.exists():
        return datetime.fromisoformat(clock.read_text().strip())
    return wall()
