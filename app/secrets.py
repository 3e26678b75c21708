"""Secrets that Plumbline makes for itself, and the database addresses that need them.

They live in `home`/secrets.json, readable by its owner only, each made the first time it is asked for. What the
operator was given by somebody else (a webhook's signing secret, a client secret) is a setting and wins.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.errors import DependencyMissing, SettingsError, UsageError
from app.home import make_home
from app.settings import Settings

ADMIN = "plumbline_admin"
PORTAL = "plumbline_portal"
DATABASE = "plumbline"
DRIVER = "postgresql+psycopg2"


def get_secret(settings: Settings, name: str) -> str:
    """The secret of that name, made on first use; the same from then on, in every process.

    Args:
        settings: whose `home` holds the file.
        name: such as `cookie`, `stripe_webhook`, `oidc_client`, `postgres_superuser`, `role_<login>`,
            `receipt_seal_<number>`.

    Raises:
        SettingsError: the file is not a table of secrets.
    """
    given = _given(settings).get(name)
    if given is not None:
        return given.get_secret_value()
    make_home(settings)
    file = settings.home / "secrets.json"
    with (settings.home / "secrets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = _read(file)
        if name not in known:
            known[name] = secrets.token_urlsafe(32)
            _write(file, known)
        return known[name]


def secret_names(settings: Settings) -> tuple[str, ...]:
    """The names of the secrets that this home has made; makes none.

    Raises:
        SettingsError: the file is not a table of secrets.
    """
    return tuple(_read(settings.home / "secrets.json"))


def warehouse_url(settings: Settings, login: str = ADMIN) -> URL:
    """The address of the warehouse for one of its logins (`plumbline_admin`, `plumbline_finance`, …).

    With `PLUMBLINE_WAREHOUSE_URL` the server and database are those of the setting, and `plumbline_admin` stands
    for the user it names; without, the embedded server of this home. Host and password are in the result:
    print it with `render_as_string(hide_password=True)`.

    Raises:
        SettingsError: the setting is not a Postgres address.
        UsageError: the login is not one of ours.
        DependencyMissing: the embedded server has never been started in this home.
    """
    if settings.warehouse_url is not None:
        foreign = _foreign(settings.warehouse_url)
        if login == ADMIN:
            return foreign
        return foreign.set(username=login, password=_password_of(settings, login))
    return _embedded(settings, "warehouse", login, _password_of(settings, login), DATABASE)


def production_url(settings: Settings, login: str = "postgres") -> URL:
    """The address of the sandbox company's production database: as its `postgres`, or as `plumbline_reader`.

    Raises:
        UsageError: another login.
        DependencyMissing: that server has never been started in this home.
    """
    names = {"postgres": "production_superuser", "plumbline_reader": "production_reader"}
    if login not in names:
        raise UsageError(f"The production database has no login {login!r}. Expected one of: {', '.join(names)}.")
    return _embedded(settings, "production", login, get_secret(settings, names[login]), "production")


def _given(settings: Settings) -> dict[str, SecretStr | None]:
    return {"stripe_webhook": settings.stripe_webhook_secret, "oidc_client": settings.oidc_client_secret}


def _password_of(settings: Settings, login: str) -> str:
    if login == ADMIN:
        return get_secret(settings, "postgres_superuser")
    if not login.startswith("plumbline_"):
        raise UsageError(f"No login of the warehouse is called {login!r}. Expected one such as plumbline_portal.")
    return get_secret(settings, "role_" + login.removeprefix("plumbline_"))


def _foreign(setting: SecretStr) -> URL:
    try:
        url = make_url(setting.get_secret_value())
    except ArgumentError:
        url = URL.create("none")
    if url.drivername.partition("+")[0] not in {"postgresql", "postgres"} or not url.host:
        raise SettingsError(
            "PLUMBLINE_WAREHOUSE_URL is not the address of a Postgres server; what was found is not shown. "
            "Expected postgresql://user:password@host:5432/database."
        )
    return url.set(drivername=DRIVER, database=url.database or DATABASE)


def _embedded(settings: Settings, service: str, login: str, password: str, database: str) -> URL:
    file = settings.home / "ports.json"
    try:
        port = int(json.loads(file.read_text())[service])
    except (OSError, ValueError, KeyError, TypeError):
        raise DependencyMissing(
            f"The embedded {service} server has no port yet: {file} names none. Expected it to have been started "
            "in this home once. Run `plumbline up`."
        ) from None
    return URL.create(DRIVER, username=login, password=password, host="127.0.0.1", port=port, database=database)


def _read(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    try:
        found = json.loads(file.read_text())
        return {str(name): str(value) for name, value in found.items()}
    except (ValueError, AttributeError):
        raise SettingsError(
            f"{file} is not a table of secrets. Expected one JSON object of names and texts. Restore it from a "
            "backup: without it the databases of this home cannot be opened."
        ) from None


def _write(file: Path, known: dict[str, str]) -> None:
    """Replaces the file at once, durably; nobody but the owner can ever read it, not even while it is written."""
    fresh = file.with_suffix(".json.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(known, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    os.replace(fresh, file)
