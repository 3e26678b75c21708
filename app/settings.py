"""Every value that differs between machines.

One frozen class, read once from the environment (prefix `PLUMBLINE_`). Secrets that Plumbline makes for
itself (database passwords, cookie and webhook secrets) are not settings: see `app.secrets`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import SettingsError

NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9])?")
"""A host as DNS or a network of containers calls it."""
MACHINES_OWN = ("localtime", "posixrules")
"""Files among those of the time zones that name none."""
ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """The settings table of docs/settings.md is made from these fields and their descriptions."""

    model_config = SettingsConfigDict(env_prefix="PLUMBLINE_", frozen=True, extra="ignore", env_ignore_empty=True)

    home: Path = Field(Path(".plumbline"), description="Folder of all state: databases, secrets, logs, mail.")
    warehouse_url: SecretStr | None = Field(
        None,
        description="postgresql:// address of your own Postgres or Citus, as a user that may create roles and "
        "schemas. Empty: an embedded Postgres in `home`.",
    )
    postgres_bin: Path | None = Field(
        None, description="Folder of the Postgres programs for the embedded server. Empty: those of the wheel."
    )
    host: str = Field("127.0.0.1", description="Address the portal listens on.")
    port: int = Field(8501, ge=0, le=65535, description="Port of the portal; 0 takes a free one.")
    public_url: str | None = Field(None, description="Address people type, for links in mails and the login.")
    sandbox_scale: Literal["none", "small", "demo", "large"] = Field(
        "demo", description="Size of the sandbox company; `none`: only the sources you configured."
    )
    sandbox_seed: int = Field(20240101, description="Seed of the sandbox company.")
    reporting_timezone: str = Field("America/New_York", description="Time zone in which months and days close.")
    locale: str = Field(
        "en-GB",
        description="How figures, days and times are written, such as en-US (Oct 31, 2026, 6:00 AM) or de-DE "
        "(1.234,5). Words stay English.",
    )
    files_dir: Path | None = Field(None, description="Folder of the company's own files. Empty: `home`/files.")
    smtp_host: str | None = Field(None, description="Mail server. Empty: the sandbox's own, which keeps the mail.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_user: str | None = Field(None, description="User at the mail server.")
    smtp_password: SecretStr | None = Field(None, description="Password at the mail server.")
    smtp_starttls: bool = Field(True, description="Whether to ask for STARTTLS; refused if the server has none.")
    mail_from: str = Field("Plumbline <plumbline@localhost>", description="Sender of every mail.")
    oidc_issuer: str | None = Field(None, description="Issuer address of your identity provider. Empty: sandbox's.")
    oidc_client_id: str | None = Field(None, description="Client id at the identity provider.")
    oidc_client_secret: SecretStr | None = Field(None, description="Client secret at the identity provider.")
    stripe_webhook_secret: SecretStr | None = Field(
        None, description="Signing secret of the Stripe webhook. Empty: one made for the sandbox."
    )
    receipts_days: int = Field(
        400, ge=1,
        description="Days for which the receipt of a figure is kept; one that was frozen is kept for good.",
    )
    history_days: int = Field(
        1100, ge=1,
        description="Days for which it is remembered what was known when; what is still so is kept for good.",
    )
    session_hours: int = Field(12, ge=1, le=24 * 30, description="Hours until a login expires.")
    statement_timeout_seconds: int = Field(30, ge=1, description="Longest a portal query may run.")
    sql_seconds: int = Field(30, ge=1, description="Longest that SQL of somebody's own may run.")
    sql_rows: int = Field(10_000, ge=1, le=100_000, description="Most rows that SQL of somebody's own may show.")
    sql_history_days: int = Field(
        90, ge=1, description="Days for which people find the SQL they ran in their history; the audit keeps it longer."
    )
    loads_side_by_side: int = Field(2, ge=1, le=32, description="How many sources are loaded at the same time.")
    load_minutes: float = Field(
        60.0, ge=0.05,
        description="How long one run of increments may take before it is ended; a first or full load takes its time.",
    )
    load_retries: int = Field(3, ge=0, description="How often a failed load is tried again in one run.")

    production_log_warn_gb: float = Field(
        2.0, gt=0, description="GB of log that production may keep for the capture before engineers are told."
    )
    production_log_alarm_gb: float = Field(
        8.0, gt=0, description="GB of it from which on somebody must act: a stalled reader must not fill its disk."
    )

    @field_validator("reporting_timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError) as error:
            raise ValueError(f"no time zone named {name!r}; use a name such as America/New_York") from error
        if name in MACHINES_OWN:
            raise ValueError("what this machine calls its own zone, which Postgres does not know; use the zone's name")
        return name

    @field_validator("locale")
    @classmethod
    def _known_locale(cls, name: str) -> str:
        try:
            Locale.parse(name.replace("-", "_"))
        except (UnknownLocaleError, ValueError) as error:
            raise ValueError("no locale that is known; use one such as en-GB, en-US, de-DE or fr-CH") from error
        return name

    @field_validator("host", "smtp_host")
    @classmethod
    def _host(cls, host: str | None) -> str | None:
        if host and not NAME.fullmatch(host):
            try:
                ip_address(host)
            except ValueError:
                raise ValueError(
                    "no name or address of a host; use one such as mail.example.com or 0.0.0.0, without scheme and port"
                ) from None
        return host

    @field_validator("public_url", "oidc_issuer")
    @classmethod
    def _address(cls, address: str | None) -> str | None:
        if address is None:
            return None
        try:
            parts = urlsplit(address)
            is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_one = False
        if not is_one or re.search(r"[\s?#@]", address):
            raise ValueError("no address of a web site; use one such as https://figures.example.com")
        return address

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().resolve()

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.reporting_timezone)

    @property
    def files(self) -> Path:
        """The folder of the company's own files, which no vendor has."""
        return self.files_dir or self.home / "files"

    @property
    def has_sandbox(self) -> bool:
        return self.sandbox_scale != "none"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        SettingsError: a value is malformed; the message names the variable, what was found and what is allowed.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "PLUMBLINE_" + "_".join(str(part) for part in first["loc"]).upper()
        secret = any(word in name for word in ("PASSWORD", "SECRET", "URL"))
        found = "a value that is not shown" if secret else repr(first.get("input"))
        raise SettingsError(
            f"The setting {name} is wrong: {first['msg']}. Found {found}. See docs/settings.md for what is allowed."
        ) from None
