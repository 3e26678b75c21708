"""What the project says of its tables and columns: read from models/…/*.yml, where dbt and the dictionary read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from app.settings import ROOT

FOLDERS = ("marts", "core", "rollup")


@dataclass(frozen=True)
class Documented:
    """A table in words: what it is, and what its columns mean."""

    says: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1)
def documentation() -> Mapping[str, Documented]:
    """Schema and table → what is said of it; a file that cannot be read says nothing here. Read once per process."""
    return MappingProxyType(dict(_found(ROOT / "models")))


def _found(models: Path) -> Iterator[tuple[str, Documented]]:
    reader = YAML(typ="safe")
    for folder in FOLDERS:
        for file in sorted((models / folder).rglob("*.yml")):
            schema = f"mart_{file.parent.name}" if folder == "marts" else folder
            try:
                loaded = reader.load(file.read_text(encoding="utf-8"))
            except (OSError, YAMLError):
                continue
            for model in (loaded or {}).get("models", ()):
                yield f"{schema}.{model['name']}", _documented(model)


def _documented(model: Mapping[str, Any]) -> Documented:
    columns = {str(one["name"]): _line(one.get("description")) for one in model.get("columns") or ()}
    return Documented(_line(model.get("description")), columns)


def _line(said: Any) -> str:
    return " ".join(str(said or "").split())
