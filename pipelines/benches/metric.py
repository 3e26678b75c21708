"""How long the portal's one read takes for each metric, audit row and all."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter

from app.clock import as_of
from app.settings import Settings
from pipelines.bench import Bench, Goal

ROUNDS = 5


def milliseconds(settings: Settings) -> Mapping[str, float]:
    """Median, 95th percentile and worst over all metrics, each asked `ROUNDS` times after one warming round."""
    from app.access import OPERATOR
    from app.metrics import Question, catalogue
    from app.warehouse import Warehouse
    from pipelines.services import running

    instant = as_of(settings)
    taken: list[float] = []
    with running(settings, "warehouse"):
        warehouse = Warehouse(settings)
        for turn in range(ROUNDS + 1):
            for name in sorted(catalogue()):
                began = perf_counter()
                warehouse.answer(OPERATOR, Question(metric=name), as_of=instant)
                if turn:
                    taken.append((perf_counter() - began) * 1000)
    taken.sort()
    return {
        "p50_ms": taken[len(taken) // 2],
        "p95_ms": taken[int(len(taken) * 0.95)],
        "worst_ms": taken[-1],
        "asked_count": float(len(taken)),
    }


BENCH = Bench("metric", milliseconds, {"p95_ms": Goal(must=5000, aim=200)})
