"""Removes receipts that are older than the settings say; one that was frozen stays for good."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

OLD = text("delete from portal.receipt where made_at < :before and not is_kept")


def forget(connection: Connection, days: int, now: datetime) -> int:
    """Removes them.

    Args:
        connection: as `plumbline_worker`.
        days: how long each is kept.
        now: by the wall's clock, as receipts are made.

    Returns:
        How many there were.
    """
    return connection.execute(OLD, {"before": now - timedelta(days=days)}).rowcount
