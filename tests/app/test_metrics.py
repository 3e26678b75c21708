"""A mistake in a metric file is named: which file, which line, which field, what was found, what is allowed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.errors import MetricFileError
from app.metrics import catalogue, load_metrics

from .metric_files import COMMON, FILES, SIMPLE, text_of, write_files


def test_files_become_metrics_by_name_in_alphabetical_order(tmp_path: Path) -> None:
    metrics = load_metrics(write_files(tmp_path))
    assert list(metrics) == sorted(FILES)
    net = metrics["net_mrr"]
    assert (net.kind, net.mart, net.dimensions) == ("simple", "mart_finance.mrr_monthly", ("product", "country"))
    assert (net.certified.by, net.certified.on, net.certified.version) == ("cfo", date(2026, 11, 22), 1)
    assert net.freshness_minutes == 60
    assert (metrics["arr"].of, metrics["arr"].factor, metrics["arr"].bases) == ("net_mrr", 12, ("net_mrr",))
    assert metrics["net_retention"].why_null == "no opening MRR"


def test_a_folder_without_files_is_an_empty_catalogue(tmp_path: Path) -> None:
    assert dict(load_metrics(tmp_path)) == {}


def without(fields: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in fields.items() if key != name}


RATIO = FILES["net_retention"]
MISTAKES = {
    "a misspelt field": (
        {**without(SIMPLE, "dimensions"), "dimesions": "[product]"},
        r"wrong\.yml:14: the field 'dimesions' is wrong\. Found \['product'\]\. Expected one of the fields .* "
        r"Did you mean 'dimensions'\?",
    ),
    "a missing field": (without(SIMPLE, "owner"), r"wrong\.yml: the field 'owner' is missing\. Every metric needs it"),
    "a simple metric without its mart": (without(SIMPLE, "mart"), "the field 'mart' is missing. A simple metric needs"),
    "a ratio without its denominator": (
        without(RATIO, "denominator"),
        "'denominator' is missing. A ratio metric needs",
    ),
    "reasons of what is summed": (
        {**SIMPLE, "reason_column": "note"},
        r"'reason_column' is wrong\. Found 'note'\. Expected nothing: only a metric with `aggregate: none`",
    ),
    "a ratio with a column": (
        {**RATIO, "column": "x"},
        r"the field 'column' is wrong\. Found 'x'\. Expected nothing: a ",
    ),
    "an unknown unit": (
        {**SIMPLE, "unit": "dollars"},
        r"wrong\.yml:4: the field 'unit' is wrong\. Found 'dollars'\. Expected 'usd', 'local', 'count', 'ratio', 'tim",
    ),
    "a misspelt word": ({**SIMPLE, "aggregate": "sums"}, r"Found 'sums'\. Expected .*Did you mean 'sum'\?"),
    "a mart without its schema": ({**SIMPLE, "mart": "mrr"}, r"the field 'mart' is wrong\. Found 'mrr'"),
    "a mart that would end the statement": ({**SIMPLE, "mart": "'a.b; drop table c'"}, "the field 'mart' is wrong"),
    "a dimension that is no column's name": ({**SIMPLE, "dimensions": "[Plan Name]"}, r"'dimensions\.0' is wrong"),
    "a version before the first": (
        {**SIMPLE, "certified": "{by: cfo, on: 2026-11-22, version: 0}"},
        r"wrong\.yml:7: the field 'certified\.version' is wrong\. Found 0\. Expected greater than or equal to 1",
    ),
    "an odd field of the certificate": (
        {**SIMPLE, "certified": "{by: cfo, on: 2026-11-22, version: 1, at: noon}"},
        r"the field 'certified\.at' is wrong\. Found 'noon'\. Expected one of the fields by, on, version",
    ),
    "a name of its own": ({**SIMPLE, "name": "mrr"}, "the file's name is the metric's"),
    "an unknown base": (
        {**RATIO, "numerator": "net_mmr"},
        r"'numerator' is wrong\. Found 'net_mmr'\. Expected the name of another metric\. Did you mean 'net_mrr'\?",
    ),
    "itself as its base": ({**COMMON, "kind": "multiple", "of": "wrong", "factor": "2"}, "the name of another metric"),
    "a ratio of a ratio": ({**RATIO, "denominator": "churn_rate"}, "ratios don't add up"),
    "a dimension that a side lacks": (
        {**RATIO, "numerator": "lost_mrr", "dimensions": "[country]"},
        r"Found 'country'\. Expected dimensions that lost_mrr has too: product",
    ),
}


@pytest.mark.parametrize(("fields", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named(tmp_path: Path, fields: dict[str, str], message: str) -> None:
    write_files(tmp_path, {**FILES, "wrong": fields})
    with pytest.raises(MetricFileError, match=message):
        load_metrics(tmp_path)


TEXTS = {
    "an open bracket": ("label: [a\n", r"wrong\.yml:2: not YAML"),
    "a field twice": (text_of(SIMPLE) + "unit: count\n", r"wrong\.yml:15: not YAML: found duplicate key \"unit\""),
    "a list": ("- a\n", r"wrong\.yml:1: a metric file holds fields"),
    "nothing": ("", r"wrong\.yml:1: a metric file holds fields, found None"),
    "no text at all": (b"\xff\xfe\x00", r"wrong\.yml: not readable as YAML"),
}


@pytest.mark.parametrize(("text", "message"), TEXTS.values(), ids=TEXTS)
def test_what_is_no_metric_file_is_named(tmp_path: Path, text: str | bytes, message: str) -> None:
    (tmp_path / "wrong.yml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(MetricFileError, match=message):
        load_metrics(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "target", "met"),
    [("arr", 12.0, 12.0, True), ("arr", 11.9, 12.0, False), ("gross_mrr_churn", 0.02, 0.025, True),
     ("gross_mrr_churn", 0.03, 0.025, False), ("gross_mrr_churn", 0.025, 0.025, True)],
)  # fmt: skip
def test_a_target_is_met_in_the_direction_that_is_good(name: str, value: float, target: float, met: bool) -> None:
    assert catalogue()[name].is_met(value, target) is met
