"""Benches: figures beside goals in one form; a must that is missed is named."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from app.errors import SettingsError, UsageError
from app.settings import Settings
from pipelines.bench import Bench, Goal, bench_names, draw, measure
from pipelines.benches import metric


def test_the_form_of_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = {"p95_ms": 250.00049, "p50_ms": 3.0}
    monkeypatch.setattr(metric, "BENCH", Bench("metric", lambda settings: figures, {"p95_ms": Goal(200, 50)}))
    assert measure("metric", Settings(sandbox_scale="small")) == {
        "name": "metric",
        "scale": "small",
        "figures": {"p95_ms": 250.0, "p50_ms": 3.0},
        "goals": {"p95_ms": {"must": 200, "aim": 50, "better": "smaller"}},
        "missed": ["p95_ms"],
    }


def test_a_goal_that_is_just_met_is_met(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric, "BENCH", Bench("metric", lambda settings: {"p95_ms": 200.0}, {"p95_ms": Goal(200, 50)}))
    assert measure("metric", Settings())["missed"] == []


@pytest.mark.parametrize(("ratio", "missed"), [(0.499, ["ratio"]), (0.5, []), (0.8, [])])
def test_where_more_is_better_only_less_misses_the_goal(
    monkeypatch: pytest.MonkeyPatch, ratio: float, missed: list[str]
) -> None:
    goals = {"ratio": Goal(0.5, 0.8, better="larger")}
    monkeypatch.setattr(metric, "BENCH", Bench("metric", lambda settings: {"ratio": ratio}, goals))
    found = measure("metric", Settings())
    assert found["missed"] == missed
    console = Console(file=StringIO(), width=120)
    draw(found, console)
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert "must be at least 0.5" in said
    assert ("MISSED" in said) == bool(missed)


def test_a_goal_for_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric, "BENCH", Bench("metric", lambda settings: {"p95_ms": 1.0}, {"p96_ms": Goal(2, 1)}))
    with pytest.raises(SettingsError, match="p96_ms"):
        measure("metric", Settings())


def test_an_unknown_bench_is_named_with_those_there_are() -> None:
    assert {"load", "refresh", "metric"} <= set(bench_names())
    with pytest.raises(UsageError, match=r"'refesh'.*metric.*refresh"):
        measure("refesh", Settings())
