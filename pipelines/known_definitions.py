"""By which definitions a build works figures out: each metric's own fields, and a digest of the models below it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from app.compile import marts_of
from app.metrics import Metric
from pipelines.lineage import read_lineage

OPEN = text("select metric, definition, models from portal.known_definition where recorded_to is null")
END = text("update portal.known_definition set recorded_to = :at where metric = :metric and recorded_to is null")
BEGIN = text(
    "insert into portal.known_definition (metric, recorded_from, version, definition, models) "
    "values (:metric, :at, :version, cast(:definition as jsonb), :models)"
)


def remember_definitions(
    connection: Connection, metrics: Mapping[str, Metric], models: Mapping[str, str], at: datetime
) -> int:
    """Writes the definitions that are new or others than before, and ends those that are no more.

    Args:
        connection: as the builder.
        metrics: the catalogue.
        models: metric → digest of the models that it is made of.
        at: since when readers see figures by them.

    Returns:
        How many were written.
    """
    known = {row.metric: (row.definition, row.models) for row in connection.execute(OPEN)}
    now = {name: (fields_of(metric), models[name]) for name, metric in metrics.items()}
    for name in known:
        if now.get(name) != known[name]:
            connection.execute(END, {"metric": name, "at": at})
    new = [name for name in now if now[name] != known.get(name)]
    for name in new:
        fields, digest = now[name]
        row = {"metric": name, "at": at, "version": metrics[name].certified.version, "models": digest}
        connection.execute(BEGIN, row | {"definition": json.dumps(fields)})
    return len(new)


def fields_of(metric: Metric) -> dict[str, Any]:
    """What a metric's file says, in terms of JSON; `Metric.model_validate` makes the metric of it again."""
    found: dict[str, Any] = json.loads(metric.model_dump_json(exclude_defaults=True))
    return found


def models_of(manifest: Path, metrics: Mapping[str, Metric]) -> dict[str, str]:
    """Of each metric a digest of the SQL of the models that it is made of, and of the macros that those call.

    Raises:
        DependencyMissing: dbt's manifest cannot be read.
    """
    lineage = read_lineage(manifest)
    content = json.loads(manifest.read_text())
    nodes = [node for node in content["nodes"].values() if node["resource_type"] == "model"]
    written = {f"{node['schema']}.{node['alias']}": _written(node, content["macros"]) for node in nodes}
    of_mart = {
        mart: _digest(f"{name}\0{written[name]}" for name in sorted(lineage.upstream_of(mart)) if name in written)
        for mart in {mart for metric in metrics.values() for mart in marts_of(metric, metrics)}
    }
    return {name: _digest(of_mart[mart] for mart in marts_of(metric, metrics)) for name, metric in metrics.items()}


def _written(node: Mapping[str, Any], macros: Mapping[str, Any]) -> str:
    """A model's own text, and that of every macro of ours that it calls, directly or not."""
    found: set[str] = set()
    waiting = list(node["depends_on"]["macros"])
    while waiting:
        name = waiting.pop()
        if name not in found and name.startswith("macro.plumbline."):
            found.add(name)
            waiting.extend(macros[name]["depends_on"]["macros"])
    return "\0".join([node["raw_code"], *(macros[name]["macro_sql"] for name in sorted(found))])


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
