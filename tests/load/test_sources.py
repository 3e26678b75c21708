"""Which sources are configured, how long they remember, and that no secret is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.settings import Settings
from pipelines import load_log, plugins
from pipelines.credentials import configured
from pipelines.load import must_read_whole
from pipelines.sources import all_sources

NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)
STRIPE = all_sources()["stripe"]
STRIPE_GIVEN = {"account_id": "acct_1", "client_secret": "sk_live_1", "start_date": "2022-01-01T00:00:00Z"}


@pytest.fixture
def own(make_settings: Callable[..., Settings]) -> Settings:
    """A home without a sandbox."""
    settings = make_settings(sandbox_scale="none")
    settings.home.mkdir(parents=True)
    return settings


def give(settings: Settings, content: object, mode: int = 0o600) -> Path:
    file = settings.home / "sources.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    file.chmod(mode)
    return file


def test_an_empty_home_has_no_source(own: Settings) -> None:
    assert configured(own) == {}


def test_files_are_a_source_as_soon_as_there_is_one(own: Settings) -> None:
    own.files.mkdir()
    (own.files / "targets.csv").write_text("metric,month,target\n")
    assert configured(own) == {"files": {"PLUMBLINE_FILES_FOLDER": str(own.files)}}


def test_credentials_make_a_source(own: Settings) -> None:
    give(own, {"stripe": STRIPE_GIVEN})
    assert configured(own) == {"stripe": {
        "STRIPE_ACCOUNT_ID": "acct_1", "STRIPE_CLIENT_SECRET": "sk_live_1", "STRIPE_START_DATE": "2022-01-01T00:00:00Z",
    }}


@pytest.mark.parametrize(
    ("days", "expected"), [(None, False), (0, False), (22, False), (22.1, True), (40, True)],
    ids=["never loaded", "just now", "at the border", "beyond it", "after forty days"],
)
def test_stripe_is_read_whole_when_it_no_longer_tells_all_changes(days: float | None, expected: bool) -> None:
    last = None if days is None else NOW - timedelta(days=days)
    assert must_read_whole(STRIPE, NOW, last) is expected


def test_the_log_tells_rows_complaints_and_resumption() -> None:
    told = load_log.Told()
    metric = {"type": "counter", "metric": "record_count", "value": 3, "tags": {"stream": "public-users"}}
    for line in (
        {"consumer": True, "event": "METRIC: " + json.dumps(metric)},
        {"consumer": True, "event": "METRIC: " + json.dumps(metric)},
        {"consumer": False, "event": "METRIC: " + json.dumps(metric)},
        {"event": "CRITICAL Session expired"}, {"event": "stripe.error.APIError: An unknown error occurred."},
        {"event": "INFO Resuming sync from Lead"},
    ):
        told.hear(line)
    assert told.rows == {"users": 6}
    assert told.complaints == ["CRITICAL Session expired", "stripe.error.APIError: An unknown error occurred."]
    assert told.has_resumed


def test_no_secret_of_the_environment_is_told() -> None:
    hide = load_log.hider({
        "STRIPE_CLIENT_SECRET": "sk_live_abc", "WAREHOUSE_LOADER_URL": "postgresql://l:p%40ss@h/d", "PATH": "/bin",
    })
    said = "key sk_live_abc, postgresql://l:p%40ss@h/d, password p@ss or p%40ss, in /bin"
    assert hide(said) == "key ***, ***, password *** or ***, in /bin"


def test_a_secret_is_blanked_as_json_writes_it_too() -> None:
    secret = 'a"b\\c€'
    hide = load_log.hider({"ZENDESK_API_TOKEN": secret})
    for ascii_only in (True, False):
        assert hide(json.dumps({"event": secret}, ensure_ascii=ascii_only)) == '{"event": "***"}'


def test_a_secret_that_was_left_empty_blanks_nothing() -> None:
    hide = load_log.hider({"ZENDESK_ACCESS_TOKEN": "", "ZENDESK_API_TOKEN": "abc"})
    assert hide("the key is abc") == "the key is ***"


def test_nothing_secret_is_in_the_project_file() -> None:
    text = plugins.PROJECT.read_text()
    assert "password:" not in text
    assert all(line.split(":")[1].strip().startswith("$") for line in text.splitlines()
               if line.strip().startswith(("client_secret:", "refresh_token:", "sqlalchemy_url:")))


def test_every_plugin_has_an_exact_version() -> None:
    packages = [line for file in plugins.LOCKS.glob("*.in") for line in file.read_text().splitlines()]
    assert len(packages) >= 5
    assert all("==" in package for package in packages)


def test_what_is_installed_changes_with_a_lock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(plugins, "LOCKS", tmp_path)
    before = plugins.fingerprint()
    (tmp_path / "tap-stripe.lock").write_text("tap-stripe==3.3.0")
    with_lock = plugins.fingerprint()
    (tmp_path / "tap-stripe.lock").write_text("tap-stripe==3.3.1")
    assert len({before, with_lock, plugins.fingerprint()}) == 3


def test_the_log_tells_which_stream_was_passed_over_for_which_scope() -> None:
    """HubSpot's own body as its tap logs it; what it says of objects that nobody selected is no news."""
    body = (r"""b'{"status":"error","message":"This app hasn\'t been granted all required scopes to do so.",'"""
            r"""'"errors":[{"context":{"requiredGranularScopes":["forms","content"]}}],"category":"MISSING_SCOPES"}'""")
    told = load_log.Told()
    for event in (f"WARNING {body}", f"ERROR {body}", "INFO Syncing contacts", "INFO Syncing forms", f"ERROR {body}"):
        told.hear({"event": event})
    told.hear({"event": "INFO Syncing contact_lists"})
    told.hear({"event": "requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: https://api.hubapi.com/crm"})
    assert told.denied == {
        "forms": "the scope forms, content is missing", "contact_lists": "the scope to read it is missing",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "unfit"),
    [([{"event": "INFO Started syncing stream charges"},
       {"event": "CRITICAL Errors during transform: [amount: data does not match {'type': ['integer', 'null']}]"}],
      ("charges", "CRITICAL Errors during transform: [amount: data does not match {'type': ['integer', 'null']}]")),
     ([{"event": "INFO Started syncing event based updates"}, {"event": "CRITICAL Errors during transform"}], None),
     ([{"event": "Beginning sync of 'mail_days' in incremental mode"}, {"event": "Beginning sync of 'lists' in x mode"},
       {"consumer": True, "event": 'METRIC: {"metric": "batch_processing_time", "tags": {"stream": "mail_days", '
                                   '"status": "failed"}}'},
       {"consumer": True, "event": "psycopg2.errors.InvalidTextRepresentation: invalid input syntax for type bigint"}],
      ("mail_days", "psycopg2.errors.InvalidTextRepresentation: invalid input syntax for type bigint")),
     ([{"event": "INFO Syncing contacts"}, {"event": "CRITICAL Expecting ',' delimiter: line 1 column 3770"}], None)],
    ids=["by the tap's transformation", "among updates of many streams", "by the loader", "an answer that is cut"],
)
def test_the_log_tells_of_which_stream_a_value_is_not_of_its_type(
    lines: list[dict[str, object]], unfit: tuple[str, str] | None
) -> None:
    told = load_log.Told()
    for line in lines:
        told.hear(line)
    assert told.unfit == unfit
