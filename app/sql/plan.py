"""How Postgres would go about a statement, as a list to read: outer steps first, what feeds them below. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

CONDITIONS = ("Index Cond", "Hash Cond", "Merge Cond", "Join Filter", "Recheck Cond", "Filter", "Group Key", "Sort Key")


@dataclass(frozen=True)
class PlanLine:
    """One step.

    Attributes:
        depth: 0 for the last thing that is done.
        step: such as "Seq Scan on mrr_monthly mart".
        by: its conditions and keys.
        cost: of all up to it, in Postgres's own unit.
        rows: so many are expected.
    """

    depth: int
    step: str
    by: str
    cost: float
    rows: int


def plan_lines(explained: Any) -> tuple[PlanLine, ...]:
    """The lines of what EXPLAIN (FORMAT JSON) gave; none where it has another form."""
    top = explained[0].get("Plan") if isinstance(explained, list) and explained else None
    return tuple(_lines(top, 0)) if isinstance(top, Mapping) else ()


def _lines(node: Mapping[str, Any], depth: int) -> Iterator[PlanLine]:
    yield PlanLine(depth, _step(node), _by(node), float(node.get("Total Cost", 0)), int(node.get("Plan Rows", 0)))
    for below in node.get("Plans", ()):
        yield from _lines(below, depth + 1)


def _step(node: Mapping[str, Any]) -> str:
    kind = str(node.get("Node Type", "Step"))
    if kind == "Aggregate" and node.get("Strategy") in ("Hashed", "Sorted"):
        kind = f"{node['Strategy']} aggregate"
    if "Join Type" in node and node["Join Type"] != "Inner":
        kind = f"{kind} ({str(node['Join Type']).lower()})"
    name = node.get("Relation Name") or node.get("CTE Name") or node.get("Function Name")
    index = f" using {node['Index Name']}" if "Index Name" in node else ""
    alias = str(node.get("Alias") or "")
    return f"{kind}{index}{f' on {name}' if name else ''}{f' {alias}' if alias and alias != name else ''}"


def _by(node: Mapping[str, Any]) -> str:
    found = [(name, node[name]) for name in CONDITIONS if name in node]
    return "; ".join(f"{name.lower()}: {', '.join(said) if isinstance(said, list) else said}" for name, said in found)
