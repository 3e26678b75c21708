"""What models/ says about its marts: columns and who may read them, from each mart's .yml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from .tree import read, under

READING = "plumbline_"
REF = re.compile(r"""ref\(\s*["'](\w+)["']\s*\)""")


@dataclass(frozen=True)
class Mart:
    """A mart's .yml: `dataset` is schema.view, `roles` those whose login may select."""

    path: str
    dataset: str
    columns: frozenset[str]
    roles: frozenset[str]


@cache
def marts() -> Mapping[str, Mart]:
    """Every mart that has a .yml, by dataset: models/marts/finance/x.yml describes mart_finance.x or its alias."""
    found = {}
    for path in under("models/marts/", end=".yml"):
        folder = Path(path).parent.name
        for model in YAML(typ="safe").load(read(path)).get("models", []):
            dataset = f"mart_{folder.removeprefix('mart_')}.{(model.get('config') or {}).get('alias', model['name'])}"
            found[dataset] = Mart(
                path, dataset, frozenset(column["name"] for column in model.get("columns", [])), _roles(model)
            )
    return found


def refs(path: str) -> tuple[str, ...]:
    """The models that a model is made of, by the path of its .sql or .yml; each once."""
    return tuple(dict.fromkeys(REF.findall(read(str(Path(path).with_suffix(".sql"))))))


def _roles(model: Mapping[str, object]) -> frozenset[str]:
    """The roles of config.grants.select, where the login plumbline_finance stands for the role finance."""
    config = model.get("config") or {}
    grants = (config.get("grants") or {}) if isinstance(config, dict) else {}
    logins = grants.get("select") or []
    return frozenset(login.removeprefix(READING) for login in logins)
