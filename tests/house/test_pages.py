"""A page declares metrics that exist, to people who may see them; it holds no SQL, no colour and no format."""

from __future__ import annotations

import re
from importlib import import_module

from ruamel.yaml import YAML

from app.access import ROLES
from app.compile import marts_of
from app.dashboard import Alerts, Dashboard, Listing, Movements, Records, Runway, SourceDesk, Steps, Tile, Trend
from app.made_of import dimensions_of
from app.metrics import load_metrics

from .marts import marts
from .test_metric_files import IDS, METRICS
from .tree import listed, read, stem, under

SQL = re.compile(r"\bselect\b.+\bfrom\b", re.IGNORECASE | re.DOTALL)
TITLES = {
    "DX": "Executive", "DF": "Finance", "DS": "Sales", "DP": "Product", "DM": "Marketing", "DC": "Customer success",
}  # fmt: skip
QUESTION = re.compile(r"[FSPMC]\d")
LOOK = re.compile(r"#[0-9a-fA-F]{6}\b|\{[^}]*:[,.]\d*[fd%]\}")


def dashboards() -> dict[str, Dashboard]:
    """The pages that declare a dashboard, by file."""
    names = [name for name in under("pages/", end=".py") if stem(name) != "__init__"]
    pages = {name: import_module(f"pages.{stem(name)}") for name in names}
    return {name: page.DASHBOARD for name, page in pages.items() if hasattr(page, "DASHBOARD")}


def test_there_are_pages() -> None:
    assert dashboards(), "No file of pages/ declares DASHBOARD. Expected one for each dashboard."


def test_pages_hold_no_sql_and_no_looks() -> None:
    found = [
        f"{name}: {what}"
        for name in under("pages/", end=".py")
        for what, pattern in (("SQL", SQL), ("a colour or a number format", LOOK))
        if pattern.search(read(name))
    ]
    assert not found, listed(found, "SQL belongs to models/ and app/metrics.py, looks to app/ui/.")


def test_pages_name_metrics_that_exist() -> None:
    metrics = load_metrics(METRICS)
    found = [
        f"{name}: no metric {metric!r}"
        for name, page in dashboards().items()
        for metric in sorted(page.metrics)
        if metric not in metrics
    ]
    assert not found, listed(found, "Use a name of models/metrics/, or add the file.")


def test_pages_are_open_only_to_people_who_may_read_all_their_numbers() -> None:
    found = []
    for name, page in dashboards().items():
        if unknown := set(page.audience) - set(ROLES):
            found.append(f"{name}: audience names no role {', '.join(sorted(unknown))}")
        for mart, shown_to in sorted(_marts(page).items()):
            if mart in marts() and (kept_out := shown_to & set(ROLES) - marts()[mart].roles):
                found.append(f"{name}: {', '.join(sorted(kept_out))} may not read {mart}")
    assert not found, listed(found, "Take the role out of audience, or grant it select in the mart's .yml.")


def test_every_metric_that_an_element_names_is_known_to_its_page() -> None:
    """A word that is a metric's name and stands in no field that the page reads would be shown unjudged."""
    metrics = load_metrics(METRICS)
    found = []
    for name, page in dashboards().items():
        for element in page.panels():
            fields = [each if isinstance(each, tuple) else (each,) for each in vars(element).values()]
            named = {text for field in fields for text in field if isinstance(text, str) and text in metrics}
            found += [f"{name}: {each!r} of {type(element).__name__}" for each in sorted(named - set(page.metrics))]
    assert not found, listed(found, "Add the field to METRIC_FIELDS in app/elements.py.")


def test_every_item_of_a_dashboard_is_on_its_page_with_all_its_metrics() -> None:
    by_title = {page.title: page for page in dashboards().values()}
    items = YAML(typ="safe").load(read("tests/house/dashboard_items.yml"))
    found = []
    for key, wanted in items.items():
        page = by_title[TITLES[key]]
        shown = {*page.metrics, *_marts(page)}
        found += [f"{key}, {item}: {name}" for item, names in wanted.items() for name in names if name not in shown]
    assert not found, listed(found, "Show it on that page, or name what it is made of in dashboard_items.yml.")


def test_every_question_is_answered_on_a_page() -> None:
    answered = {answer for page in dashboards().values() for answer in page.answers}
    left = sorted(one for one in IDS if QUESTION.fullmatch(one) and one not in answered)
    assert not left, listed(left, "Name the question in the answers of the page that answers it.")


def test_what_an_element_splits_by_its_metrics_can_be_split_by() -> None:
    metrics = load_metrics(METRICS)
    found = []
    for name, page in dashboards().items():
        for element in page.panels():
            by = getattr(element, "by", ())
            dimensions = set([by] if isinstance(by, str) else by) - {""}
            own = Dashboard("", "", (), (), ((element,),)).metrics
            if isinstance(element, Steps) and element.then:
                continue  # each of its steps is a metric
            found += [f"{name}: {metric} by {dimension}" for metric in own for dimension in dimensions
                      if dimension not in dimensions_of(metrics[metric], metrics)]  # fmt: skip
    assert not found, listed(found, "Take a dimension of the metric's file.")


def test_no_role_is_without_a_page() -> None:
    found = [role for role in ROLES if not any(page.may_open((role,)) for page in dashboards().values())]
    assert not found, listed(found, "Take the role into the audience of a page.")


def test_readers_of_a_list_can_open_its_page() -> None:
    found = [
        f"{name}: {reader} reads a list of it but cannot open it"
        for name, page in dashboards().items()
        for element in page.panels()
        for reader in set(getattr(element, "readers", ())) - set(page.audience)
    ]
    assert not found, listed(found, "Take the reader into the page's audience, or out of the list's readers.")


def test_pages_answer_something_that_was_asked() -> None:
    found = [
        f"{name}: {answer!r}" for name, page in dashboards().items() for answer in page.answers if answer not in IDS
    ]
    assert not found, listed(found, "Use an id of tests/house/requirement_ids.txt.")


BEHIND = {
    Tile: ("mart_executive.targets_monthly",),
    Trend: ("mart_executive.forecast",),
    Runway: ("mart_executive.forecast",),
    Alerts: ("mart_executive.alerts",),
    SourceDesk: ("mart_engineer.sources",),
}
"""Marts that an element reads beside its metrics'."""

LISTED = {
    "sources": "sources",
    "streams": "streams",
    "drifts": "drifts",
    "loads": "load_runs",
    "promises": "checks",
    "jobs": "job_runs",
    "alerts": "alerts",
    "deliveries": "deliveries",
}


def _marts(page: Dashboard) -> dict[str, set[str]]:
    """The marts behind the page's numbers, and those that its elements read beside them; each with whom it reaches."""
    metrics, everyone = load_metrics(METRICS), set(page.audience)
    numbers = {mart for name in page.metrics if name in metrics for mart in marts_of(metrics[name], metrics)}
    found = dict.fromkeys(numbers, everyone)
    for element in page.panels():
        found.update(dict.fromkeys(BEHIND.get(type(element), ()), everyone))
        if isinstance(element, Movements | Records):
            found[element.mart] = everyone
        if isinstance(element, Listing):
            found[f"mart_engineer.{LISTED[element.kind]}"] = set(element.readers) & everyone or everyone
    return found
