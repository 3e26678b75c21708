"""Which sources are configured, and what each load of one is given: its runs and its environment.

In the sandbox all of them, pointed at the simulated vendors. Elsewhere those with credentials in
`home`/sources.json (readable by its owner only), and `files` as soon as the folder has a CSV:

    {"stripe": {"account_id": "acct_…", "client_secret": "sk_live_…", "start_date": "2022-01-01T00:00:00Z"},
     "salesforce": {"client_id": "…", "client_secret": "…", "refresh_token": "…", "start_date": "…"},
     "production": {"url": "postgresql://reader:password@host:5432/database"}}
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.errors import SettingsError
from app.secrets import production_url
from app.settings import Settings
from pipelines.sandbox.vendors.server import account_id, salesforce_credentials, stripe_key

BIRTH = "2023-06-30T23:57:43Z"
"""Before all that the sandbox company began with (its catalogue, its sales people); an odd second, since tap-stripe
leaves out the lines of an invoice that was created exactly at the border of one of its windows."""


@dataclass(frozen=True)
class Source:
    """A source: its name, the extractors that load it one after another or side by side, and their loader.

    Attributes:
        name: as in portal.load_run.
        extractors: names in meltano.yml; each is one `meltano run`.
        loader: name in meltano.yml.
        keys: what its credentials are called in sources.json, with the environment variable of each.
        forgets_after_days: beyond this many days without success the source no longer tells all changes, and has to
            be read anew from its start.
        reads_files: whether it is the folder of files, which may lose one.
    """

    name: str
    extractors: tuple[str, ...]
    loader: str
    keys: Mapping[str, str]
    forgets_after_days: int | None = None
    reads_files: bool = False

    @property
    def may_recover(self) -> bool:
        """Whether trying again may help; a file stays as wrong as it is."""
        return not self.reads_files


SOURCES: tuple[Source, ...] = (
    Source(
        "stripe", ("tap-stripe-billing", "tap-stripe"), "target-postgres",
        {"account_id": "STRIPE_ACCOUNT_ID", "client_secret": "STRIPE_CLIENT_SECRET",
         "start_date": "STRIPE_START_DATE"},
        # Stripe tells the events of 30 days, and the tap goes back up to 7 days behind its last success.
        forgets_after_days=22,
    ),
    Source(
        "salesforce", ("tap-salesforce",), "target-postgres",
        {"client_id": "SALESFORCE_CLIENT_ID", "client_secret": "SALESFORCE_CLIENT_SECRET",
         "refresh_token": "SALESFORCE_REFRESH_TOKEN", "start_date": "SALESFORCE_START_DATE"},
    ),
    Source("production", ("tap-production",), "target-postgres", {"url": "PRODUCTION_URL"}),
    Source("files", ("tap-plumbline-files",), "target-postgres-replace", {}, reads_files=True),
)


def configured(settings: Settings) -> Mapping[str, Mapping[str, str]]:
    """The names of the configured sources, and for each the environment with its credentials.

    Raises:
        SettingsError: sources.json is malformed, or others than its owner may read it.
    """
    given = _sandbox(settings) if settings.has_sandbox else _given(settings.home / "sources.json")
    found: dict[str, Mapping[str, str]] = {}
    for source in SOURCES:
        if source.reads_files:
            if any(settings.files.glob("*.csv")):
                found[source.name] = {"PLUMBLINE_FILES_FOLDER": str(settings.files)}
        elif source.name in given:
            found[source.name] = {source.keys[key]: value for key, value in given[source.name].items()}
    return found


def _sandbox(settings: Settings) -> Mapping[str, Mapping[str, str]]:
    salesforce = salesforce_credentials(settings)
    url = production_url(settings, "plumbline_reader")
    return {
        "stripe": {"account_id": account_id(settings), "client_secret": stripe_key(settings), "start_date": BIRTH},
        "salesforce": {
            "client_id": salesforce.client_id, "client_secret": salesforce.client_secret,
            "refresh_token": salesforce.refresh_token, "start_date": BIRTH,
        },
        "production": {"url": url.render_as_string(hide_password=False)},
    }


def _given(file: Path) -> Mapping[str, Mapping[str, str]]:
    if not file.exists():
        return {}
    if stat.S_IMODE(os.stat(file).st_mode) & 0o077:
        raise SettingsError(
            f"{file} holds credentials but others may read it: mode {stat.S_IMODE(os.stat(file).st_mode):o}. "
            f"Expected 600. Run `chmod 600 {file}`."
        )
    try:
        found = json.loads(file.read_text())
    except ValueError as error:
        raise SettingsError(
            f"{file} is not JSON: line {getattr(error, 'lineno', '?')}. Expected an object of sources, see "
            "docs/sources.md. Correct the file."
        ) from None
    known = {source.name: source.keys for source in SOURCES if source.keys}
    for name, values in found.items() if isinstance(found, dict) else [("the whole", None)]:
        expected = known.get(name)
        if expected is None or not isinstance(values, dict) or set(values) != set(expected):
            allowed = "; ".join(f"{source}: {', '.join(keys)}" for source, keys in known.items())
            raise SettingsError(
                f"{file}: the entry {name!r} is wrong; its values are not shown. Expected sources with exactly these "
                f"keys: {allowed}. Correct the file."
            )
    return {name: {key: str(value) for key, value in values.items()} for name, values in found.items()}
