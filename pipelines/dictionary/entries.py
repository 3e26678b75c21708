"""What there is to say of each metric, dataset, column and source. Nothing is written for the dictionary alone.

A metric's words are in its file, a column's beside its SQL; what a dataset is made from is in dbt's manifest, what is
promised of it in its contract, what is loaded in the source's module.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from app.compile import Additivity, additivity_of, compile_question, dimensions_of, marts_of, simplest
from app.gallery import dashboards
from app.metrics import Metric, catalogue
from app.statements import written_out
from pipelines.contracts import Promise, read_contracts
from pipelines.lineage import Lineage, plain, read_lineage
from pipelines.source import Source
from pipelines.sources import all_sources

LAYERS = ("mart", "rollup", "core", "staging")
LOGIN = "plumbline_"


@dataclass(frozen=True)
class ColumnEntry:
    """A column: what it means, its type where the warehouse has it already, and what is promised of it."""

    name: str
    says: str
    type: str
    promises: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """A worked example: a sentence, and the numbers in words."""

    sentence: str
    says: str


@dataclass(frozen=True)
class DatasetEntry:
    """A table or view, as schema.table.

    Attributes:
        layer: one of LAYERS.
        grain: what one row is, as its SQL begins.
        readers: the roles that may read it.
        made_from, feeds: its neighbours, as schema.table.
        metrics: the metrics that are read from it.
        examples: the worked examples that are tested.
    """

    name: str
    layer: str
    says: str
    grain: str
    path: str
    readers: tuple[str, ...]
    columns: tuple[ColumnEntry, ...]
    made_from: tuple[str, ...]
    feeds: tuple[str, ...]
    metrics: tuple[str, ...]
    promises: tuple[str, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class MetricEntry:
    """A metric: its file, how it adds up, what it rests on, where it is shown, and how to ask for it."""

    metric: Metric
    adds: Additivity
    dimensions: tuple[str, ...]
    marts: tuple[str, ...]
    sources: tuple[str, ...]
    promises: tuple[str, ...]
    pages: tuple[str, ...]
    sql: str


@dataclass(frozen=True)
class StreamEntry:
    """A raw table: the staging view that reads it, and what is promised of it."""

    dataset: str
    read_by: tuple[str, ...]
    promises: tuple[str, ...]


@dataclass(frozen=True)
class SourceEntry:
    """A source and its streams."""

    source: Source
    streams: tuple[StreamEntry, ...]


@dataclass(frozen=True)
class Dictionary:
    """All of it, each part by name."""

    metrics: tuple[MetricEntry, ...]
    datasets: tuple[DatasetEntry, ...]
    sources: tuple[SourceEntry, ...]


def gather(target: Path, *, as_of: datetime) -> Dictionary:
    """The dictionary of the models as they are.

    Args:
        target: the folder with dbt's manifest.json, and catalog.json where the warehouse was asked for its types.
        as_of: the business instant, which the examples of SQL speak about.

    Raises:
        DependencyMissing: there is no manifest.
    """
    lineage = read_lineage(target / "manifest.json")
    manifest = orjson.loads((target / "manifest.json").read_bytes())
    catalog = target / "catalog.json"
    types = orjson.loads(catalog.read_bytes())["nodes"] if catalog.exists() else {}
    promises: dict[str, list[Promise]] = defaultdict(list)
    for contract in read_contracts():
        promises[plain(contract.dataset)].extend(contract.promises)
    return Dictionary(
        _metrics(lineage, promises, as_of), _datasets(manifest, lineage, types, promises), _sources(lineage, promises)
    )


def _metrics(
    lineage: Lineage, promises: Mapping[str, Iterable[Promise]], as_of: datetime
) -> tuple[MetricEntry, ...]:
    metrics, shown = catalogue(), shown_on()
    labels = {f"raw_{name}": source.label for name, source in all_sources().items()}
    entries = []
    for name, metric in sorted(metrics.items(), key=lambda item: item[1].label):
        marts = marts_of(metric, metrics)
        below = frozenset[str]().union(*(lineage.upstream_of(mart) for mart in marts))
        entries.append(MetricEntry(
            metric, additivity_of(metric, metrics), dimensions_of(metric, metrics), marts,
            tuple(sorted({labels[one.partition(".")[0]] for one in below if one.partition(".")[0] in labels})),
            tuple(dict.fromkeys(one.name for mart in marts for one in promises.get(plain(mart), ()))),
            tuple(shown.get(name, ())),
            written_out(compile_question(simplest(metric, metrics), metrics, as_of=as_of)),
        ))  # fmt: skip
    return tuple(entries)


def shown_on() -> dict[str, list[str]]:
    """Metric → the titles of the pages that show it."""
    shown: dict[str, list[str]] = defaultdict(list)
    for dashboard in dashboards().values():
        said = [value for panel in dashboard.panels() for value in asdict(panel).values()]
        names = {name for value in said for name in (value if isinstance(value, tuple) else (value,))}
        for name in names & set(catalogue()):
            shown[name].append(dashboard.title)
    return shown


def _datasets(
    manifest: Mapping[str, Any], lineage: Lineage, types: Mapping[str, Any], promises: Mapping[str, Iterable[Promise]]
) -> tuple[DatasetEntry, ...]:
    metrics = catalogue()
    read_from: dict[str, list[str]] = defaultdict(list)
    for name, metric in metrics.items():
        for mart in marts_of(metric, metrics):
            read_from[mart].append(name)
    feeds: dict[str, list[str]] = defaultdict(list)
    for node, parents in lineage.parents.items():
        for parent in parents:
            if node in lineage.datasets:
                feeds[parent].append(lineage.datasets[node])
    examples: dict[str, list[Example]] = defaultdict(list)
    for one in manifest.get("unit_tests", {}).values():
        examples[one["model"]].append(Example(one["name"].replace("_", " "), one["description"] or ""))
    entries = []
    for node, entry in manifest["nodes"].items():
        if entry["resource_type"] != "model":
            continue
        dataset = lineage.datasets[node]
        promised = list(promises.get(plain(dataset), ()))
        entries.append(DatasetEntry(
            name=dataset, layer=_layer(dataset), says=entry["description"], grain=_grain(entry["raw_code"]),
            path=f"models/{entry['original_file_path']}", readers=_readers(entry),
            columns=_columns(entry, types.get(node, {}).get("columns", {}), promised),
            made_from=tuple(sorted(lineage.datasets[one] for one in lineage.parents[node] if one in lineage.datasets)),
            feeds=tuple(sorted(feeds[node])), metrics=tuple(sorted(read_from[dataset])),
            promises=tuple(one.name for one in promised if not one.column), examples=tuple(examples[entry["name"]]),
        ))  # fmt: skip
    return tuple(sorted(entries, key=lambda one: (LAYERS.index(one.layer), one.name)))


def _layer(dataset: str) -> str:
    schema = dataset.partition(".")[0]
    return next((layer for layer in LAYERS if schema.startswith(layer)), "core")


def _grain(sql: str) -> str:
    """The first line of a model says what one row is."""
    first = sql.lstrip().partition("\n")[0]
    return first.removeprefix("--").strip() if first.startswith("--") else ""


def _readers(entry: Mapping[str, Any]) -> tuple[str, ...]:
    granted = (entry["config"].get("grants") or {}).get("select", ())
    return tuple(sorted(login.removeprefix(LOGIN).replace("_", " ") for login in granted))


def _columns(
    entry: Mapping[str, Any], types: Mapping[str, Any], promised: Iterable[Promise]
) -> tuple[ColumnEntry, ...]:
    of_column: dict[str, list[str]] = defaultdict(list)
    for one in promised:
        of_column[one.column].append(one.name)
    return tuple(
        ColumnEntry(name, told["description"], types.get(name, {}).get("type") or "", tuple(of_column[name]))
        for name, told in entry["columns"].items()
    )


def _sources(lineage: Lineage, promises: Mapping[str, Iterable[Promise]]) -> tuple[SourceEntry, ...]:
    read_by: dict[str, list[str]] = defaultdict(list)
    for node, parents in lineage.parents.items():
        for parent in parents:
            if lineage.datasets.get(parent, "").startswith("raw_") and node in lineage.datasets:
                read_by[plain(lineage.datasets[parent])].append(lineage.datasets[node])
    entries = []
    for name, source in sorted(all_sources().items()):
        streams = []
        for stream in source.streams:
            dataset = f"raw_{name}.{stream.name}"
            said = tuple(dict.fromkeys(one.name for one in promises.get(plain(dataset), ())))
            streams.append(StreamEntry(dataset, tuple(sorted(set(read_by[plain(dataset)]))), said))
        entries.append(SourceEntry(source, tuple(streams)))
    return tuple(entries)
