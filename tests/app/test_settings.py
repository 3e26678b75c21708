"""Settings that make no sense are refused with what was found and what is allowed, before anything is started."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.errors import SettingsError
from app.settings import get_settings


@pytest.fixture(autouse=True)
def read_anew() -> Iterator[None]:
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("SMTP_PORT", "0", "greater than or equal to 1"), ("SMTP_PORT", "70000", "less than or equal to 65535"),
     ("SMTP_PORT", "mail", "valid integer"), ("SMTP_HOST", "smtp://mail.example.com", "without scheme and port"),
     ("SMTP_HOST", "mail.example.com:25", "without scheme and port"), ("HOST", "not a host", "without scheme and port"),
     ("HOST", "http://0.0.0.0", "without scheme"), ("PUBLIC_URL", "figures.example.com", "no address of a web"),
     ("PUBLIC_URL", "https://", "no address of a web"), ("PUBLIC_URL", "https://a b", "no address of a web"),
     ("PUBLIC_URL", "https://h:99999", "no address of a web"), ("OIDC_ISSUER", "ftp://id", "no address of a web"),
     ("REPORTING_TIMEZONE", "America", "no time zone named"), ("REPORTING_TIMEZONE", "Mars/Base", "no time zone named"),
     ("REPORTING_TIMEZONE", "localtime", "Postgres does not know")],
)
def test_a_setting_that_makes_no_sense_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"PLUMBLINE_{name}", value)
    with pytest.raises(SettingsError, match=f"The setting PLUMBLINE_{name} is wrong: .*{said}"):
        get_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [("HOST", "::1"), ("HOST", "0.0.0.0"), ("HOST", "localhost"), ("SMTP_HOST", "mail_relay"), ("SMTP_PORT", "25"),
     ("PUBLIC_URL", "https://figures.example.com:8443/"), ("PUBLIC_URL", "http://[::1]:8501"),
     ("OIDC_ISSUER", "https://id.example/realms/one")],
)
def test_one_that_does_is_taken(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"PLUMBLINE_{name}", value)
    assert str(getattr(get_settings(), name.lower())) == value
