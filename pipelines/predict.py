"""The steps `forecast` and `detect`: take the daily series to the workshop and store what comes out.

What was said once is never overwritten: a forecast is a new run, a judged day is judged once per model version.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import uuid4

import pandas as pd
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from app.clock import wall
from app.secrets import warehouse_url
from app.settings import Settings
from forecasting import anomalies
from forecasting.corrected_prophet import MODEL, MODEL_VERSION, Recipe
from forecasting.forecast import Forecast, Skipped
from forecasting.forecast import forecast as look_ahead
from pipelines.job import Run, StepResult
from pipelines.watchlist import FORECAST, WATCHED, Series

BAND = ("yhat", "lo50", "hi50", "lo80", "hi80")
FIRST_JUDGED_DAYS = 120
"""So many days back reaches the first judgement of a series; older days only teach."""


def forecast(run: Run) -> StepResult:
    """Forecasts MRR and cash, each a new row of workshop.forecast_run; says which were skipped and why."""
    engine = worker_engine(run.settings)
    made: dict[str, object] = {}
    skipped: dict[str, str] = {}
    for recipe in FORECAST:
        found = look_ahead(_history(engine, recipe.unique_id, _first_open_day(run)), recipe)
        if isinstance(found, Skipped):
            skipped[recipe.unique_id] = found.reason
        else:
            _store_forecast(engine, run, recipe, found)
            made[recipe.unique_id] = {
                "days": len(found.values),
                "mase_model": round(found.mase_model, 3),
                "mase_naive": round(found.mase_naive, 3),
            }
    return StepResult({"made": made, "skipped": skipped})


def detect(run: Run) -> StepResult:
    """Judges the days of each watched series that were not judged before, up to where its data is complete."""
    engine = worker_engine(run.settings)
    run_id = uuid4()
    judged: dict[str, int] = {}
    odd: dict[str, int] = {}
    skipped: dict[str, str] = {}
    with engine.connect() as connection:
        loaded, known = _loaded_until(connection), _judged_until(connection)
    for series in WATCHED:
        name = series.watched.unique_id
        complete = _complete_before(run, series, loaded)
        if complete is None:
            skipped[name] = f"{series.source} has never been loaded"
            continue
        last = complete - timedelta(days=1)
        since = known[name] + timedelta(days=1) if name in known else last - timedelta(days=FIRST_JUDGED_DAYS - 1)
        if since > last:
            judged[name] = odd[name] = 0
            continue
        found = anomalies.detect(_history(engine, name, complete), series.watched, since=since)
        if isinstance(found, Skipped):
            skipped[name] = found.reason
        else:
            _store_judged(engine, run, run_id, found)
            judged[name], odd[name] = len(found), int(found["is_anomaly"].sum())
    return StepResult({"judged_days": judged, "odd_days": odd, "skipped": skipped})


def worker_engine(settings: Settings) -> Engine:
    """The warehouse as the login of the jobs."""
    return create_engine(warehouse_url(settings, "plumbline_worker"), poolclass=NullPool, hide_parameters=True)


def _first_open_day(run: Run) -> date:
    return run.as_of.astimezone(run.settings.timezone).date()


def _history(engine: Engine, unique_id: str, before: date) -> pd.DataFrame:
    query = text(
        "select unique_id, ds, y from mart_executive.kpi_daily where unique_id = :name and ds < :before order by ds"
    )
    with engine.connect() as connection:
        rows = connection.execute(query, {"name": unique_id, "before": before}).all()
    return pd.DataFrame([tuple(row) for row in rows], columns=["unique_id", "ds", "y"])


def _loaded_until(connection: Connection) -> Mapping[str, datetime]:
    """Source → business instant of its last good load."""
    query = text(
        "select source, max(as_of) as until from portal.load_run where stream = '' and result = 'ok' "
        "and as_of is not null group by source"
    )
    return {row.source: row.until for row in connection.execute(query)}


def _judged_until(connection: Connection) -> Mapping[str, date]:
    query = text("select unique_id, max(ds) as until from workshop.anomaly where model_version = :version group by 1")
    return {row.unique_id: row.until for row in connection.execute(query, {"version": anomalies.MODEL_VERSION})}


def _complete_before(run: Run, series: Series, loaded: Mapping[str, datetime]) -> date | None:
    """The first day that is not complete: the business day itself, or earlier where the source is late."""
    if series.source not in loaded:
        return None
    return min(_first_open_day(run), loaded[series.source].astimezone(run.settings.timezone).date())


def _store_forecast(engine: Engine, run: Run, recipe: Recipe, found: Forecast) -> None:
    head = {
        "forecast_run_id": uuid4(), "made_at": wall(), "as_of": run.as_of, "unique_id": recipe.unique_id,
        "model": MODEL, "model_version": MODEL_VERSION, "history_start": found.history_start.date(),
        "history_end": found.history_end.date(), "horizon_days": recipe.horizon_days,
        "mase_model": found.mase_model, "mase_naive": found.mase_naive,
    }  # fmt: skip
    values = [
        {str(name): value for name, value in row.items()} | {"forecast_run_id": head["forecast_run_id"]}
        for row in found.values.round(dict.fromkeys(BAND, 2)).to_dict("records")
    ]
    with engine.begin() as connection:
        _insert(connection, "workshop.forecast_run", [head])
        _insert(connection, "workshop.forecast_value", values)


def _store_judged(engine: Engine, run: Run, run_id: object, found: pd.DataFrame) -> None:
    about = {
        "detect_run_id": run_id, "made_at": wall(), "as_of": run.as_of, "model_version": anomalies.MODEL_VERSION,
    }  # fmt: skip
    rows = [
        {str(name): value for name, value in row.items()} | about | {"anomaly_id": uuid4()}
        for row in found.round({"expected": 2, "lo": 2, "hi": 2}).to_dict("records")
    ]
    if rows:
        with engine.begin() as connection:
            _insert(connection, "workshop.anomaly", rows)


def _insert(connection: Connection, table: str, rows: list[dict[str, object]]) -> None:
    names = list(rows[0])
    values = ", ".join(f":{name}" for name in names)
    connection.execute(text(f"insert into {table} ({', '.join(names)}) values ({values})"), rows)
