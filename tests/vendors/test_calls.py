"""The simulators over gRPC on a real socket: the same answers, refusals and faults in gRPC's own terms."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

import grpc
import grpc.aio
import pytest
from google.analytics.data_v1beta.types import (
    DateRange,
    Dimension,
    GetMetadataRequest,
    Metadata,
    Metric,
    RunReportRequest,
    RunReportResponse,
)

from app.settings import Settings
from pipelines.sandbox.vendors.calls import answer_calls
from pipelines.sandbox.vendors.faults import Fault
from pipelines.sandbox.vendors.google_oauth.tokens import SCOPES, Tokens
from pipelines.sandbox.vendors.server import cast
from tests.vendors.tiny_company import NOW, Store

SERVICE = "/google.analytics.data.v1beta.BetaAnalyticsData"
ROW = [0, 0, 0, 0, 3, 0, 0, 4, 2, 3, 6, 90, 1, 0, 0, 0]
DAY = {"date": "2026-11-20", "state": "final", "origins": [["google", "organic", "(organic)", "Organic Search"]],
       "pages": ["/"], "countries": [["US", "United States"]], "rows": [ROW]}
REPORT = RunReportRequest(
    property="properties/412776105", dimensions=[Dimension(name="date")], metrics=[Metric(name="sessions")],
    date_ranges=[DateRange(start_date="2026-11-20", end_date="2026-11-20")],
)


@pytest.fixture
def one_day(settings: Settings) -> Settings:
    store = Store(settings.home)
    store.put("ga4", "day", "2026-11-20", 0, DAY)
    store.save()
    store.connection.close()
    return settings


def called(settings: Settings, *faults: Fault, token: str | None = None, times: int = 1) -> Any:
    """The last of so many answers to REPORT, under the faults given."""
    bearer = Tokens(settings).give(SCOPES["ga4"], int(NOW.timestamp())) if token is None else token

    async def ask() -> Any:
        who = cast(settings)
        if faults:
            who.faults.set(faults)
        async with answer_calls(who) as (hosts, port):
            assert hosts == {"analyticsdata.googleapis.com"}
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", [("grpc.enable_http_proxy", 0)]) as channel:
                run = channel.unary_unary(
                    f"{SERVICE}/RunReport", RunReportRequest.serialize, RunReportResponse.deserialize
                )
                for _ in range(times):
                    answer = await run(REPORT, metadata=(("authorization", f"Bearer {bearer}"),))
                return answer

    return asyncio.run(ask())


def test_a_report_over_grpc_is_the_one_over_rest(one_day: Settings) -> None:
    answer = called(one_day)
    assert [(row.dimension_values[0].value, row.metric_values[0].value) for row in answer.rows] == [("20261120", "4")]
    assert (answer.row_count, answer.metadata.time_zone) == (1, "America/New_York")


@pytest.mark.parametrize(
    ("fault", "code"),
    [({"status": 401}, "UNAUTHENTICATED"), ({"status": 403}, "PERMISSION_DENIED"), ({"status": 404}, "NOT_FOUND"),
     ({"status": 429, "retry_after": 7}, "RESOURCE_EXHAUSTED"), ({"status": 500}, "INTERNAL"),
     ({"status": 503}, "UNAVAILABLE"), ({"status": 504}, "DEADLINE_EXCEEDED"), ({"kind": "cut"}, "UNAVAILABLE")],
    ids=["401", "403", "404", "429", "500", "503", "504", "cut"],
)
def test_a_fault_comes_in_the_nearest_sense_of_grpc(one_day: Settings, fault: dict[str, Any], code: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        called(one_day, Fault(vendor="ga4", times=1, **fault))
    assert error.value.code().name == code
    waits = dict(error.value.trailing_metadata() or ())
    assert waits.get("retry-after") == ("7" if "retry_after" in fault else None)


def test_an_answer_cut_short_cannot_be_read(one_day: Settings, caplog: pytest.LogCaptureFixture) -> None:
    assert called(one_day, Fault(vendor="ga4", kind="truncated", times=1)) is None
    assert "Exception deserializing message!" in caplog.text


def test_a_slow_answer_is_late_and_good(one_day: Settings) -> None:
    began = monotonic()
    assert called(one_day, Fault(vendor="ga4", kind="slow", seconds=0.4, times=1)).row_count == 1
    assert monotonic() - began >= 0.4


def test_a_fault_begins_after_so_many_calls_and_hits_its_vendor_only(one_day: Settings) -> None:
    assert called(one_day, Fault(vendor="stripe", status=500)).row_count == 1
    assert called(one_day, Fault(vendor="ga4", status=500, after=2), times=2).row_count == 1
    with pytest.raises(grpc.aio.AioRpcError):
        called(one_day, Fault(vendor="ga4", status=500, after=2), times=3)


def test_a_refusal_has_its_code(one_day: Settings) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        called(one_day, token="ya29.unknown")
    assert error.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_metadata_is_told_over_grpc(one_day: Settings) -> None:
    token = Tokens(one_day).give(SCOPES["ga4"], int(NOW.timestamp()))

    async def ask() -> Any:
        async with answer_calls(cast(one_day)) as (_, port), grpc.aio.insecure_channel(
            f"127.0.0.1:{port}", [("grpc.enable_http_proxy", 0)]
        ) as channel:
            get = channel.unary_unary(f"{SERVICE}/GetMetadata", GetMetadataRequest.serialize, Metadata.deserialize)
            return await get(
                GetMetadataRequest(name="properties/412776105/metadata"),
                metadata=(("authorization", f"Bearer {token}"),),
            )

    found = asyncio.run(ask())
    assert "keyEvents:generate_lead" in {metric.api_name for metric in found.metrics}
