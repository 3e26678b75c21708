"""What is asked of a report of the Insights API, and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from pipelines.sandbox.vendors.facebook.refusals import Refusal, invalid

MONTHS_KEPT = 37
FIELDS = frozenset({
    "account_id", "account_name", "campaign_id", "campaign_name", "adset_id", "adset_name", "ad_id", "ad_name",
    "objective", "impressions", "clicks", "spend", "actions", "date_start", "date_stop",
})  # fmt: skip
NO_VALUE = frozenset({
    "reach", "frequency", "cpc", "cpm", "cpp", "ctr", "unique_clicks", "unique_ctr", "inline_link_clicks",
    "inline_link_click_ctr", "action_values", "conversions", "conversion_values", "outbound_clicks", "social_spend",
})  # fmt: skip
"""Known to the API; the company's account never has them."""
WINDOWS = frozenset({"1d_click", "7d_click", "28d_click", "1d_view"})
"""What is still answered: 7d_view and 28d_view may be asked for, and nothing comes back for them."""


@dataclass(frozen=True)
class Asked:
    """A report as it was asked for: of these days, both included, each one a row of its own."""

    since: date
    until: date
    fields: tuple[str, ...]
    windows: frozenset[str]

    @property
    def days(self) -> int:
        """How many days it covers."""
        return (self.until - self.since).days + 1


def read(form: Mapping[str, str], today: date) -> Asked:
    """The report asked for.

    Raises:
        Refusal: in Meta's words for what Meta refuses, in ours for what this simulator cannot do.
    """
    since, until = _range(form)
    if since > until:
        raise invalid("Invalid parameter", error_subcode=1487747, error_user_msg="since must be before until")
    if (today.year - since.year) * 12 + today.month - since.month > MONTHS_KEPT:
        raise Refusal(400, 3018, "(#3018) The start date of the time range cannot be beyond 37 months from the current "
                                 "date")  # fmt: skip
    fields = tuple(_listed(form, "fields"))
    for field in fields:
        if field not in FIELDS | NO_VALUE:
            raise invalid(f"{field} is not valid for fields param.")
    wants = (form.get("level", "account"), form.get("time_increment", ""), tuple(_listed(form, "breakdowns")))
    if wants != ("ad", "1", ()):
        raise invalid(f"the sandbox's Meta makes reports by ad and day without breakdowns only; asked for {wants}")
    return Asked(since, until, fields, frozenset(_listed(form, "action_attribution_windows")) & WINDOWS)


def _range(form: Mapping[str, str]) -> tuple[date, date]:
    """From `time_range`, or from the only one of `time_ranges`."""
    try:
        given = orjson.loads(form["time_ranges"])[0] if "time_ranges" in form else orjson.loads(form["time_range"])
        return date.fromisoformat(given["since"]), date.fromisoformat(given["until"])
    except (KeyError, ValueError, IndexError, TypeError):
        raise invalid("Must be a valid time range, such as {'since':'2026-11-01','until':'2026-11-22'}") from None


def _listed(form: Mapping[str, str], name: str) -> Sequence[str]:
    """A list as JSON or parted by commas."""
    text = form.get(name, "")
    if text.startswith("["):
        return [str(each) for each in orjson.loads(text)]
    return [each for each in text.split(",") if each]


def rows(bodies: Iterable[bytes], asked: Asked) -> list[dict[str, Any]]:
    """The days asked for with the fields asked for, oldest first; an ad that was not shown has no row."""
    found = [body for body in map(orjson.loads, bodies) if str(asked.since) <= body["date_start"] <= str(asked.until)]
    found.sort(key=lambda body: (body["date_start"], body["ad_id"]))
    wanted = (*asked.fields, "date_start", "date_stop")
    return [
        {name: _actions(body[name], asked.windows) if name == "actions" else body[name]
         for name in dict.fromkeys(wanted) if name in body}
        for body in found
    ]  # fmt: skip


def _actions(actions: Sequence[Mapping[str, str]], windows: frozenset[str]) -> list[Mapping[str, str]]:
    kept = windows | {"action_type", "value"}
    return [{name: value for name, value in action.items() if name in kept} for action in actions]
