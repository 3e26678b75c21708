"""Asks a source whether it knows us, and says in one line what is wrong if it does not."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any

import httpx

from app.errors import CredentialsRefused, SourceDown
from app.settings import Settings
from pipelines.ports import LOOPBACK, port_of
from pipelines.sandbox.vendors.authority import Authority
from pipelines.source import Given, Source

SECONDS = 20


def client(settings: Settings) -> httpx.Client:
    """A client that reaches the vendors as the taps do; in the sandbox through its proxy."""
    if not settings.has_sandbox:
        return httpx.Client(timeout=SECONDS)
    trusted = ssl.create_default_context(cafile=str(Authority(settings.home / "sandbox").certificate_file))
    proxy = f"http://{LOOPBACK}:{port_of(settings, 'vendors_proxy')}"
    return httpx.Client(proxy=proxy, verify=trusted, timeout=SECONDS, trust_env=False)


def asked(
    http: httpx.Client, method: str, address: str, label: str, credentials: str, *,
    headers: Mapping[str, str] | None = None, **more: Any,
) -> httpx.Response:
    """The source's good answer.

    Args:
        http: see `client`.
        method: of HTTP.
        address: what to ask.
        label: the source as people call it, for messages.
        credentials: which of them the source judges by, for messages.
        headers: of the request.
        more: as httpx takes it (params, data, json, auth).

    Raises:
        CredentialsRefused: it answered 400, 401 or 403; or they hold a character that cannot be sent.
        SourceDown: it did not answer, or otherwise.
    """
    try:
        host = httpx.URL(address).host
        answer = http.request(method, address, headers=headers, **more)
    except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeError):  # their words repeat what could not be sent
        raise CredentialsRefused(
            f"{label} cannot be asked: in what was given is a character that cannot be sent, such as a line break, a "
            f"blank or one beyond ASCII; it is not shown. Expected {credentials} as the source shows them. Run "
            "`plumbline connect` for it again."
        ) from None
    except httpx.HTTPError as error:
        raise SourceDown(
            f"{label} does not answer at {host}: {type(error).__name__} {error}. Expected an answer within {SECONDS} "
            "seconds. Check the network and whether a firewall lets this host through."
        ) from None
    if answer.status_code in (400, 401, 403):
        raise CredentialsRefused(
            f"{label} refuses the credentials: {answer.status_code} {_said(answer)}. Expected {credentials} to be "
            "valid and to have the rights that docs/sources names. Run `plumbline connect` for it again."
        )
    if not answer.is_success:
        raise SourceDown(
            f"{label} answers {answer.status_code} {_said(answer)} at {host}. Expected success. Try again later."
        )
    return answer


def who(source: Source, given: Given, http: httpx.Client) -> str:
    """What the source's probe says; a source that has none is taken as given.

    Raises:
        SettingsError, CredentialsRefused, SourceDown: as the probe says.
        SourceDown: also where the answer is not as the source documents it, as that of a proxy on the way.
    """
    if source.probe is None:
        return "taken as given, as nothing can be asked"
    try:
        return source.probe(given, http)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise SourceDown(
            f"{source.label} answers with success, but not as it documents ({type(error).__name__}). Expected its own "
            "answer. Check the address, and whether a proxy answers in its place."
        ) from None


def _said(answer: httpx.Response) -> str:
    """The first words of an error, on one line."""
    return " ".join(answer.text.split())[:160]
