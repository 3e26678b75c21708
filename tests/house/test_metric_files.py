"""Each metric file loads, names a mart and column that are there, and answers questions that were asked."""

from __future__ import annotations

from pathlib import Path

from app.access import ROLES
from app.metrics import load_metrics
from app.settings import ROOT

from .marts import marts
from .tree import listed

METRICS = ROOT / "models" / "metrics"
IDS = frozenset(Path(__file__).with_name("requirement_ids.txt").read_text().split())


def test_every_metric_file_loads() -> None:
    assert len(load_metrics(METRICS)) == len(list(METRICS.glob("*.yml")))


def test_every_metric_reads_columns_that_its_mart_has() -> None:
    found = []
    for name, metric in load_metrics(METRICS).items():
        if not metric.mart:
            continue
        mart = marts().get(metric.mart)
        if mart is None:
            found.append(f"models/metrics/{name}.yml: no mart {metric.mart} in models/marts/")
            continue
        complete = {"is_complete"} if metric.grain == "month" and metric.kind != "cohort" else set()
        wanted = {*metric.columns, *complete}
        if missing := wanted - mart.columns:
            found.append(f"models/metrics/{name}.yml: {mart.path} has no column {', '.join(sorted(missing))}")
    assert not found, listed(found, "Name a column that the mart's .yml describes, or add it to the mart.")


def test_every_metric_answers_something_that_was_asked() -> None:
    found = [
        f"models/metrics/{name}.yml answers {answer!r}"
        for name, metric in load_metrics(METRICS).items()
        for answer in metric.answers
        if answer not in IDS
    ]
    assert not found, listed(found, "Use an id of tests/house/requirement_ids.txt.")


def test_every_metric_has_an_owner_that_is_a_role() -> None:
    found = [
        f"models/metrics/{name}.yml: owner {metric.owner!r}"
        for name, metric in load_metrics(METRICS).items()
        if metric.owner not in ROLES
    ]
    assert not found, listed(found, f"Let one of these own the definition: {', '.join(ROLES)}.")
