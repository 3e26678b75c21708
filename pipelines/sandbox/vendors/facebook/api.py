"""The Graph API as far as one ad account goes: campaigns, ad sets, ads, and reports made in the background."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4
from zoneinfo import ZoneInfo

import orjson
from starlette.requests import Request
from starlette.responses import Response

from pipelines.sandbox.company.ad_bodies import ACCOUNT
from pipelines.sandbox.vendors.catalogue import Catalogue, Comparison
from pipelines.sandbox.vendors.facebook import insights
from pipelines.sandbox.vendors.facebook.refusals import Refusal, invalid, of_fault, refused, unsupported, usage
from pipelines.sandbox.vendors.faults import Fault

HOST = "graph.facebook.com"
VERSION = "v25.0"
DAY = 86_400
PAGE = 25
LONGEST_AT_ONCE = 31
"""A report of more days than this is not ready when it is first looked at."""
REPORTS_KEPT = 200
EDGES = {"campaigns": "campaign", "adsets": "adset", "ads": "ad"}
FIELDS: Mapping[str, frozenset[str]] = {
    "campaign": frozenset({"id", "account_id", "name", "objective", "status", "effective_status", "configured_status",
                           "buying_type", "start_time", "stop_time", "created_time", "updated_time", "spend_cap",
                           "daily_budget", "lifetime_budget", "adlabels"}),
    "adset": frozenset({"id", "account_id", "campaign_id", "name", "status", "effective_status", "daily_budget",
                        "lifetime_budget", "budget_remaining", "start_time", "end_time", "created_time", "updated_time",
                        "promoted_object", "targeting", "bid_info", "adlabels"}),
    "ad": frozenset({"id", "account_id", "campaign_id", "adset_id", "name", "status", "effective_status",
                     "created_time", "updated_time", "creative", "bid_type", "bid_amount", "bid_info", "adlabels",
                     "targeting", "conversion_specs", "tracking_specs", "source_ad_id", "recommendations",
                     "last_updated_by_app_id"}),
}  # fmt: skip


@dataclass
class Report:
    """A report that is being made: `looked` counts how often somebody asked whether it is ready."""

    asked: insights.Asked
    made_at: int
    looked: int = 0

    @property
    def percent(self) -> int:
        """How far it is: a month's days each time somebody looks."""
        return min(100, 100 * LONGEST_AT_ONCE * self.looked // self.asked.days)


class Facebook:
    """Answers every path of the Graph API's host.

    Args:
        catalogue: the company's store.
        token: the access token that is accepted.
    """

    def __init__(self, catalogue: Catalogue, token: str) -> None:
        self._catalogue = catalogue
        self._token = token
        self._reports: OrderedDict[str, Report] = OrderedDict()
        self._calls = 0

    async def answer(self, request: Request) -> Response:
        """The answer to any request, errors included."""
        self._calls += 1
        headers = usage(ACCOUNT, self._calls // 600 % 100)
        try:
            given = dict(request.query_params) | dict(parse_qsl((await request.body()).decode()))
            self._authenticate(request, given)
            body = self._read(request.method, request.url.path.strip("/").split("/"), given)
        except Refusal as refusal:
            return refused(refusal, headers)
        return Response(orjson.dumps(body), 200, dict(headers), "application/json")

    def failed(self, fault: Fault) -> Response:
        """Too many calls, with the minutes until the account is let in again, or a fault that passes."""
        minutes = -(-(fault.retry_after or 0) // 60)
        return refused(of_fault(fault), usage(ACCOUNT, 100 if fault.status == 429 else 1, minutes))

    def _authenticate(self, request: Request, given: Mapping[str, str]) -> None:
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        token = given.get("access_token") or (bearer if scheme in ("Bearer", "OAuth") else "")
        if not token:
            raise Refusal(400, 104, "An access token is required to request this resource.")
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            raise Refusal(401, 190, "Invalid OAuth access token - Cannot parse access token")

    def _read(self, method: str, parts: list[str], given: Mapping[str, str]) -> Mapping[str, Any]:
        if parts[0] != VERSION:
            raise Refusal(400, 2635, "(#2635) You are calling a deprecated version of the Ads API. Please update to "
                                     f"the latest version: {VERSION}.")  # fmt: skip
        key, report = parts[1] if len(parts) > 1 else "", self._reports.get(parts[1] if len(parts) > 1 else "")
        match (method, parts[2:]):
            case ("GET", ["adaccounts"]) if key == "me":
                return self._edge("account", given, "me/adaccounts")
            case ("GET", [edge]) if key == f"act_{ACCOUNT}" and edge in EDGES:
                return self._edge(EDGES[edge], given, f"{key}/{edge}")
            case ("POST", ["insights"]) if key == f"act_{ACCOUNT}":
                return self._begin(given)
            case ("GET", ["insights"]) if report is not None:
                return self._result(key, report, given)
            case ("GET", []) if report is not None:
                return self._progress(key, report)
            case ("GET", []):
                return self._node(key, given)
        raise unsupported(method, key)

    def _node(self, key: str, given: Mapping[str, str]) -> Mapping[str, Any]:
        for kind in ("account", *FIELDS):
            found = self._catalogue.one("facebook", kind, key)
            if found is not None:
                return _chosen(orjson.loads(found[0]), kind, given)
        raise unsupported("GET", key)

    def _edge(self, kind: str, given: Mapping[str, str], path: str) -> Mapping[str, Any]:
        """A page of objects, newest first."""
        limit, after = _limit(given), _decoded(given.get("after", ""))
        page = self._catalogue.page("facebook", kind, _changed_since(kind, given), limit, after or None)
        if page is None:
            raise invalid("Invalid parameter: after")
        found = [_chosen(orjson.loads(body), kind, given) for body in page.bodies]
        return _paged(found, page.has_more, path, lambda row: str(row["id"]))

    def _begin(self, given: Mapping[str, str]) -> Mapping[str, Any]:
        now = self._catalogue.now()
        asked = insights.read(given, datetime.fromtimestamp(now, self._zone()).date())
        key = str(6_000_000_000_000 + uuid4().int % 10**12)
        self._reports[key] = Report(asked, now)
        while len(self._reports) > REPORTS_KEPT:
            self._reports.popitem(last=False)
        return {"report_run_id": key}

    def _progress(self, key: str, report: Report) -> Mapping[str, Any]:
        report.looked += 1
        is_ready = report.percent == 100
        body = {
            "id": key, "account_id": ACCOUNT, "time_ref": report.made_at, "async_percent_completion": report.percent,
            "async_status": "Job Completed" if is_ready else "Job Running",
            "date_start": str(report.asked.since), "date_stop": str(report.asked.until), "is_running": not is_ready,
        }  # fmt: skip
        return body | ({"time_completed": report.made_at} if is_ready else {})

    def _result(self, key: str, report: Report, given: Mapping[str, str]) -> Mapping[str, Any]:
        if report.percent < 100:
            raise Refusal(400, 2601, "(#2601) Error accessing adreport job.", error_subcode=1815107, is_transient=True)
        first = datetime.combine(report.asked.since, datetime.min.time(), self._zone()).timestamp()
        last = datetime.combine(report.asked.until, datetime.min.time(), self._zone()).timestamp()
        page = self._catalogue.page("facebook", "insight", (("created", ">=", int(first) - DAY),
                                    ("created", "<=", int(last) + DAY)), 10**9, None)  # fmt: skip
        rows = insights.rows(page.bodies if page else (), report.asked)
        start, limit = int(_decoded(given.get("after", "")) or 0), _limit(given)
        part = rows[start : start + limit]
        return _paged(part, start + limit < len(rows), f"{key}/insights", lambda _: str(start + len(part)))

    def _zone(self) -> ZoneInfo:
        found = self._catalogue.one("facebook", "account", f"act_{ACCOUNT}")
        return ZoneInfo(orjson.loads(found[0])["timezone_name"]) if found else ZoneInfo("UTC")


def _chosen(body: Mapping[str, Any], kind: str, given: Mapping[str, str]) -> dict[str, Any]:
    """The fields asked for and the id; of an account its number as well, where nothing is asked for."""
    wanted = [name for name in given.get("fields", "").split(",") if name]
    if kind == "account":
        return {name: body[name] for name in (wanted or ["account_id"]) if name in body} | {"id": body["id"]}
    for name in wanted:
        if name not in FIELDS[kind]:
            node = {"campaign": "AdCampaignGroup", "adset": "AdCampaign", "ad": "AdGroup"}[kind]
            raise invalid(f"Tried accessing nonexisting field ({name}) on node type ({node})")
    return {name: body[name] for name in wanted if name in body} | {"id": body["id"]}


def _changed_since(kind: str, given: Mapping[str, str]) -> tuple[Comparison, ...]:
    """The one filter that is known: `<kind>.updated_time` is later than an epoch second."""
    try:
        asked = orjson.loads(given.get("filtering", "[]"))
        filters = [(each["field"], each["operator"], int(each["value"])) for each in asked]
    except (ValueError, KeyError, TypeError):
        raise invalid("Param filtering must be an array of objects with field, operator and value.") from None
    for field, operator, _ in filters:
        if (field, operator) != (f"{kind}.updated_time", "GREATER_THAN"):
            raise invalid(f"Filtering field {field} with operation {operator.lower()} is not supported")
    return tuple(("updated", ">", value) for _, _, value in filters)


def _limit(given: Mapping[str, str]) -> int:
    text = given.get("limit", str(PAGE))
    if not text.isdigit() or int(text) < 1:
        raise invalid("Param limit must be a positive integer")
    return int(text)


def _paged(rows: list[dict[str, Any]], has_more: bool, path: str, cursor: Callable[[Any], str]) -> Mapping[str, Any]:
    """A list with its cursors; `next` only where there is more."""
    if not rows:
        return {"data": []}
    cursors = {"before": _encoded(cursor(rows[0])), "after": _encoded(cursor(rows[-1]))}
    paging: dict[str, Any] = {"cursors": cursors}
    if has_more:
        paging["next"] = f"https://{HOST}/{VERSION}/{path}?after={cursors['after']}"
    return {"data": rows, "paging": paging}


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def _decoded(cursor: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor.encode()).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise invalid("Invalid parameter: after") from None
