"""Secrets are made once, kept to their owner, and never mixed up by processes that ask at the same time."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import SecretStr

from app.errors import DependencyMissing, SettingsError, UsageError
from app.secrets import get_secret, production_url, warehouse_url
from app.settings import Settings

MakeSettings = Callable[..., Settings]


def test_a_secret_is_made_once_and_readable_by_its_owner_only(make_settings: MakeSettings) -> None:
    settings = make_settings()
    first = get_secret(settings, "cookie")
    assert len(first) >= 40
    assert get_secret(settings, "cookie") == first
    assert get_secret(settings, "other") != first
    assert (settings.home / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_many_who_ask_at_once_get_the_same(make_settings: MakeSettings) -> None:
    settings = make_settings()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: (number % 4, get_secret(settings, f"s{number % 4}")), range(40)))
    assert len(set(found)) == 4
    assert len(json.loads((settings.home / "secrets.json").read_text())) == 4


def test_what_somebody_else_gave_wins(make_settings: MakeSettings) -> None:
    settings = make_settings(stripe_webhook_secret=SecretStr("whsec_given"))
    assert get_secret(settings, "stripe_webhook") == "whsec_given"
    assert not (settings.home / "secrets.json").exists()


def test_a_broken_file_is_named_and_left(make_settings: MakeSettings) -> None:
    settings = make_settings()
    settings.home.mkdir(parents=True)
    (settings.home / "secrets.json").write_text("{half")
    with pytest.raises(SettingsError, match=r"secrets\.json is not a table of secrets"):
        get_secret(settings, "cookie")
    assert (settings.home / "secrets.json").read_text() == "{half"


def test_each_login_has_its_own_address(make_settings: MakeSettings) -> None:
    settings = make_settings()
    settings.home.mkdir(parents=True)
    (settings.home / "ports.json").write_text('{"warehouse": 5001, "production": 5002}')
    finance, sales = warehouse_url(settings, "plumbline_finance"), warehouse_url(settings, "plumbline_sales")
    assert (finance.host, finance.port, finance.database, finance.username) == (
        "127.0.0.1", 5001, "plumbline", "plumbline_finance",
    )  # fmt: skip
    assert finance.password == get_secret(settings, "role_finance") != sales.password
    assert warehouse_url(settings).password == get_secret(settings, "postgres_superuser")
    assert (production_url(settings).port, production_url(settings).database) == (5002, "production")


def test_a_foreign_address_keeps_its_server_and_its_options(make_settings: MakeSettings) -> None:
    settings = make_settings(warehouse_url=SecretStr("postgresql://boss:p%40ss@db.example:6432?sslmode=require"))
    admin, portal = warehouse_url(settings), warehouse_url(settings, "plumbline_portal")
    assert (admin.username, admin.password, admin.database) == ("boss", "p@ss", "plumbline")
    assert (portal.host, portal.port, portal.query["sslmode"]) == ("db.example", 6432, "require")
    assert portal.password == get_secret(settings, "role_portal")


def test_logins_that_are_not_ours_are_refused(make_settings: MakeSettings) -> None:
    settings = make_settings()
    with pytest.raises(UsageError, match="'postgres'"):
        warehouse_url(settings, "postgres")
    with pytest.raises(UsageError, match="'root'"):
        production_url(settings, "root")


def test_a_home_that_never_ran_says_so(make_settings: MakeSettings) -> None:
    with pytest.raises(DependencyMissing, match="Run `plumbline up`"):
        production_url(make_settings())
