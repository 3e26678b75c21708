"""The step `compare_board`: how each frozen figure stands beside what the warehouse says of it today."""

from __future__ import annotations

from contextlib import closing

from app.access import OPERATOR
from app.warehouse import Warehouse
from pipelines.job import Run, StepResult


def compare_board(run: Run) -> StepResult:
    """Compares every figure of every board pack and notes what has changed and why; no pack is ever changed."""
    with closing(Warehouse(run.settings)) as warehouse:
        opened = [warehouse.board.compare(OPERATOR, pack) for pack in warehouse.board.packs()]
    figures = [one for pack in opened for one in pack.figures]
    return StepResult({
        "packs": len(opened), "figures": len(figures),
        "restated": sum(1 for one in figures if one.compared is not None and one.compared.state == "restated"),
        "altered": sum(1 for one in figures if one.is_unproved),
    })  # fmt: skip
