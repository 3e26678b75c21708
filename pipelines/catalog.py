"""What a tap says its source has: the catalog that Meltano keeps of its last discovery."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.settings import Settings

KEPT_FOR = timedelta(hours=1)
"""Meltano asks a tap again only when its settings change; a new column at the source has to be seen within the hour."""


def forget_old(settings: Settings, extractor: str, now: datetime) -> None:
    """Has the tap asked again in its next run, if what is kept of it is older than `KEPT_FOR`, or no catalog at all.

    Args:
        settings: of this home.
        extractor: name in meltano.yml.
        now: by the wall's clock.
    """
    mark = _mark(settings, extractor)
    if not mark.exists():
        return
    if now.timestamp() - mark.stat().st_mtime > KEPT_FOR.total_seconds() or _kept(settings, extractor) is None:
        mark.unlink()


def forget(settings: Settings, extractor: str) -> None:
    """Has the tap asked again in its next run: one may fail since it asks for a column that the source has no more."""
    _mark(settings, extractor).unlink(missing_ok=True)


def declared(settings: Settings, extractor: str) -> Mapping[str, Mapping[str, str]]:
    """The selected columns of each selected stream with their types, such as {"Lead": {"Id": "string"}}.

    Streams are named as their raw tables. Empty where the tap was never asked, was ended before it had answered, or has
    no catalog.
    """
    found = {}
    for stream in (_kept(settings, extractor) or {}).get("streams", []):
        chosen = {tuple(each["breadcrumb"]): each["metadata"] for each in stream.get("metadata", [])}
        if chosen.get((), {}).get("selected"):
            name = str(stream.get("stream") or stream["tap_stream_id"]).rpartition("-")[2]
            found[name] = {
                column: _type(schema)
                for column, schema in stream["schema"].get("properties", {}).items()
                if _is_chosen(chosen.get(("properties", column), {}))
            }
    return found


def _kept(settings: Settings, extractor: str) -> dict[str, Any] | None:
    """The catalog; None where there is none, or half of one: Meltano writes it while the tap speaks."""
    try:
        catalog: dict[str, Any] = json.loads((_folder(settings, extractor) / "tap.properties.json").read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return catalog


def _mark(settings: Settings, extractor: str) -> Path:
    """By whose absence Meltano asks the tap."""
    return _folder(settings, extractor) / "tap.properties.cache_key"


def _folder(settings: Settings, extractor: str) -> Path:
    return settings.home / "meltano" / "run" / extractor


def _is_chosen(metadata: Mapping[str, Any]) -> bool:
    return bool(metadata.get("selected")) or metadata.get("inclusion") == "automatic"


def _type(schema: Mapping[str, Any]) -> str:
    """The type in a word: of several, those that are not null, in alphabetical order."""
    if "anyOf" in schema:
        return "/".join(sorted({_type(each) for each in schema["anyOf"]} - {""}))
    types = schema.get("type", [])
    named = sorted(set([types] if isinstance(types, str) else types) - {"null"})
    return "/".join(named) + (f" ({schema['format']})" if "format" in schema else "")
