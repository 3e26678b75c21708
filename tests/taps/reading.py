"""Runs a tap in process and gives what it told: records by stream, and the state to go on from."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import BytesIO, TextIOWrapper
from typing import Any

from singer_sdk import Tap


@dataclass
class Reading:
    """Records by stream in the order they came, and the last state."""

    records: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    state: Mapping[str, Any] = field(default_factory=dict)

    def column(self, stream: str, name: str) -> list[Any]:
        return [record[name] for record in self.records[stream]]


def read(
    tap: type[Tap], config: Mapping[str, Any], streams: Iterable[str] = (), state: Mapping[str, Any] | None = None
) -> Reading:
    """All that the tap tells, or only of the streams named; from `state` on where one is given."""
    catalog = json.loads(json.dumps(tap(config=dict(config)).catalog_dict))
    wanted = set(streams)
    for entry in catalog["streams"]:
        for part in entry["metadata"]:
            if not part["breadcrumb"]:
                part["metadata"]["selected"] = not wanted or entry["tap_stream_id"] in wanted
    out = TextIOWrapper(BytesIO(), encoding="utf-8")
    with redirect_stdout(out):
        reader = tap(config=dict(config), catalog=catalog, state=dict(state or {}))
        try:
            reader.sync_all()
        finally:
            for stream in reader.streams.values():
                stream.requests_session.close()
    out.seek(0)
    found = Reading()
    for line in out:
        message = json.loads(line)
        if message["type"] == "RECORD":
            found.records[message["stream"]].append(message["record"])
        elif message["type"] == "STATE":
            found.state = message["value"]
    return found
