"""Amplitude's Export API, and the listings of its taxonomy and cohorts, as far as a reader needs them.

Written from Amplitude's documentation; the statements stand in README.md.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hmac
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import groupby

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.faults import Fault
from pipelines.sandbox.vendors.rate import Bucket

HOST = "amplitude.com"
VENDOR = "amplitude"
HOUR = 3600
READY_AFTER = 2 * HOUR
LONGEST = timedelta(days=365)
LARGEST = 4 << 30
COST_PER_HOUR = 7200
ALL = 1 << 40
WORDS = {
    429: "Too many requests for some device/user",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass(frozen=True)
class Credentials:
    """The keys of a project."""

    api_key: str
    secret_key: str


class Refusal(Exception):
    """An answer that is an error, in plain text as the Export API has it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Amplitude:
    """Answers every path of the host.

    Args:
        catalogue: the company's store.
        credentials: what it accepts.
        largest: bytes of events, before they are packed, that one export may have.
    """

    def __init__(self, catalogue: Catalogue, credentials: Credentials, largest: int = LARGEST) -> None:
        self._catalogue = catalogue
        self._credentials = credentials
        self._largest = largest
        self._taxonomy = Bucket(COST_PER_HOUR / 3600, COST_PER_HOUR)

    async def answer(self, request: Request) -> Response:
        """The answer to any request, errors included."""
        try:
            self._authenticate(request)
            match request.url.path:
                case "/api/2/export":
                    return Response(self._export(request.query_params), 200, media_type="application/zip")
                case "/api/2/taxonomy/event":
                    return self._event_types()
                case "/api/3/cohorts":
                    return _json({"cohorts": self._all("cohort")})
            raise Refusal(404, "Not Found")
        except Refusal as refusal:
            return Response(str(refusal), refusal.status, media_type="text/plain")

    def failed(self, fault: Fault) -> Response:
        """A sentence in plain text."""
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return Response(WORDS.get(fault.status, "Internal Server Error"), fault.status, headers, "text/plain")

    def _authenticate(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        wanted = f"{self._credentials.api_key}:{self._credentials.secret_key}"
        try:
            given = base64.b64decode(token)
        except binascii.Error:
            given = b""
        if scheme != "Basic" or not hmac.compare_digest(given, wanted.encode()):
            raise Refusal(401, "Invalid API key or secret key")

    def _export(self, query: QueryParams) -> bytes:
        start, end = _hour(query, "start"), _hour(query, "end")
        if end < start:
            raise Refusal(400, "end must not be before start")
        if end - start > LONGEST:
            raise Refusal(400, "The maximum time range is 365 days")
        ready = (self._catalogue.now() - READY_AFTER) // HOUR * HOUR
        until = min(int(end.timestamp()) + HOUR, ready)
        conditions = [("created", ">=", int(start.timestamp())), ("created", "<", until)]
        page = self._catalogue.page(VENDOR, "event", conditions, ALL, None)
        bodies = list(reversed(page.bodies)) if page else []
        if not bodies:
            raise Refusal(404, "Raw data files were not found.")
        if sum(map(len, bodies)) > self._largest:
            raise Refusal(400, "Export size exceeds 4GB, choose a smaller time range")
        return _packed(bodies)

    def _event_types(self) -> Response:
        if self._taxonomy.take():
            raise Refusal(429, "Too many requests")
        return _json({"success": True, "data": self._all("event_type")})

    def _all(self, kind: str) -> list[Mapping[str, object]]:
        page = self._catalogue.page(VENDOR, kind, (), ALL, None)
        return [orjson.loads(body) for body in reversed(page.bodies if page else ())]


def _packed(bodies: Iterable[bytes]) -> bytes:
    """A zip with one gzipped file for each hour of upload."""
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for (project, hour), events in groupby(bodies, _file):
            content = gzip.compress(b"".join(body + b"\n" for body in events), 1, mtime=0)
            archive.writestr(f"{project}/{project}_{hour}#0.json.gz", content)
    return whole.getvalue()


def _file(body: bytes) -> tuple[int, str]:
    event = orjson.loads(body)
    day, time = event["server_upload_time"].split(" ")
    return event["app"], f"{day}_{int(time[:2])}"


def _hour(query: QueryParams, name: str) -> datetime:
    try:
        return datetime.strptime(query[name], "%Y%m%dT%H").replace(tzinfo=UTC)
    except KeyError:
        raise Refusal(400, f"Missing parameter: {name}") from None
    except ValueError:
        raise Refusal(400, f"Invalid {name}, expected YYYYMMDDTHH") from None


def _json(content: Mapping[str, Sequence[object] | bool]) -> Response:
    return Response(orjson.dumps(content), 200, media_type="application/json")
