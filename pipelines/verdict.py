"""Puts a verified check into words: what was found, what was expected. Reads results by their shape only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.manner import current, parted

OUTCOMES = {"PASSED": "kept", "FAILED": "broken", "WARN": "warned"}
BOUNDS = {
    "must_be": "exactly {}",
    "must_not_be": "anything but {}",
    "must_be_greater_than": "more than {}",
    "must_be_greater_than_or_equal": "at least {}",
    "must_be_less_than": "less than {}",
    "must_be_less_than_or_equal": "at most {}",
}
COUNTED = {
    "missing": ("without a value", "a value in every row"),
    "invalid": ("with another value", "an allowed value in every row"),
    "duplicate": ("too many of a kind", "no duplicates"),
    "failed_rows": ("against it", "nothing against it"),
}


def outcome_of(result: Any) -> str:
    """kept, broken, warned or not_run."""
    return OUTCOMES.get(result.outcome.name, "not_run")


def found_of(result: Any) -> str:
    """What was found, such as '2 of 300 rows without a value'."""
    kind = result.check.type
    if kind == "schema":
        return _schema(result)
    if kind == "freshness":
        return _freshness(result)
    values: Mapping[str, Any] = result.diagnostic_metric_values or {}
    if kind in COUNTED:
        return _rows(values.get(f"{kind}_count", result.threshold_value), values, COUNTED[kind][0])
    if kind == "row_count":
        return of(_number(result.threshold_value), "row")
    return _number(result.threshold_value)


def expected_of(result: Any) -> str:
    """What was promised, such as 'no duplicates' or 'more than 0 rows'."""
    kind = result.check.type
    if kind == "schema":
        return "the columns and types that the models read"
    words = _bounds(result.check.threshold)
    if kind in COUNTED:
        return COUNTED[kind][1] if words == "exactly 0" else f"{of(words, 'row')} {COUNTED[kind][0]}"
    if kind == "freshness":
        return of(words, result.unit) if getattr(result, "unit", None) else words
    return of(words, "row") if kind == "row_count" else words


def _rows(count: Any, values: Mapping[str, Any], what: str) -> str:
    """'none of 300 rows without a value', '1 row against it': the total is left out where it was not counted."""
    tested = values.get("check_rows_tested")
    if tested is None:
        return f"{of(_number(count), 'row')} {what}" if count else f"nothing {what}"
    return f"{_number(count) if count else 'none'} of {of(_number(tested), 'row')} {what}"


def of(words: str, noun: str) -> str:
    """Such as '1 row', 'more than 1 row', '300 rows'."""
    return f"{words} {noun}{'' if words.split()[-1] == '1' else 's'}"


def _schema(result: Any) -> str:
    """The columns that are missing or of another type; 'as expected' where there are none."""
    parts = []
    if result.expected_column_names_not_actual:
        parts.append("no column " + ", ".join(result.expected_column_names_not_actual))
    parts += [
        f"{mismatch.column} is {mismatch.get_actual()}, not {mismatch.get_expected()}"
        for mismatch in result.column_data_type_mismatches
    ]
    if result.actual_column_names_not_expected and not parts and result.outcome.name == "FAILED":
        parts.append("unknown columns " + ", ".join(result.actual_column_names_not_expected))
    return "; ".join(parts) or "as expected"


def _freshness(result: Any) -> str:
    if result.max_timestamp_utc is None:
        return "no rows yet"
    newest = f"{result.max_timestamp_utc:%Y-%m-%d %H:%M} UTC"
    return f"{of(_number(result.threshold_value), result.unit)}: the newest is of {newest}"


def _bounds(threshold: Any) -> str:
    """The threshold's comparisons in words; several are joined by 'and'."""
    words = [
        phrase.format(_number(getattr(threshold, name)))
        for name, phrase in BOUNDS.items()
        if threshold is not None and getattr(threshold, name, None) is not None
    ]
    return " and ".join(words) or "what the check says"


def _number(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, float):
        return current().numeral(f"{value:,.1f}".removesuffix(".0"))
    return parted(value) if isinstance(value, int) else str(value)
