"""Removes receipts that are older than the settings say; one that is part of a board pack stays for good."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

OLD = text(
    "delete from portal.receipt where made_at < :before and not exists "
    "(select 1 from portal.board_figure as frozen where frozen.receipt_id = receipt.receipt_id)"
)


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
