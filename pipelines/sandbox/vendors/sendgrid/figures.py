"""Statistics of single sends and of all mail, by day or in all, from the days that the company's store holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import orjson
from starlette.datastructures import QueryParams

from pipelines.sandbox.company.times import stamp
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.sendgrid.answers import Refusal, day, number

METRICS = (
    "bounce_drops", "bounces", "clicks", "delivered", "invalid_emails", "opens", "requests", "spam_report_drops",
    "spam_reports", "unique_clicks", "unique_opens", "unsubscribes",
)
MAIL_METRICS = (*METRICS, "blocks", "deferred", "processed", "unsubscribe_drops")
GROUPS = ("ab_variation", "ab_phase")
Row = dict[str, Any]


class Figures:
    """Adds up what happened on days."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def totals(self, sends: Iterable[str]) -> list[Row]:
        """One row for each of the single sends, of everything that happened with it."""
        held = self._catalogue.children("sendgrid", "singlesend_day", "$.id", list(sends))
        return [
            {"id": send, "ab_variation": "all", "ab_phase": "all", "aggregation": "total",
             "stats": _added(orjson.loads(body)["stats"] for body in bodies)}
            for send, bodies in held.items()
        ]  # fmt: skip

    def of_one(self, send: str, query: QueryParams) -> list[Row]:
        """The rows of one single send, each day's or all, and by the groups that were asked for."""
        aggregated = query.get("aggregated_by", "total")
        groups = [name for text in query.getlist("group_by") for name in text.split(",")]
        if aggregated not in ("day", "total"):
            raise Refusal(400, "aggregated_by must be one of [day, total]", "aggregated_by")
        if any(name not in GROUPS for name in groups):
            raise Refusal(400, "group_by must be one of [ab_variation, ab_phase]", "group_by")
        if query.get("timezone", "UTC") != "UTC":
            raise Refusal(400, "this simulator keeps days in UTC alone", "timezone")
        first, last = day(query, "start_date", "1970-01-01"), day(query, "end_date", self._today())
        added: dict[tuple[str, ...], Row] = {}
        for body in self._catalogue.children("sendgrid", "singlesend_day", "$.id", [send])[send]:
            row = orjson.loads(body)
            if first <= row["aggregation"] <= last:
                kept = {name: row[name] if name in groups else "all" for name in GROUPS}
                kept["aggregation"] = row["aggregation"] if aggregated == "day" else "total"
                into = added.setdefault(tuple(kept.values()), {"id": send, **kept, "stats": _added(())})
                into["stats"] = _added((into["stats"], row["stats"]))
        return [added[key] for key in sorted(added, key=lambda key: (key[2], key))]

    def mail(self, query: QueryParams) -> list[Row]:
        """Every day from `start_date` to `end_date` (today), those without mail as zeros."""
        if "start_date" not in query:
            raise Refusal(400, "start_date is required", "start_date")
        if query.get("aggregated_by", "day") != "day":
            raise Refusal(400, "this simulator adds up no weeks and months", "aggregated_by")
        first = date.fromisoformat(day(query, "start_date", ""))
        last = date.fromisoformat(day(query, "end_date", self._today()))
        if last < first:
            raise Refusal(400, "end_date must be on or after start_date", "end_date")
        held: dict[str, Mapping[str, int]] = {}
        for body, _ in self._catalogue.ordered("sendgrid", "mail_day"):
            row = orjson.loads(body)
            held[row["date"]] = row["metrics"]
        days = [(first + timedelta(days=turn)).isoformat() for turn in range((last - first).days + 1)]
        offset = number(query, "offset", 0, 0, 10**9)
        wanted = days[offset : offset + number(query, "limit", 500, 1, 500)]
        nothing = dict.fromkeys(MAIL_METRICS, 0)
        return [{"date": one, "stats": [{"metrics": nothing | dict(held.get(one, {}))}]} for one in wanted]

    def _today(self) -> str:
        return stamp(self._catalogue.now())[:10]


def _added(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total = dict.fromkeys(METRICS, 0)
    for part in parts:
        for name in METRICS:
            total[name] += part.get(name, 0)
    return total
