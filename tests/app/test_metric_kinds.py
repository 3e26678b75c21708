"""Metrics made of others, and of days, ids and cohorts: what their files may not say, and how each kind adds up."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from app.errors import MetricFileError
from app.formula import Number, Operation, Part, is_linear, parse, parts_of
from app.made_of import additivity_of
from app.metrics import catalogue, load_metrics

from .metric_files import COMMON, SIMPLE, write_files
from .metric_files import FILES as PLAIN_FILES
from .trap_marts import FILES

ALL = {**PLAIN_FILES, **FILES}
DERIVED = {**COMMON, "kind": "derived", "formula": "net_mrr - opening_mrr"}
MISTAKES = {
    "a call in a formula": ({**DERIVED, "formula": "abs(net_mrr)"}, r"wrong\.yml:10: the field 'formula'.*not abs\(n"),
    "a power": ({**DERIVED, "formula": "net_mrr ** 9"}, "Expected names of metrics, numbers, .* not net_mrr \\*\\* 9"),
    "an attribute": ({**DERIVED, "formula": "net_mrr.real"}, "not net_mrr.real"),
    "a text in a formula": ({**DERIVED, "formula": "net_mrr + 'x'"}, "numbers written as 12 or 0.5, not 'x'"),
    "an odd number": ({**DERIVED, "formula": "net_mrr + 1e9"}, "numbers written as 12 or 0.5, not 1e9"),
    "half a formula": ({**DERIVED, "formula": "net_mrr +"}, "a formula of names of metrics"),
    "a constant": ({**DERIVED, "formula": "1 + 2"}, "a constant measures nothing"),
    "a division by nothing": ({**DERIVED, "formula": "net_mrr / (2 - 2)"}, "no division by 0"),
    "an endless formula": ({**DERIVED, "formula": "net_mrr" + " + net_mrr" * 90}, "at most 500 characters"),
    "an unknown part": ({**DERIVED, "formula": "net_mmr - opening_mrr"}, "'net_mmr'.*another metric.*'net_mrr'"),
    "itself as a part": ({**DERIVED, "formula": "net_mrr - wrong"}, "Found 'wrong'. Expected the name of another"),
    "dollars and people": ({**DERIVED, "formula": "net_mrr + visitors"}, r"equal units, not usd \+ count"),
    "a wrong unit of a formula": ({**DERIVED, "unit": "count"}, "Found 'count'. Expected 'usd', the unit of"),
    "a cohort as a part": ({**DERIVED, "formula": "kept_part"}, "a cohort metric has one per cohort and age"),
    "a missing stock that is zero": ({**DERIVED, "missing": "{net_mrr: zero}"}, "a missing stock or ratio is not"),
    "a missing part that is none": ({**DERIVED, "missing": "{paid: zero}"}, "'missing.paid'.* one of its parts: net"),
    "a formula split further than its parts": ({**DERIVED, "dimensions": "[plan]"}, "dimensions that net_mrr has too"),
    "a sum over a stock": (
        {**COMMON, "kind": "cumulative", "of": "net_mrr", "window": "year"}, "Expected a flow, .* A stock"),
    "a sum over distinct people": (
        {**COMMON, "kind": "cumulative", "of": "visitors", "window": "year", "unit": "count"}, "a flow.* counted anew"),
    "a sum over a ratio": (
        {**COMMON, "kind": "cumulative", "of": "win_part", "window": "year", "unit": "ratio"}, "a flow.* ratio div"),
    "a trailing window without its months": (
        {**COMMON, "kind": "cumulative", "of": "paid", "window": "trailing"}, "with `window: trailing`"),
    "a year of so many months": (
        {**COMMON, "kind": "cumulative", "of": "paid", "window": "year", "months": "3"}, "and only with it"),
    "a change in the unit of its base": (
        {**COMMON, "kind": "change", "of": "paid", "months": "1", "change": "relative"}, "Expected 'ratio'"),
    "a change over no months": (
        {**COMMON, "kind": "change", "of": "paid", "months": "0", "change": "relative"}, "greater than or equal to 1"),
    "a ratio of a growth": (
        {**COMMON, "kind": "ratio", "numerator": "won_growth", "denominator": "won"}, "ratios don't add up"),
    "a ratio of a formula that divides": (
        {**COMMON, "kind": "ratio", "numerator": "paid_per_visitor", "denominator": "paid"}, "ratios don't add up"),
    "a count of dollars": ({**FILES["visitors"], "unit": "usd"}, "a distinct metric counts"),
    "a window of days by month": ({**FILES["visitors"], "grain": "month", "days": "7"}, "by month"),
    "parts of what is not stored": ({**FILES["delay"], "dimensions": "[]"}, "`cut_column` with `dimensions`"),
    "a sum that is stored for each cut": (
        {key: value for key, value in FILES["delay"].items() if key != "reason_column"} | {"aggregate": "sum"},
        "what adds up is added"),
    "days without their column": ({**FILES["paid"], "time_column": "month"}, "`time_column` too"),
    "local money without currencies": ({**FILES["paid_local"], "dimensions": "[country]"}, "`currency` among the dim"),
    "local money beside what has no currency": (
        {**COMMON, "kind": "ratio", "numerator": "paid_local", "denominator": "balance"}, "split by `currency`"),
    "local and reported money": ({**DERIVED, "formula": "paid_local + paid"}, r"not local \+ usd"),
    "a date that is no dimension": ({**FILES["won"], "date_dimensions": "[month]"}, "some of its dimensions: team"),
    "a cohort by age": ({**FILES["kept_part"], "dimensions": "[age]"}, "the ages of a cohort are in every answer"),
    "a cohort without what is kept": (
        {name: value for name, value in FILES["kept_part"].items() if name != "kept_column"},
        "'kept_column' is missing. A cohort metric needs it"),
    "a formula of a ratio": ({**PLAIN_FILES["net_retention"], "formula": "a / b"}, "a ratio metric has no such field"),
    "an `only` of no column": ({**SIMPLE, "only": "{A b: c}"}, r"'only\.A b"),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named(tmp_path: Path, fields: dict[str, str], message: str) -> None:
    write_files(tmp_path, {**ALL, "wrong": fields})
    with pytest.raises(MetricFileError, match=message):
        load_metrics(tmp_path)


def test_metrics_that_explain_each_other_are_refused(tmp_path: Path) -> None:
    chain = {"one": "two + net_mrr", "two": "three * 2", "three": "net_mrr - one"}
    write_files(tmp_path, {**ALL, **{name: {**DERIVED, "formula": text} for name, text in chain.items()}})
    with pytest.raises(MetricFileError, match=r"one\.yml:10: .* Found 'one → two → three → one'\. .*by itself"):
        load_metrics(tmp_path)


def test_a_formula_is_read_exactly() -> None:
    assert parse("-0.10 * a") == Operation("*", Operation("*", Number(Decimal(-1)), Number(Decimal("0.10"))), Part("a"))
    assert parts_of(parse("(b + a) / (a - 2)")) == ("b", "a")
    linear = {"a": True, "a + b - c": True, "12 * a / 7": True, "-a": True, "(a - b) * 2": True}
    other = {"a / b": False, "a * b": False, "a + 1": False, "2 / a": False, "(a + 1) * 2": False}
    assert {text: is_linear(parse(text)) for text in {**linear, **other}} == {**linear, **other}


def test_how_each_kind_adds_up(tmp_path: Path) -> None:
    metrics = load_metrics(write_files(tmp_path, ALL))
    expected = {
        "net_mrr": (False, ("product", "country")), "paid": (True, ("country", "currency")),
        "paid_local": (True, ("country",)), "arr": (False, ("product", "country")), "win_part": (False, ()),
        "visitors": (False, ()), "stored_rate": (False, ()), "paid_less_failed": (True, ("country", "currency")),
        "paid_per_visitor": (False, ()), "paid_ever": (False, ("country", "currency")), "kept_part": (False, ()),
        "won_more": (False, ("team", "signed_on")), "won_growth": (False, ()), "cash_runway": (False, ()),
    }  # fmt: skip
    found = {name: additivity_of(metrics[name], metrics) for name in expected}
    assert {name: (each.over_time, each.over_dimensions) for name, each in found.items()} == expected
    assert all(each.why_over_time.endswith(".") and each.why_over_dimensions.endswith(".") for each in found.values())


def test_every_certified_metric_says_how_it_adds_up() -> None:
    for metric in catalogue().values():
        found = additivity_of(metric, catalogue())
        assert found.why_over_time and found.why_over_dimensions, metric.name
