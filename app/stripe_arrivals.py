"""Where a webhook's events are kept as they arrive, each once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from app.connections import Connections
from app.secrets import PORTAL

KEEP = text(
    "insert into raw_stripe_webhook.event (event_id, type, created, payload, state, reason) values (:id, "
    ":type, to_timestamp(:created), cast(:payload as jsonb), :state, :reason) on conflict (event_id) do nothing"
)


class Events:
    """Writes them as the portal's login."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def keep(
        self, event_id: str, kind: str, created: int, payload: Mapping[str, Any], state: str = "read",
        reason: str | None = None,
    ) -> bool:  # fmt: skip
        """Stores an event once; `state` says whether the models may read it, and `reason` why not.

        Returns:
            Whether it was new.
        """
        row = {
            "id": event_id, "type": kind, "created": created, "payload": json.dumps(payload), "state": state,
            "reason": reason,
        }  # fmt: skip
        with self._connections.open(PORTAL) as connection:
            return bool(connection.execute(KEEP, row).rowcount)
