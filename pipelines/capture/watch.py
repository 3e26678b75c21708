"""How much of its log production keeps because of us, and whether somebody reads it.

A stalled reader must not fill production's disk: it is told in `plumbline status`, by `plumbline doctor` and as an
alert, long before; and max_slot_wal_keep_size in production is the last fence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.clock import wall
from app.settings import Settings
from pipelines import runs
from pipelines.capture import memory, origin, slot
from pipelines.capture.credentials import credentials, is_captured
from pipelines.capture.slot import Slot

GB = 10**9


@dataclass(frozen=True)
class Watch:
    """What production and the warehouse say about the capture.

    Attributes:
        slot: as production shows it; None where it has none of ours.
        name: of the slot; empty before the first time.
        lag_bytes: of log behind what production has written.
        lag_seconds: since something was stored last, where it is behind; else 0.
        error: what keeps the reader, in its words.
        error_since: since when.
        left_over: other slots that look like ours and that nobody reads.
    """

    slot: Slot | None
    name: str
    lag_bytes: int
    lag_seconds: float
    error: str | None
    error_since: datetime | None
    left_over: tuple[str, ...]

    def payload(self) -> dict[str, object]:
        """For `plumbline status --json`."""
        found = self.slot
        return {
            "slot": self.name or None,
            "is_read": found is not None and found.is_active,
            "wal_status": found.wal_status if found else None,
            "retained_bytes": found.retained_bytes if found else None,
            "limit_bytes": found.limit_bytes if found else None,
            "lag_bytes": self.lag_bytes,
            "lag_seconds": self.lag_seconds,
            "error": self.error,
        }

    def lacks(self, settings: Settings) -> Iterator[str]:
        """What is short of a reader that keeps up, as sentences."""
        if self.error:
            yield f"Production cannot be captured: {self.error}"
        if not self.name:
            return
        if self.slot is None:
            yield f"Production has no slot {self.name!r} any more; the capture copies all tables anew when it runs."
        elif self.slot.is_lost:
            yield (
                f"Production has thrown away log that was not read (slot {self.name}, wal_status lost); the capture "
                "copies all tables anew when it runs."
            )
        elif self.slot.retained_bytes >= settings.production_log_warn_gb * GB:
            by = "it is read, but not fast enough" if self.slot.is_active else "nobody reads it"
            yield (
                f"Production keeps {self.slot.retained_bytes / GB:.1f} GB of log for the slot {self.name}, and {by}. "
                f"Expected less than {settings.production_log_warn_gb:g} GB. See `plumbline status` and "
                "logs/capture.log; if the capture is given up, drop the slot in production."
            )


def look(settings: Settings) -> Watch | None:
    """Asks production and the warehouse; None where production is not captured, or never was yet.

    Raises:
        SourceDown: production does not answer.
        WarehouseDown: the warehouse does not.
    """
    if not is_captured(settings):
        return None
    row: Mapping[str, Any] | None = next(iter(runs.read(settings, REMEMBERED, source=memory.SOURCE)), None)
    given = credentials(settings) if row is not None else None
    if row is None or given is None:
        return None
    with closing(origin.connect(given.url)) as production:
        found = slot.find(production, str(row["slot"]))
        lag = max(origin.position(production) - memory.to_number(row["confirmed"]), 0) if row["confirmed"] else 0
        left = tuple(other for (other,) in origin.ask(production, _LEFT_OVER, (row["slot"],)))
    behind = (wall() - row["heard_at"]).total_seconds() if lag and row["heard_at"] else 0.0
    return Watch(found, row["slot"], lag, behind, row["error"], row["error_since"], left)


REMEMBERED = """
select slot, confirmed_lsn::text as confirmed, heard_at, error, error_since from portal.capture
where source = :source
"""
_LEFT_OVER = r"""
select slot_name::text from pg_replication_slots
where slot_name like 'plumbline\_%%' and plugin = 'pgoutput' and database = current_database() and not active
    and slot_name <> %s order by 1
"""
