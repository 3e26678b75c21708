"""Countries by name: the warehouse keeps ISO codes, people read names."""

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
    """A dimension's value as people read it; what is not a country, or not a known one, stays as it is."""
    return countries().get(value, value) if dimension == "country" else value
