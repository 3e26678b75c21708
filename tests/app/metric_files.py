"""A small catalogue for tests: one metric of each kind, over the marts of `marts.py`."""

from __future__ import annotations

from pathlib import Path

COMMON = {
    "label": "A figure",
    "question": "How much?",
    "definition": "What is counted.",
    "unit": "usd",
    "better": "up",
    "owner": "finance",
    "certified": "{by: cfo, on: 2026-11-22, version: 1}",
    "answers": "[F1]",
}
SIMPLE = {**COMMON, "kind": "simple", "mart": "mart_finance.mrr_monthly", "column": "closing_mrr_usd",
          "aggregate": "sum", "over_time": "last", "dimensions": "[product, country]"}  # fmt: skip
FILES = {
    "net_mrr": SIMPLE,
    "opening_mrr": {**SIMPLE, "column": "opening_mrr_usd"},
    "lost_mrr": {**SIMPLE, "column": "churn_usd", "over_time": "sum", "dimensions": "[product]", "better": "down"},
    "arr": {**COMMON, "kind": "multiple", "of": "net_mrr", "factor": "12", "dimensions": "[product, country]"},
    "net_retention": {**COMMON, "kind": "ratio", "numerator": "net_mrr", "denominator": "opening_mrr",
                      "unit": "ratio", "undefined": "no opening MRR"},
    "churn_rate": {**COMMON, "kind": "ratio", "numerator": "lost_mrr", "denominator": "opening_mrr", "unit": "ratio"},
    "cash_runway": {**SIMPLE, "mart": "mart_finance.cash_monthly", "column": "runway_months", "aggregate": "none",
                    "unit": "months", "dimensions": "[]", "null_reason": "cash-generative"},
    "open_pipeline": {**SIMPLE, "mart": "mart_sales.pipeline_monthly", "column": "open_usd",
                      "dimensions": "[stage]", "owner": "sales"},
    "not_built": {**SIMPLE, "mart": "mart_sales.not_built"},
}  # fmt: skip


def text_of(fields: dict[str, str]) -> str:
    """The file of a metric."""
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


def write_files(folder: Path, files: dict[str, dict[str, str]] = FILES) -> Path:
    for name, fields in files.items():
        (folder / f"{name}.yml").write_text(text_of(fields))
    return folder
