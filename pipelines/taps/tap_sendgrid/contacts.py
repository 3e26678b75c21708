"""Lists and contacts. SendGrid shows fifty contacts at most; all of them come only by an export, which is awaited."""

from __future__ import annotations

import gzip
import json
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

import requests
from singer_sdk import typing as th
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError
from tap_http.patience import pause

from .client import MarketingStream, SendgridStream

GZIP = b"\x1f\x8b"
LONGEST_POLL_SECONDS = 30.0
CHUNK = 1 << 20


class Lists(MarketingStream):
    """Every contact list, with how many contacts it has; read whole."""

    name = "lists"
    path = "/v3/marketing/lists"
    page_size = 1000
    primary_keys = ("id",)
    schema = th.PropertiesList(
        th.Property("id", th.StringType, required=True),
        th.Property("name", th.StringType),
        th.Property("contact_count", th.IntegerType),
    ).to_dict()


class Contacts(SendgridStream):
    """Every contact as the newest export has it; read whole, since an export cannot be filtered by time.

    `exported_at` is the same for all contacts of one export: those with an older one are gone from SendGrid.
    """

    name = "contacts"
    path = "/v3/marketing/contacts/exports"
    primary_keys = ("contact_id",)
    schema = th.PropertiesList(
        th.Property("contact_id", th.StringType, required=True),
        th.Property("email", th.StringType),
        th.Property("first_name", th.StringType),
        th.Property("last_name", th.StringType),
        th.Property("country", th.StringType),
        th.Property("custom_fields", th.ObjectType(additional_properties=True)),
        th.Property("created_at", th.DateTimeType),
        th.Property("updated_at", th.DateTimeType),
        th.Property("exported_at", th.DateTimeType),
    ).to_dict()

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:
        """Begins an export, waits until it is ready, and reads its files.

        Raises:
            FatalAPIError: the export failed, or was not ready in `export_minutes`.
        """
        job = self._asked("POST", self.path, json={"file_type": "json", "notifications": {"email": False}})
        done = self._awaited(str(job["id"]))
        fetch = self.request_decorator(self._fetch)
        for address in done.get("urls") or ():
            with tempfile.TemporaryFile() as file:
                fetch(address, file)
                for line in _lines(file):
                    yield json.loads(line) | {"exported_at": done["created_at"]}

    def _asked(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        request = self.build_prepared_request(method, self.url_base + path, headers=self.http_headers, **more)
        found: dict[str, Any] = self.request_decorator(self._request)(request, None).json()
        return found

    def _awaited(self, job: str) -> dict[str, Any]:
        deadline, wait = time.monotonic() + 60 * self.config["export_minutes"], 0.5
        while True:
            found = self._asked("GET", f"{self.path}/{job}")
            if found["status"] == "ready":
                return found
            if found["status"] == "failure" or time.monotonic() > deadline:
                raise FatalAPIError(
                    f"The export of contacts did not become ready: status {found['status']}, "
                    f"{found.get('message') or 'no message'}. Expected it within {self.config['export_minutes']} "
                    "minutes. The next load begins another; look at Marketing › Contacts if it goes on."
                )
            pause(wait)
            wait = min(2 * wait, LONGEST_POLL_SECONDS)

    def _fetch(self, address: str, file: IO[bytes]) -> None:
        """Writes a file of the export, whole, into `file`. Its address is signed: the key stays at home."""
        file.seek(0)
        file.truncate()
        try:
            with requests.get(address, timeout=self.timeout, stream=True) as response:
                if response.status_code >= requests.codes.bad_request:
                    self._refuse(response)
                for chunk in response.iter_content(CHUNK):
                    file.write(chunk)
        except requests.RequestException as error:  # whose words name the address
            raise RetriableAPIError(
                f"A file of the contacts' export cannot be had: {type(error).__name__}. Expected it whole."
            ) from None
        last = b"{}"
        try:
            for line in _lines(file):
                last = line
            json.loads(last)
        except (EOFError, OSError, ValueError, zlib.error):
            raise RetriableAPIError(
                "A file of the contacts' export ends in the middle of a line or of its packing. Expected whole lines."
            ) from None

    def _refuse(self, response: requests.Response) -> None:
        said = f"A file of the contacts' export cannot be had: {response.status_code} {response.reason}. Expected 200."
        if response.status_code >= requests.codes.server_error or response.status_code in self.extra_retry_statuses:
            raise RetriableAPIError(said, response)
        raise FatalAPIError(f"{said} Addresses expire: the next load begins another export.")


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file that may be packed by gzip, from its start."""
    file.seek(0)
    is_packed = file.read(len(GZIP)) == GZIP
    file.seek(0)
    if not is_packed:
        yield from file
        return
    with gzip.GzipFile(fileobj=file) as unpacked:
        yield from unpacked
