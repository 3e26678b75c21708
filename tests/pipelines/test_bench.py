"""Benches: figures beside goals in one form; a must that is missed is named."""

from __future__ import annotations

import pytest

from app.errors import SettingsError, UsageError
from app.settings import Settings
from pipelines.bench import Bench, Goal, bench_names, measure
from pipelines.benches import metric


def test_the_form_of_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = {"p95_ms": 250.00049, "p50_ms": 3.0}
    monkeypatch.setattr(metric, "BENCH", Bench("metric", lambda settings: figures, {"p95_ms": Goal(200, 50)}))
    assert measure("metric", Settings(sandbox_scale="small")) == {
        "name": "metric",
        "scale": "small",
        "figures": {"p95_ms": 250.0, "p50_ms": 3.0},
        "goals": {"p95_ms": {"must": 200, "aim": 50}},
        "missed": ["p95_ms"],
    }


def test_a_goal_that_is_just_met_is_met(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric, "BENCH", Bench("metric", lambda settings: {"p95_ms": 200.0}, {"p95_ms": Goal(200, 50)}))
    assert measure("metric", Settings())["missed"] == []


def test_a_goal_for_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric, "BENCH", Bench("metric", lambda settings: {"p95_ms": 1.0}, {"p96_ms": Goal(2, 1)}))
    with pytest.raises(SettingsError, match="p96_ms"):
        measure("metric", Settings())


def test_an_unknown_bench_is_named_with_those_there_are() -> None:
    assert {"refresh", "metric"} <= set(bench_names())
    with pytest.raises(UsageError, match=r"'refesh'.*metric.*refresh"):
        measure("refesh", Settings())
