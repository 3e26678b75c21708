"""Which datasets a metric rests on: its mart, and every model and raw stream that the mart is made from.

The ways of a figure are in two places already: the metric file names its mart (or the metrics it is made of), and
dbt's manifest names the parents of each model. Nothing is declared a third time. Only a model that says
`meta: {only_dates: true}` is no way for figures: the calendar is laid from the oldest row of every source, and
would make each figure rest on all of them. And a model may name parents of which it takes only who is who:
`meta: {identity_only: [stg_…]}`. A figure rests on what is promised about those, but does not wait for their source.
What compares several sources with each other says `meta: {whole_build_only: true}`: new rows of one do not reach it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.compile import marts_of
from app.errors import DependencyMissing
from app.metrics import Metric


@dataclass(frozen=True)
class Lineage:
    """dbt's graph: `parents` of each node by id, `datasets` the schema.table of a node.

    `identity_only` holds those (node, parent) of which the node takes only who is who, `calendars` the nodes that take
    only dates, and so have no parents here, `views` those that are no tables, `sliced` the names of the models of
    which some customers' rows can be worked out alone, `whole_only` the nodes that wait for the next whole build.
    """

    parents: Mapping[str, tuple[str, ...]]
    datasets: Mapping[str, str]
    identity_only: frozenset[tuple[str, str]] = frozenset()
    calendars: frozenset[str] = frozenset()
    views: frozenset[str] = frozenset()
    sliced: frozenset[str] = frozenset()
    whole_only: frozenset[str] = frozenset()

    def upstream_of(self, dataset: str, *, waited_for: bool = False) -> frozenset[str]:
        """The dataset itself and all it is made from, back to the raw streams, as schema.table.

        A dataset that dbt does not know rests on itself alone.

        Args:
            dataset: schema.table.
            waited_for: only what can change its figures by being late.
        """
        found: set[str] = set()
        waiting = [node for node, known in self.datasets.items() if known == dataset]
        while waiting:
            node = waiting.pop()
            if node not in found:
                found.add(node)
                waiting.extend(
                    parent
                    for parent in self.parents.get(node, ())
                    if not (waited_for and (node, parent) in self.identity_only)
                )
        return frozenset({dataset} | {self.datasets[node] for node in found if node in self.datasets})

    def reached_from(self, schemas: Container[str]) -> frozenset[str]:
        """The names of the models in core and rollup that new rows in these raw schemas can change.

        The calendars they read are among them, since those end at the present, and the views over any of their tables,
        which go when a table is made anew. A model that takes only who is who is not, nor is one that compares several
        sources: they wait for the whole build.
        """
        starts = {node for node, dataset in self.datasets.items() if dataset.partition(".")[0] in schemas}
        changed = {node for node in self._below(starts, pruned=True) if self._is_in(node, "core", "rollup")}
        if not changed:
            return frozenset()
        changed |= {parent for node in changed for parent in self.parents[node]} & self.calendars
        changed |= {node for node in self._below(changed) if node in self.views and self._is_in(node, "core")}
        return frozenset(node.rpartition(".")[2] for node in changed)

    def _below(self, nodes: Iterable[str], *, pruned: bool = False) -> set[str]:
        """All that is made from these, without them; `pruned`: not by taking only who is who, nor what waits."""
        children = defaultdict(set)
        for node, parents in self.parents.items():
            for parent in parents:
                if not (pruned and ((node, parent) in self.identity_only or node in self.whole_only)):
                    children[parent].add(node)
        found: set[str] = set()
        waiting = list(nodes)
        while waiting:
            new = children[waiting.pop()] - found
            found |= new
            waiting.extend(new)
        return found

    def _is_in(self, node: str, *schemas: str) -> bool:
        return self.datasets.get(node, "").partition(".")[0] in schemas


def read_lineage(manifest: Path) -> Lineage:
    """The graph of dbt's manifest.json.

    Raises:
        DependencyMissing: there is no manifest yet, or it cannot be read.
    """
    try:
        content = json.loads(manifest.read_text())
    except (OSError, ValueError) as error:
        raise DependencyMissing(
            f"dbt's manifest cannot be read: {manifest} ({error}). Expected the one that a build leaves there. "
            "Run `plumbline run build` first."
        ) from None
    entries: dict[str, Any] = {**content.get("nodes", {}), **content.get("sources", {})}
    return Lineage(
        parents={node: _parents(entry) for node, entry in entries.items()},
        datasets={
            node: f"{entry['schema']}.{_table(entry)}"
            for node, entry in entries.items()
            if entry["resource_type"] in {"model", "source", "seed", "snapshot"}
        },
        identity_only=frozenset(
            (node, parent)
            for node, entry in entries.items()
            for parent in _parents(entry)
            if parent.rpartition(".")[2] in _meta(entry).get("identity_only", ())
        ),
        calendars=frozenset(node for node, entry in entries.items() if _meta(entry).get("only_dates")),
        views=frozenset(node for node, entry in entries.items() if _kind(entry) == "live_view"),
        sliced=frozenset(
            node.rpartition(".")[2] for node, entry in entries.items() if _kind(entry).startswith("sliced_")
        ),
        whole_only=frozenset(node for node, entry in entries.items() if _meta(entry).get("whole_build_only")),
    )


def datasets_of(
    metrics: Mapping[str, Metric], lineage: Lineage, *, waited_for: bool = False
) -> dict[str, frozenset[str]]:
    """For each metric the datasets its figure depends on; a ratio rests on what both its metrics rest on.

    Args:
        metrics: the catalogue.
        lineage: dbt's graph.
        waited_for: only those that can change the figure by being late.
    """
    return {
        name: frozenset[str]().union(
            *(lineage.upstream_of(mart, waited_for=waited_for) for mart in marts_of(metric, metrics))
        )
        for name, metric in metrics.items()
    }


def plain(dataset: str) -> str:
    """The dataset's name as it is compared: loaders differ in capitals and underscores, and models/macros/raw.sql
    finds a raw table under either.
    """
    return dataset.lower().replace("_", "")


def _parents(entry: Mapping[str, Any]) -> tuple[str, ...]:
    if _meta(entry).get("only_dates"):
        return ()
    return tuple(entry.get("depends_on", {}).get("nodes", ()))


def _meta(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = entry.get("config", {}).get("meta", {})
    return found


def _kind(entry: Mapping[str, Any]) -> str:
    return str(entry.get("config", {}).get("materialized") or "")


def _table(entry: Mapping[str, Any]) -> str:
    return str(entry.get("identifier") or entry.get("alias") or entry["name"])
