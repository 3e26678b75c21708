"""The steps that forecast and judge: rows with their version, never overwritten, only of complete days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest

from app.secrets import ADMIN
from app.settings import Settings
from pipelines.job import Run
from pipelines.predict import FIRST_JUDGED_DAYS, detect, forecast

from .conftest import sql

DAYS = 420
LAST = date(2026, 11, 21)


@pytest.fixture
def kpis(clean: Settings) -> Iterator[Settings]:
    """420 days of MRR, cash and failed payments, the last day of these ten times the usual; 30 days of leads."""
    dice = np.random.default_rng(11)
    series = {
        "mrr_usd": 500_000 + np.cumsum(dice.normal(800, 900, DAYS)),
        "cash_usd": 9_000_000 - np.cumsum(dice.normal(8_000, 9_000, DAYS)),
        "payments_failed": dice.poisson(20, DAYS).astype(float),
        "leads": dice.poisson(20, 30).astype(float),
    }
    series["payments_failed"][-1] = 200
    rows = [
        (name, LAST - timedelta(days=len(values) - 1 - at), round(float(value), 2))
        for name, values in series.items() for at, value in enumerate(values)
    ]  # fmt: skip
    put = ", ".join("('{}', date '{}', {})".format(*row) for row in rows)
    sql(clean, ADMIN, f"truncate mart_executive.kpi_daily; insert into mart_executive.kpi_daily values {put}")
    yield clean
    sql(clean, ADMIN, "truncate mart_executive.kpi_daily")


@pytest.mark.slow
def test_a_forecast_is_a_new_run_each_time(kpis: Settings, run: Run) -> None:
    found = forecast(run).detail
    assert found["skipped"] == {}
    forecast(run)
    runs = sql(
        kpis, ADMIN,
        "select r.unique_id, r.model_version, r.history_end, r.horizon_days, count(v.ds)::int, min(v.ds), "
        "bool_and(v.lo80 < v.lo50 and v.lo50 < v.yhat and v.yhat < v.hi50 and v.hi50 < v.hi80) "
        "from workshop.forecast_run r join workshop.forecast_value v using (forecast_run_id, unique_id) "
        "group by r.forecast_run_id, r.unique_id, r.model_version, r.history_end, r.horizon_days order by 1",
    )  # fmt: skip
    start = LAST + timedelta(days=1)
    assert runs == [
        ("cash_usd", "prophet+ses 1", LAST, 540, 540, start, True),
        ("cash_usd", "prophet+ses 1", LAST, 540, 540, start, True),
        ("mrr_usd", "prophet+ses 1", LAST, 365, 365, start, True),
        ("mrr_usd", "prophet+ses 1", LAST, 365, 365, start, True),
    ]


def test_without_a_history_the_forecast_says_what_it_skipped(clean: Settings, run: Run) -> None:
    assert forecast(run).detail == {
        "made": {},
        "skipped": {
            "mrr_usd": "too short: 0 days of history, at least 240 are needed",
            "cash_usd": "too short: 0 days of history, at least 240 are needed",
        },
    }


def test_each_day_is_judged_once(kpis: Settings, run: Run) -> None:
    found = detect(run).detail
    judged, odd, skipped = found["judged_days"], found["odd_days"], found["skipped"]
    assert isinstance(judged, dict)
    assert isinstance(odd, dict)
    assert isinstance(skipped, dict)
    assert judged["payments_failed"] <= FIRST_JUDGED_DAYS
    assert odd["payments_failed"] >= 1
    assert str(skipped["leads"]).startswith("too short: 30 days of history")
    row = sql(kpis, ADMIN, "select ds, value, hi < 60, score > 1, is_anomaly from workshop.anomaly "
              "where unique_id = 'payments_failed' order by ds desc limit 1")  # fmt: skip
    assert row == [(LAST, 200, True, True, True)]
    again = detect(run).detail["judged_days"]
    assert isinstance(again, dict)
    assert again["payments_failed"] == 0
    twice = sql(kpis, ADMIN, "select count(*)::int from (select 1 from workshop.anomaly group by unique_id, ds "
                "having count(*) > 1) as twice")  # fmt: skip
    assert twice == [(0,)]


def test_days_that_a_late_source_has_not_filled_are_not_judged(kpis: Settings, run: Run) -> None:
    """Stripe was last loaded as of the 20th at 11:00 UTC: the 19th is the last complete day."""
    sql(kpis, ADMIN, "update portal.load_run set as_of = '2026-11-20 11:00+00' where source = 'stripe'")
    detect(run)
    assert sql(kpis, ADMIN, "select max(ds) from workshop.anomaly where unique_id = 'payments_failed'") == [
        (date(2026, 11, 19),)
    ]


def test_a_source_that_never_loaded_is_skipped_by_name(kpis: Settings, run: Run) -> None:
    sql(kpis, ADMIN, "delete from portal.load_run where source = 'stripe'")
    skipped = detect(run).detail["skipped"]
    assert isinstance(skipped, dict)
    assert skipped["payments_failed"] == "stripe has never been loaded"
