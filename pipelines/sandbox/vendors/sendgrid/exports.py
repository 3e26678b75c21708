"""Exports of all contacts: begun, awaited, then fetched from signed addresses, packed by gzip."""

from __future__ import annotations

import gzip
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from pipelines.sandbox.company.times import stamp
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.sendgrid.answers import Refusal

FILES_HOST = "sendgrid-contact-exports.s3.us-west-2.amazonaws.com"
POLLS_UNTIL_READY = 1
EXPIRES_SECONDS = 3 * 86_400
KEPT = 20
LARGEST_FILE_ROWS = 5_000
"""SendGrid cuts files by megabytes; so many rows make several of them at scale demo."""


@dataclass
class Export:
    """One job: when it was begun, how often it was asked for, and the secret in the addresses of its files."""

    created: int
    kind: str
    signature: str
    contacts: tuple[bytes, ...]
    polls: int = 0


class Exports:
    """The jobs begun at this simulator.

    Args:
        catalogue: the company's store.
        files: the address under which files are fetched, without a slash at its end.
    """

    def __init__(self, catalogue: Catalogue, files: str) -> None:
        self._catalogue = catalogue
        self._files = files
        self._jobs: OrderedDict[str, Export] = OrderedDict()

    def begin(self, body: bytes) -> object:
        """A new job; its contacts are those of now."""
        try:
            asked = orjson.loads(body or b"{}")
        except orjson.JSONDecodeError:
            raise Refusal(400, "the request body is not valid JSON") from None
        kind = asked.get("file_type", "csv")
        if kind not in ("csv", "json"):
            raise Refusal(400, "file_type must be csv or json", "file_type")
        job = secrets.token_hex(16)
        contacts = tuple(body for body, deleted in self._catalogue.ordered("sendgrid", "contact") if not deleted)
        self._jobs[job] = Export(self._catalogue.now(), kind, secrets.token_urlsafe(24), contacts)
        while len(self._jobs) > KEPT:
            self._jobs.popitem(last=False)
        return {"id": job, "_metadata": {"self": f"https://api.sendgrid.com/v3/marketing/contacts/exports/{job}"}}

    def status(self, job: str) -> object:
        """How far the job is; with the addresses of its files once it is ready."""
        export = self._jobs.get(job)
        if export is None:
            raise Refusal(404, "export not found", "id")
        export.polls += 1
        told: dict[str, Any] = {
            "id": job, "status": "pending", "created_at": stamp(export.created), "updated_at": stamp(export.created),
            "expires_at": stamp(export.created + EXPIRES_SECONDS), "user_id": "1", "export_type": "contacts_export",
            "_metadata": {"self": f"https://api.sendgrid.com/v3/marketing/contacts/exports/{job}"},
        }
        if export.polls <= POLLS_UNTIL_READY:
            return told
        files = max(1, -(-len(export.contacts) // LARGEST_FILE_ROWS))
        urls = [f"{self._files}/exports/{job}/{number}.{export.kind}.gz?X-Amz-Signature={export.signature}"
                for number in range(files)]  # fmt: skip
        return told | {"status": "ready", "completed_at": stamp(export.created), "urls": urls,
                       "contact_count": len(export.contacts)}  # fmt: skip

    def file(self, request: Request) -> Response:
        """A file, for whoever has its signed address and shows no other credential."""
        if "authorization" in request.headers:
            return _refused(400, "InvalidArgument", "Only one auth mechanism allowed; only the X-Amz-Algorithm query "
                            "parameter, Signature query string parameter or the Authorization header should be "
                            "specified")  # fmt: skip
        _, job, name = request.url.path.strip("/").split("/")
        export = self._jobs.get(job)
        given = request.query_params.get("X-Amz-Signature", "")
        if export is None or not hmac.compare_digest(given.encode(), export.signature.encode()):
            return _refused(403, "AccessDenied", "Access Denied")
        first = int(name.split(".")[0]) * LARGEST_FILE_ROWS
        lines = [_line(body) for body in export.contacts[first : first + LARGEST_FILE_ROWS]]
        return Response(gzip.compress(b"".join(lines), mtime=0), 200, media_type="application/octet-stream")


def _line(body: bytes) -> bytes:
    """A contact as a line of an export: its id is called contact_id there, and lists are not told."""
    contact: Mapping[str, Any] = orjson.loads(body)
    kept = {key: value for key, value in contact.items() if key not in ("id", "list_ids")}
    return orjson.dumps({"contact_id": contact["id"]} | kept) + b"\n"


def _refused(status: int, code: str, message: str) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(body, status, media_type="application/xml")
