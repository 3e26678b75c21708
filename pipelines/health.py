"""The step `health`: takes what is known of each paying customer to the workshop and stores what is said of it.

What was said once stays. A close that is over is scored once by each version of the model, by what was known at it;
the newest one anew each time. So the first run also says what would have been said at the closes of a year before.
Figures are made of it by a part of a build: they change with builds alone, and receipts tell which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from uuid import UUID, uuid4

import pandas as pd
from sqlalchemy import Connection, Engine, column, table, text
from sqlalchemy.dialects.postgresql import JSONB

from app.clock import wall
from app.errors import FellShort
from forecasting.health import Health, Past
from forecasting.health_fit import MODEL, MODEL_VERSION, Fit
from forecasting.health_inputs import COLUMNS, INPUTS
from pipelines.job import Run, StepResult
from pipelines.live_build import build_named
from pipelines.predict import worker_engine

PART, FIGURES = "health", ("customer_health_month",)
"""How the part of a build is called in its record, and which rollups it makes."""
LEFT = "left to the next whole build"
BACK = 12
"""So many closes before the newest are scored where they have not been."""
SCORED = text("select distinct month from workshop.health_run where is_complete and model_version = :version")


def health(run: Run) -> StepResult:
    """Scores the newest close and those of the year before it that have no score; says why where there is none.

    The detail of its result: `scored` (month → customers), `without` (month → why), `figures` (whether readers see it:
    on what a build that fell short has left nothing is made, and the next whole build makes them).

    Raises:
        FellShort: what was stored could not be brought among the figures.
    """
    engine = worker_engine(run.settings)
    rows, closes, scored = _read(engine)
    past, counted, without = Past(rows), {}, {}
    for month in _wanted(closes, scored):
        found = past.health(month, is_complete=closes[month])
        _store(engine, run, found, is_complete=closes[month])
        if found.reason:
            without[f"{month:%Y-%m}"] = found.reason
        else:
            counted[f"{month:%Y-%m}"] = len(found.scores)
    part = build_named(run.settings, PART, FIGURES)
    if part.failures:
        raise FellShort(f"The health of customers was stored, but figures were not made of it: {part.failures[0]}")
    return StepResult({"scored": counted, "without": without, "figures": "made" if part.models else LEFT})


def _read(engine: Engine) -> tuple[pd.DataFrame, Mapping[date, bool], frozenset[date]]:
    """The inputs; each close and whether it is over; and the closes that were scored when they were."""
    query = text(f"select is_complete, {', '.join(COLUMNS)} from rollup.health_input_month order by month, customer_id")
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
        scored = frozenset(row.month for row in connection.execute(SCORED, {"version": MODEL_VERSION}))
    inputs = pd.DataFrame(rows, columns=["is_complete", *COLUMNS])
    return inputs, dict(zip(inputs["month"], inputs["is_complete"], strict=True)), scored


def _wanted(closes: Mapping[date, bool], scored: frozenset[date]) -> Iterator[date]:
    """The newest close, and those before it that are over and not yet scored; ascending."""
    newest = sorted(closes)[-1 - BACK :]
    yield from (month for month in newest if month == newest[-1] or (closes[month] and month not in scored))


def _store(engine: Engine, run: Run, found: Health, *, is_complete: bool) -> None:
    run_id, trial = uuid4(), found.trial
    head: dict[str, object] = {
        "health_run_id": run_id, "made_at": wall(), "as_of": run.as_of, "month": found.month,
        "is_complete": is_complete, "model": MODEL, "model_version": MODEL_VERSION, "reason": found.reason,
        "learnt_rows": found.rows, "learnt_leavers": found.leavers, "learnt_since": found.since,
        "learnt_until": found.until, "trial_closes_count": len(trial.closes) if trial else 0,
        "trial_since": trial and trial.closes[0], "trial_until": trial and trial.closes[-1],
        **{f"trial_{name}": getattr(trial, name, None) for name in ("rows", "leavers")},
        **{name: getattr(trial, name, None) for name in ("auc", "auc_low", "brier", "brier_base", "lift")},
        "intercept": found.learnt and found.learnt.intercept, "base_score": found.learnt and found.learnt.base,
    }  # fmt: skip
    with engine.begin() as connection:
        _insert(connection, "health_run", [head])
        _insert(connection, "health_bin", [
            dict(zip(("health_run_id", "bin", "customers_count", "expected_ratio", "seen_ratio"), (run_id, at, *part),
                     strict=True))
            for at, part in enumerate(trial.bins if trial else (), start=1)
        ])  # fmt: skip
        if found.learnt is not None:
            _insert(connection, "health_input", list(_inputs(run_id, found.learnt)))
            _insert(connection, "health_score", [
                {"health_run_id": run_id, **{str(name): value for name, value in row.items()}}
                for row in found.scores.to_dict("records")
            ])  # fmt: skip


def _inputs(run_id: UUID, learnt: Fit) -> Iterator[dict[str, object]]:
    """What is published of each input: enough to work any score out by hand."""
    for at, each in enumerate(INPUTS):
        yield {
            "health_run_id": run_id, "input": each.name, "label": each.label, "sense": each.sense, "is_log": each.log,
            "cap": each.cap, "center": float(learnt.centers[at]), "spread": float(learnt.spreads[at]),
            "coefficient": float(learnt.coefficients[at]), "weight": float(learnt.weights[at]),
            "left_out": learnt.left_out.get(each.name, ""),
        }  # fmt: skip


def _insert(connection: Connection, name: str, rows: list[dict[str, object]]) -> None:
    """Many rows at a time: a year of closes has fifty thousand scores."""
    if rows:
        columns = [column("points", JSONB) if each == "points" else column(each) for each in rows[0]]
        connection.execute(table(name, *columns, schema="workshop").insert(), rows)
