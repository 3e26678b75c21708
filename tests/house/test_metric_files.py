"""Each metric file loads, names a mart and column that are there, has a worked example, and answers what was asked."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML

from app.access import ROLES
from app.metrics import catalogue, load_metrics
from app.settings import ROOT
from tests.models.worked_examples import DEPARTMENTS, department

from .marts import marts, refs
from .tree import listed, read

METRICS = ROOT / "models" / "metrics"
ITEMS = Path(__file__).with_name("dashboard_items.yml")
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


def test_every_metric_has_its_worked_example_and_each_example_its_metric() -> None:
    """What they say is held by tests/models/test_project.py; two values at least, or any constant would fit."""
    worked = [department(name) for name in DEPARTMENTS]
    numbers = {metric: each.numbers_of(metric) for each in worked for metric in each.metrics}
    metrics = catalogue()
    found = [f"models/metrics/{name}.yml: no example of it" for name in sorted(set(metrics) - set(numbers))]
    found += [f"an example of {name}: no models/metrics/{name}.yml" for name in sorted(set(numbers) - set(metrics))]
    found += [f"the examples of {name}: {len(held)} value" for name, held in numbers.items() if len(held) < 2]
    assert sum(len(each.metrics) for each in worked) == len(numbers), "a metric has its examples in two files"
    assert not found, listed(found, "Work it out on paper, in tests/models/worked/: two answers, or more.")


def test_every_column_of_a_metric_is_worked_out_in_a_unit_test_of_the_rollup_behind_it() -> None:
    """The metric's own example begins at the rollup; what the rollup makes of core is held here to be tried, too."""
    worked: dict[str, set[str]] = {}
    found = []
    for name, metric in catalogue().items():
        if not metric.mart:
            continue
        if metric.mart not in worked:
            worked[metric.mart] = {column for model in refs(marts()[metric.mart].path) for column in _worked(model)}
        wanted = {metric.column, metric.base_column, metric.kept_column, metric.reason_column} - {None}
        found += [f"models/metrics/{name}.yml: {column} of {metric.mart}" for column in wanted - worked[metric.mart]]
    assert not found, listed(found, "Expect it in a unit test of the rollup: models/rollup/<name>.yml, unit_tests.")


def _worked(model: str) -> set[str]:
    """The columns of a rollup that its unit tests expect values in."""
    told = YAML(typ="safe").load(read(f"models/rollup/{model}.yml"))
    return {column for test in told.get("unit_tests", ()) for row in test["expect"]["rows"] for column in row}


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


def test_every_item_of_a_dashboard_has_its_certified_metrics() -> None:
    """30 items of six dashboards: each metric is there and says that it answers the dashboard."""
    dashboards: dict[str, dict[str, list[str]]] = YAML(typ="safe").load(ITEMS.read_text(encoding="utf-8"))
    marts = {f"mart_{path.parent.name}.{path.stem}" for path in (ROOT / "models" / "marts").rglob("*.sql")}
    metrics = catalogue()
    answering = {(name, answer) for name, metric in metrics.items() for answer in metric.answers} | {
        (mart, dashboard) for mart in marts for dashboard in dashboards
    }
    found = [
        f"{dashboard}, {item}: {name} does not answer {dashboard}"
        for dashboard, items in dashboards.items()
        for item, names in items.items()
        for name in names
        if (name, dashboard) not in answering
    ]
    assert [len(items) for items in dashboards.values()] == [5] * 6
    assert not found, listed(found, "Name the dashboard under `answers` in the metric's file.")
