"""The proxy on a real socket: TLS with the sandbox's own authority, and no way out."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from time import monotonic, sleep

import grpc
import httpx
import pytest
from google.analytics.data_v1beta.types import GetMetadataRequest, Metadata

from app.settings import ROOT, Settings
from pipelines.ports import is_listening, port_of
from pipelines.sandbox.vendors.google_oauth.tokens import SCOPES, Tokens
from pipelines.sandbox.vendors.stripe import secret_key
from tests.vendors.tiny_company import NOW, write_company


@pytest.fixture
def proxy(settings: Settings) -> Iterator[str]:
    """The service as `plumbline up` runs it; its proxy's address."""
    write_company(settings.home).connection.close()
    given = {"PLUMBLINE_HOME": str(settings.home), "PLUMBLINE_SANDBOX_SCALE": "small"}
    process = subprocess.Popen([sys.executable, "-m", "pipelines.sandbox.vendors"], cwd=ROOT, env=os.environ | given)
    port = port_of(settings, "vendors_proxy")
    deadline = monotonic() + 180
    while not is_listening(port):
        assert process.poll() is None and monotonic() < deadline, "The vendors do not answer."
        sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGTERM)
    assert process.wait(180) in (0, -signal.SIGTERM)


@pytest.mark.slow
def test_a_vendor_is_reached_through_the_proxy_and_no_other_host_is(proxy: str, settings: Settings) -> None:
    trusted = ssl.create_default_context(cafile=str(settings.home / "sandbox" / "ca.pem"))
    with httpx.Client(proxy=proxy, verify=trusted, timeout=60) as client:
        headers = {"Authorization": f"Bearer {secret_key(settings)}"}
        answer = client.get("https://api.stripe.com/v1/customers?limit=2", headers=headers)
        assert (answer.status_code, len(answer.json()["data"])) == (200, 2)
        with pytest.raises(httpx.ProxyError, match="403"):
            client.get("https://example.com/")
        assert client.get("http://example.com/").status_code == 403


@pytest.mark.slow
def test_a_host_that_answers_calls_speaks_both_protocols(proxy: str, settings: Settings) -> None:
    host, token = "analyticsdata.googleapis.com", Tokens(settings).give(SCOPES["ga4"], int(NOW.timestamp()))
    authority = (settings.home / "sandbox" / "ca.pem").read_bytes()
    credentials = grpc.ssl_channel_credentials(root_certificates=authority)
    message = GetMetadataRequest(name="properties/412776105/metadata")
    with grpc.secure_channel(f"{host}:443", credentials, [("grpc.http_proxy", proxy)]) as channel:
        get = channel.unary_unary(
            "/google.analytics.data.v1beta.BetaAnalyticsData/GetMetadata", GetMetadataRequest.serialize,
            Metadata.deserialize,
        )
        called = get(message, metadata=(("authorization", f"Bearer {token}"),), timeout=60)
    trusted = ssl.create_default_context(cafile=str(settings.home / "sandbox" / "ca.pem"))
    with httpx.Client(proxy=proxy, verify=trusted, timeout=60) as client:
        address = f"https://{host}/v1beta/{message.name}"
        asked = client.get(address, headers={"Authorization": f"Bearer {token}"})
    assert [one["apiName"] for one in asked.json()["metrics"]] == [one.api_name for one in called.metrics]


@pytest.mark.slow
def test_a_client_that_does_not_trust_the_authority_is_not_served(proxy: str) -> None:
    with httpx.Client(proxy=proxy) as client, pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        client.get("https://api.stripe.com/v1/customers")


@pytest.mark.slow
def test_the_authoritys_key_is_for_its_owner_only(proxy: str, settings: Settings) -> None:
    assert proxy
    folder = settings.home / "sandbox"
    assert (folder / "ca-key.pem").stat().st_mode & 0o777 == 0o600
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in (folder / "tls").glob("*"))
