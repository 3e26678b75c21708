"""Runs a report over the company's days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import orjson
from google.analytics.data_v1beta.types import (
    DimensionHeader,
    MetricHeader,
    OrderBy,
    ResponseMetaData,
    RunReportRequest,
    RunReportResponse,
)

from pipelines.sandbox.company.web import ZONE
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.ga4 import asked
from pipelines.sandbox.vendors.ga4.counting import Group, Values, count
from pipelines.sandbox.vendors.ga4.fields import METRIC_TYPES
from pipelines.sandbox.vendors.ga4.quota import Quota

CARDINALITY = 50_000
"""Rows of a day's table; what is beyond is rolled into one row `(other)`."""
OTHER = "(other)"
Grouped = tuple[Values, Group]


class Reports:
    """Answers runReport.

    Args:
        catalogue: the company's store.
        quota: of the property.
        cardinality: as CARDINALITY, smaller in a test.
    """

    def __init__(self, catalogue: Catalogue, quota: Quota, cardinality: int = CARDINALITY) -> None:
        self._catalogue = catalogue
        self._quota = quota
        self._cardinality = cardinality

    def run(self, request: RunReportRequest) -> RunReportResponse:
        """The rows asked for, of all that there are in `row_count`.

        Raises:
            Refusal: INVALID_ARGUMENT, RESOURCE_EXHAUSTED, or UNIMPLEMENTED.
        """
        asked.check(request)
        dimensions, metrics = asked.names(request.dimensions), asked.names(request.metrics)
        wanted = asked.days(request.date_ranges, dimensions, self._today())
        looked_at = asked.fields_of(request.dimension_filter)
        quota = self._quota.take(len(wanted), len(dimensions) + len(metrics))
        groups, lost = self._counted(wanted, dimensions, looked_at, request)
        ordered = _in_order(groups, dimensions, request.order_bys)
        limit = request.limit or asked.ROWS_WHEN_UNSAID
        answer = RunReportResponse(
            dimension_headers=[DimensionHeader(name=name) for name in dimensions],
            metric_headers=[MetricHeader(name=name, type_=METRIC_TYPES[name]) for name in metrics],
            row_count=len(ordered),
            metadata=ResponseMetaData(
                currency_code=request.currency_code or "USD", time_zone=ZONE.key, data_loss_from_other_row=lost,
                subject_to_thresholding=False, **({} if ordered else {"empty_reason": "NO_DATA"})),
            property_quota=quota if request.return_property_quota else None,
            kind="analyticsData#runReport",
        )  # fmt: skip
        _write(answer, ordered[request.offset : request.offset + limit], metrics)
        return answer

    def _today(self) -> date:
        return datetime.fromtimestamp(self._catalogue.now(), ZONE).date()

    def _counted(
        self, days: Sequence[date], dimensions: Sequence[str], looked_at: frozenset[str], request: RunReportRequest
    ) -> tuple[list[Grouped], bool]:
        """The groups that the filter lets through, and whether some were rolled into `(other)`."""
        hidden = sorted(looked_at - set(dimensions))
        every = [*dimensions, *hidden]
        found: list[Grouped] = []
        lost = False
        for day in days:
            body = self._body(day)
            groups = count(body, every) if body else {}
            lost = lost or len(groups) > self._cardinality
            found += _rolled(groups, self._cardinality)
        kept = [
            (key[: len(dimensions)], group) for key, group in found
            if not looked_at or asked.matches(request.dimension_filter, dict(zip(every, key, strict=True)))
        ]
        return _merged(kept), lost

    def _body(self, day: date) -> Mapping[str, Any] | None:
        held = self._catalogue.one("ga4", "day", day.isoformat())
        return orjson.loads(held[0]) if held else None


def _rolled(groups: Mapping[Values, Group], most: int) -> Sequence[Grouped]:
    """The groups of a day, the rarest beyond `most` with `(other)` for every value."""
    ordered = sorted(groups.items(), key=lambda one: (-one[1].events, one[0]))
    return [*ordered[:most], *(((OTHER,) * len(key), group) for key, group in ordered[most:])]


def _merged(groups: Sequence[Grouped]) -> list[Grouped]:
    """Groups of one key as one; their users are added, as Google's tables do."""
    found: dict[Values, Group] = {}
    for key, group in groups:
        into = found.setdefault(key, Group())
        into.events += group.events
        into.users += group.users
        for name, value in group.sums.items():
            into.sums[name] += value
    return list(found.items())


def _in_order(groups: list[Grouped], dimensions: Sequence[str], orders: Sequence[OrderBy]) -> list[Grouped]:
    """By what is asked for, then by all values, so that pages fit each other."""
    groups.sort(key=lambda one: one[0])
    for order in reversed(orders):
        groups.sort(key=_sorter(order, dimensions), reverse=order.desc)
    return groups


def _sorter(order: OrderBy, dimensions: Sequence[str]) -> Callable[[Grouped], Any]:
    if "metric" in order:
        return lambda one: one[1].metric(order.metric.metric_name)
    if order.dimension.dimension_name not in dimensions:
        return lambda one: ""
    place = list(dimensions).index(order.dimension.dimension_name)
    if order.dimension.order_type == OrderBy.DimensionOrderBy.OrderType.NUMERIC:
        return lambda one: (not one[0][place].isdigit(), int(one[0][place]) if one[0][place].isdigit() else 0)
    return lambda one: one[0][place]


def _write(answer: RunReportResponse, groups: Sequence[Grouped], metrics: Sequence[str]) -> None:
    """The rows, into the message below the convenient one, which would take ten times as long."""
    plain = RunReportResponse.pb(answer)
    for values, counted in groups:
        row = plain.rows.add()
        for value in values:
            row.dimension_values.add(value=value)
        for name in metrics:
            row.metric_values.add(value=f"{counted.metric(name):.17g}")
