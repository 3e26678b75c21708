"""What HubSpot lists, each in its own generation's way of paging.

v3 pages by `paging.next.after`, the legacy interfaces by `offset` and `hasMore`; v3 writes times as ISO texts and
values of properties as texts, the legacy ones as milliseconds and as what they are.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import orjson

from pipelines.sandbox.company.hubspot import SUBMISSION
from pipelines.sandbox.vendors.catalogue import Catalogue, Comparison
from pipelines.sandbox.vendors.hubspot.properties import ALWAYS, BY_DEFAULT, CONTACT
from pipelines.sandbox.vendors.hubspot.refusal import not_found, wrong

Query = Mapping[str, str]
API = "https://api.hubapi.com"
SEARCH_CEILING = 10_000
EVENT_FILTERS = {"eventType": "$.type", "recipient": "$.recipient", "campaignId": "$.emailCampaignId"}


def contacts(catalogue: Catalogue, query: Query) -> object:
    """A page of contacts, in the order of their ids, with the known ones of the properties asked for."""
    limit = _limit(query, 10, 100)
    wanted = [name for name in query.get("properties", "").split(",") if name in CONTACT]
    names = (*wanted, *ALWAYS) if query.get("properties") else BY_DEFAULT
    after = query.get("after", "")
    if after and not after.isdecimal():
        raise wrong(f"Invalid input JSON: after must be the id that the last page named, not {after!r}")
    bodies = catalogue.following("hubspot", "contact", after, limit + 1)
    results = []
    for body in bodies[:limit]:
        one = orjson.loads(body)
        one["properties"] = {name: one["properties"].get(name) for name in names}
        results.append(one)
    if len(bodies) <= limit:
        return {"results": results}
    last = results[-1]["id"]
    return {"results": results, "paging": {"next": {
        "after": last, "link": f"{API}/crm/v3/objects/contacts?limit={limit}&after={last}"}}}  # fmt: skip


def lists(catalogue: Catalogue, body: bytes) -> object:
    """A page of lists by name and kind, in the order asked for; not beyond the ten thousandth."""
    try:
        asked = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        raise wrong("Invalid input JSON") from None
    offset, count = int(asked.get("offset", 0)), min(int(asked.get("count", 20)), 500)
    if offset + count > SEARCH_CEILING:
        raise wrong(f"The offset and count may not reach beyond {SEARCH_CEILING}.")
    found = [orjson.loads(one) for one, deleted in catalogue.ordered("hubspot", "list") if not deleted]
    found = [one for one in found if str(asked.get("query", "")).lower() in one["name"].lower()
             and one["processingType"] in asked.get("processingTypes", (one["processingType"],))]  # fmt: skip
    sort = str(asked.get("sort", "HS_LIST_ID"))
    key = {"HS_UPDATED_AT": "updatedAt", "HS_CREATED_AT": "createdAt", "HS_LIST_ID": "listId"}.get(sort.lstrip("-"))
    if key is None:
        raise wrong(f"{sort} is no order of lists")
    found.sort(key=lambda one: (one[key], int(one["listId"])), reverse=sort.startswith("-"))
    end = offset + count
    return {"lists": found[offset:end], "offset": min(end, len(found)), "hasMore": end < len(found),
            "total": len(found)}  # fmt: skip


def campaigns(catalogue: Catalogue, query: Query) -> object:
    """A page of e-mail campaigns, no more of each than its id."""
    rows, more = _page(catalogue, "mailing", [], _limit(query, 10, 1000), query.get("offset"))
    found = [{"id": one["id"], "appId": one["appId"], "appName": one["appName"]} for one in rows]
    return {"campaigns": found, "hasMore": more, "offset": _marked(rows[-1]["id"]) if rows else ""}


def campaign(catalogue: Catalogue, key: str) -> object:
    """One e-mail campaign, with its counters."""
    found = catalogue.one("hubspot", "mailing", key)
    if found is None:
        raise not_found(f"No campaign has the id {key}")
    return orjson.loads(found[0])


def events(catalogue: Catalogue, query: Query) -> object:
    """A page of e-mail events, newest first, from `startTimestamp` to `endTimestamp`, both in milliseconds."""
    conditions: list[Comparison] = [
        (path, "=", int(query[name]) if name == "campaignId" else query[name])
        for name, path in EVENT_FILTERS.items() if query.get(name)
    ]  # fmt: skip
    for name, operator in (("startTimestamp", ">="), ("endTimestamp", "<")):
        if query.get(name):
            conditions.append(("created", operator, -(-_number(query, name) // 1000)))
    if query.get("excludeFilteredEvents") == "true":
        conditions.append(("$.filteredEvent", "=", 0))
    rows, more = _page(catalogue, "email_event", conditions, _limit(query, 10, 1000), query.get("offset"))
    return {"events": rows, "hasMore": more, "offset": _marked(rows[-1]["id"]) if rows else ""}


def forms(catalogue: Catalogue) -> object:
    """Every form, newest first; this interface does not page unless asked to."""
    rows, _ = _page(catalogue, "form", [], 1000, None)
    return rows


def submissions(catalogue: Catalogue, guid: str, query: Query) -> object:
    """A page of what was sent in by one form, newest first."""
    if catalogue.one("hubspot", "form", guid) is None:
        raise not_found(f"No form found with guid {guid}")
    limit = _limit(query, 20, 50)
    rows, more = _page(catalogue, SUBMISSION + guid, [], limit, query.get("after"))
    if not more:
        return {"results": rows}
    after = _marked(rows[-1]["conversionId"])
    link = f"{API}/form-integrations/v1/submissions/forms/{guid}?limit={limit}&after={after}"
    return {"results": rows, "paging": {"next": {"after": after, "link": link}}}


def _page(
    catalogue: Catalogue, kind: str, conditions: list[Comparison], limit: int, mark: str | None
) -> tuple[list[Any], bool]:
    """Objects newest first behind a mark that an earlier page gave, and whether there are more."""
    page = catalogue.page("hubspot", kind, conditions, limit, _read(mark) if mark else None)
    if page is None:
        raise wrong(f"The offset {mark!r} is not one that this interface gave")
    return [orjson.loads(body) for body in page.bodies], page.has_more


def _limit(query: Query, default: int, most: int) -> int:
    """How many are asked for; more than the most that the interface gives is refused."""
    if not query.get("limit"):
        return default
    asked = _number(query, "limit")
    if not 1 <= asked <= most:
        raise wrong(f"limit must be between 1 and {most}, found {asked}")
    return asked


def _number(query: Query, name: str) -> int:
    if not query[name].isdecimal():
        raise wrong(f"{name} must be a number, found {query[name]!r}")
    return int(query[name])


def _marked(key: object) -> str:
    """Where to go on, in a form that nobody should look into."""
    return base64.urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def _read(mark: str) -> str:
    try:
        return base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise wrong(f"The offset {mark!r} is not one that this interface gave") from None
