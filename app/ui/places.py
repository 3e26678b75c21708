"""Values of dimensions by name: the warehouse keeps ISO codes and names of events, people read names."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

UNKNOWN = "Not known"


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """ISO 3166 code → English name."""
    names: dict[str, str] = json.loads(Path(__file__).with_name("countries.json").read_text(encoding="utf-8"))
    return names


def shown(dimension: str, value: str) -> str:
    """A dimension's value as people read it: countries and features have names; what has none stays as it is."""
    if dimension == "feature":
        return value.replace("_", " ").capitalize()
    return countries().get(value, value) if dimension == "country" else value
