"""Reads a report's request: which dimensions, metrics and days, and which rows; refuses what Google refuses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from google.analytics.data_v1beta.types import DateRange, FilterExpression, RunReportRequest
from google.analytics.data_v1beta.types import Filter as FieldFilter

from pipelines.sandbox.vendors.ga4.fields import COHORT, DIMENSION_NAMES, METRIC_TYPES
from pipelines.sandbox.vendors.refusal import Refusal

MOST_DIMENSIONS, MOST_METRICS, MOST_RANGES, MOST_ROWS = 9, 10, 4, 250_000
ROWS_WHEN_UNSAID = 10_000
SCHEMA = "For a list of valid dimensions and metrics, see the API's schema of dimensions and metrics."
RELATIVE = re.compile(r"^(\d+)daysAgo$")


def check(request: RunReportRequest) -> None:
    """Refuses a request that has too much, an unknown field, or fields that do not go together.

    Raises:
        Refusal: INVALID_ARGUMENT with what is wrong; UNIMPLEMENTED for what only the simulator cannot do.
    """
    dimensions, metrics = names(request.dimensions), names(request.metrics)
    if len(dimensions) > MOST_DIMENSIONS:
        raise _invalid(f"Requests are limited to {MOST_DIMENSIONS} dimensions. This request has {len(dimensions)}.")
    if len(metrics) > MOST_METRICS:
        raise _invalid(f"Requests are limited to {MOST_METRICS} metrics. This request has {len(metrics)}.")
    if not metrics and not dimensions:
        raise _invalid("At least one dimension or metric is required.")
    for name in dimensions:
        if name not in DIMENSION_NAMES:
            raise _invalid(f"Field {name} is not a valid dimension. {SCHEMA}")
    for name in metrics:
        if name not in METRIC_TYPES:
            raise _invalid(f"Field {name} is not a valid metric. {SCHEMA}")
    if COHORT.intersection({*dimensions, *metrics}):
        raise _invalid("A cohort dimension or metric requires a cohortSpec in the request.")
    if not 0 <= request.limit <= MOST_ROWS or request.offset < 0:
        raise _invalid(f"The limit must be at most {MOST_ROWS}, and the offset must not be negative.")
    if "metric_filter" in request or request.metric_aggregations or "cohort_spec" in request:
        raise Refusal("UNIMPLEMENTED", "The sandbox has no metric filters, aggregations and cohorts.")


def days(ranges: Sequence[DateRange], dimensions: Sequence[str], today: date) -> Sequence[date]:
    """The days of a request, oldest first.

    Raises:
        Refusal: no, several or malformed ranges of dates; several days that are not told apart.
    """
    if not ranges or len(ranges) > MOST_RANGES:
        raise _invalid(f"A report needs 1 to {MOST_RANGES} date ranges; this request has {len(ranges)}.")
    if len(ranges) > 1:
        raise Refusal("UNIMPLEMENTED", "The sandbox compares no date ranges.")
    start, end = _day(ranges[0].start_date, today), _day(ranges[0].end_date, today)
    if start > end:
        raise _invalid(f"The start date {start} is after the end date {end}.")
    if start < end and "date" not in dimensions:
        raise Refusal("UNIMPLEMENTED", "The sandbox counts users day by day: ask for the dimension date.")
    return [start + timedelta(days=number) for number in range((end - start).days + 1)]


def matches(expression: FilterExpression, values: Mapping[str, str]) -> bool:
    """Whether a group's dimension values satisfy a filter.

    Raises:
        Refusal: the filter is on an unknown dimension, or of a kind that dimensions do not have.
    """
    if "and_group" in expression:
        return all(matches(one, values) for one in expression.and_group.expressions)
    if "or_group" in expression:
        return any(matches(one, values) for one in expression.or_group.expressions)
    if "not_expression" in expression:
        return not matches(expression.not_expression, values)
    return _field_matches(expression.filter, values[expression.filter.field_name])


def fields_of(expression: FilterExpression) -> frozenset[str]:
    """The dimensions that a filter looks at.

    Raises:
        Refusal: one of them is unknown.
    """
    groups = (*expression.and_group.expressions, *expression.or_group.expressions)
    found = {name for one in groups for name in fields_of(one)}
    if "not_expression" in expression:
        found |= fields_of(expression.not_expression)
    if "filter" in expression:
        found.add(expression.filter.field_name)
    for name in found - DIMENSION_NAMES:
        raise _invalid(f"Field {name} is not a valid dimension. {SCHEMA}")
    return frozenset(found)


def names(fields: Iterable[object]) -> Sequence[str]:
    """The names of the dimensions or metrics of a request."""
    return [str(getattr(one, "name", "")) for one in fields]


def _field_matches(wanted: FieldFilter, value: str) -> bool:
    if "in_list_filter" in wanted:
        listed = wanted.in_list_filter
        known = listed.values if listed.case_sensitive else [one.lower() for one in listed.values]
        return (value if listed.case_sensitive else value.lower()) in known
    if "string_filter" not in wanted:
        raise _invalid("A dimension filter must be a string filter or an in-list filter.")
    kind = FieldFilter.StringFilter.MatchType
    text, sought = value, wanted.string_filter.value
    if not wanted.string_filter.case_sensitive:
        text, sought = text.lower(), sought.lower()
    match wanted.string_filter.match_type:
        case kind.BEGINS_WITH:
            return text.startswith(sought)
        case kind.ENDS_WITH:
            return text.endswith(sought)
        case kind.CONTAINS:
            return sought in text
        case kind.FULL_REGEXP:
            return re.fullmatch(sought, text) is not None
        case kind.PARTIAL_REGEXP:
            return re.search(sought, text) is not None
    return text == sought


def _day(text: str, today: date) -> date:
    relative = RELATIVE.match(text)
    if relative:
        return today - timedelta(days=int(relative[1]))
    if text in ("today", "yesterday"):
        return today - timedelta(days=text == "yesterday")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _invalid(f"Invalid date: {text!r}. Dates are YYYY-MM-DD, NdaysAgo, yesterday or today.") from None


def _invalid(message: str) -> Refusal:
    return Refusal("INVALID_ARGUMENT", message)
