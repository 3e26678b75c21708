"""Credentials: complete, tested, kept for their owner's eyes only."""

from __future__ import annotations

import json
import socket
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from app.errors import CredentialsRefused, SettingsError, SourceDown, UsageError
from app.settings import Settings
from pipelines import connecting
from pipelines.probing import asked, who
from pipelines.sources import all_sources

STRIPE = all_sources()["stripe"]
GIVEN = {"account_id": "acct_1", "client_secret": "rk_live_1", "start_date": "2022-01-01T00:00:00Z"}


@pytest.fixture
def own(make_settings: Callable[..., Settings]) -> Settings:
    """A home without a sandbox."""
    return make_settings(sandbox_scale="none")


def test_what_is_kept_is_for_its_owner_only_and_leaves_the_others_be(own: Settings) -> None:
    connecting.keep(own, all_sources()["production"], {"url": "postgresql://reader:p@host/db"})
    file = connecting.keep(own, STRIPE, GIVEN)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text()) == {"production": {"url": "postgresql://reader:p@host/db"}, "stripe": GIVEN}
    assert connecting.forget_nothing(own, STRIPE) == GIVEN
    assert [each.name for each in own.home.iterdir() if each.name.startswith("sources")] == ["sources.json"]


def test_sources_that_are_connected_at_the_same_moment_are_all_kept(own: Settings) -> None:
    begin = Barrier(8)

    def connect(number: int) -> None:
        source = [STRIPE, all_sources()["production"]][number % 2]
        given = [GIVEN, {"url": "postgresql://reader:p@host/db"}][number % 2]
        begin.wait(timeout=60)
        for _ in range(10):
            connecting.keep(own, source, given)
            kept = json.loads((own.home / "sources.json").read_text())
            assert kept[source.name] == given

    with ThreadPoolExecutor(8) as people:
        assert list(people.map(connect, range(8))) == [None] * 8


@pytest.mark.parametrize(
    ("given", "said"),
    [({key: value for key, value in GIVEN.items() if key != "account_id"}, "Lacking: account_id"),
     (GIVEN | {"client_secret": " "}, "Lacking: client_secret"),
     (GIVEN | {"colour": "red"}, "unknown: colour")],
    ids=["one is missing", "one is empty", "one is unknown"],
)
def test_incomplete_credentials_are_refused_and_nothing_is_kept(
    own: Settings, given: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError, match=said) as error:
        connecting.keep(own, STRIPE, given)
    assert "rk_live_1" not in str(error.value)
    assert not (own.home / "sources.json").exists()


def test_a_sandbox_is_connected_already(make_settings: Callable[..., Settings]) -> None:
    with pytest.raises(UsageError, match="holds a sandbox company, whose sources are connected already"):
        connecting.refuse_unknown(make_settings(), "stripe")


@pytest.mark.parametrize("name", ["files", "oracle"], ids=["takes none", "does not exist"])
def test_a_source_without_credentials_cannot_be_connected(own: Settings, name: str) -> None:
    with pytest.raises(UsageError, match=r"takes no credentials\. Expected one of: .*production.*stripe"):
        connecting.refuse_unknown(own, name)


@pytest.mark.parametrize(
    ("status", "raised", "said"),
    [(401, CredentialsRefused, "Stripe refuses the credentials: 401 no such key. Expected the key to be valid"),
     (403, CredentialsRefused, "Stripe refuses the credentials: 403"),
     (503, SourceDown, "Stripe answers 503 no such key at api.stripe.com. Expected success.")],
)
def test_a_source_that_does_not_answer_well_is_told_in_a_line(status: int, raised: type[Exception], said: str) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(status, text="no such\n key"))
    with httpx.Client(transport=transport) as http, pytest.raises(raised) as error:
        asked(http, "GET", "https://api.stripe.com/v1/account", "Stripe", "the key")
    assert said in str(error.value)


def test_a_source_out_of_reach_is_told_in_a_line() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused", request=request)

    with httpx.Client(transport=httpx.MockTransport(refuse)) as http, pytest.raises(SourceDown) as error:
        asked(http, "GET", "https://api.stripe.com/v1/account", "Stripe", "the key")
    assert "Stripe does not answer at api.stripe.com: ConnectError connection refused" in str(error.value)


@pytest.mark.parametrize("name", sorted(all_sources()))
def test_every_source_says_what_it_wants_and_what_comes(name: str) -> None:
    source = all_sources()[name]
    assert source.streams
    assert all(len(one.asks) > 20 for one in source.credentials)
    variables = [one.variable for each in all_sources().values() for one in each.credentials]
    assert len(set(variables)) == len(variables)
    assert (source.sandbox is not None) == bool(source.credentials)


@pytest.mark.parametrize("key", ["rk_live_hidden\n", "rk_live_hidden ", "rk_live_hidd€n"])
def test_a_key_that_cannot_be_sent_is_refused_and_not_shown(key: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, httpx.Client(trust_env=False) as http:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(CredentialsRefused, match="a character that cannot be sent") as error:
            asked(http, "GET", address, "Stripe", "the key", headers={"Authorization": f"Bearer {key}"})
    assert "hidd" not in str(error.value)


def test_an_answer_that_is_not_the_source_s_own_is_told_in_a_line() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, text="<html>Sign in to the network</html>"))
    with httpx.Client(transport=transport) as http, pytest.raises(SourceDown, match="not as it documents"):
        who(STRIPE, GIVEN, http)


def test_production_is_asked_before_its_address_is_kept(own: Settings) -> None:
    production = all_sources()["production"]
    with pytest.raises(SettingsError, match="is not the address of a Postgres database"):
        connecting.test(own, production, {"url": "not an address"})
    with pytest.raises(SourceDown, match="Production does not let us read its tables") as error:
        connecting.test(own, production, {"url": "postgresql://reader:hidden@127.0.0.1:1/shop"})
    assert "hidden" not in str(error.value)
