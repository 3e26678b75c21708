"""What every command promises: exit codes, one JSON object, errors without tracebacks, help with an example."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence

import pytest

from app.settings import ROOT, Settings

from .conftest import Plumbline

COMMANDS = (
    ("up",), ("down",), ("status",), ("doctor",), ("run",), ("metrics",), ("metric",), ("verify",), ("bench",),
    ("mail", "list"), ("mail", "show"), ("sandbox", "birth"), ("sandbox", "advance"),
    ("person", "list"), ("person", "grant"), ("person", "revoke"), ("person", "shut-out"), ("person", "let-in"),
)  # fmt: skip


@pytest.fixture(scope="module")
def empty(make_settings: Callable[..., Settings]) -> Settings:
    """A home in which `plumbline up` has never run."""
    return make_settings()


@pytest.mark.parametrize(
    ("arguments", "code", "kind", "says"),
    [
        (("nosuch",), 2, "UsageError", "No such command 'nosuch'"),
        (("up", "--fast"), 2, "UsageError", "No such option: --fast"),
        (("run",), 2, "UsageError", "Missing argument 'JOB'"),
        (("run", "dance"), 2, "UsageError", "Expected one of: alert, build, check"),
        (("run", "build", "--as-of", "31.10.2026"), 2, "UsageError", "found '31.10.2026'"),
        (("run", "build", "--as-of", "2026-10-31T12:00:00"), 2, "UsageError", "has no offset"),
        (("metric", "net_mmr"), 2, "UsageError", "Did you mean net_mrr"),
        (("metric", "net_mrr", "--since", "lately"), 2, "UsageError", "--since is not a date"),
        (("metric", "net_mrr", "--where", "country"), 2, "UsageError", "expected dimension=value"),
        (("metric", "net_mrr"), 3, "WarehouseDown", "run `plumbline up`"),
        (("run", "build"), 3, "WarehouseDown", "run `plumbline up`"),
        (("bench", "nosuch"), 2, "UsageError", "Expected one of: "),
        (("mail", "show", "last"), 2, "UsageError", "There is no mail yet"),
        (("person", "list"), 3, "WarehouseDown", "run `plumbline up`"),
        (("person", "grant", "eva@example.com"), 2, "UsageError", "Missing argument 'ROLE...'"),
        (("sandbox", "advance", "--days", "0"), 2, "UsageError", "--days"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_an_error_has_its_code_and_says_what_to_do(
    empty: Settings, plumbline: Plumbline, arguments: Sequence[str], code: int, kind: str, says: str
) -> None:
    ended = plumbline(empty, *arguments, "--json")
    assert ended.code == code, ended.stderr
    error = json.loads(ended.stdout)["error"]
    assert error["kind"] == kind
    assert says.lower() in error["message"].lower()
    assert error["message"] in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_shows_an_example(empty: Settings, plumbline: Plumbline, command: Sequence[str]) -> None:
    ended = plumbline(empty, *command, "--help")
    assert ended.code == 0
    assert f"Example: plumbline {' '.join(command)}" in " ".join(ended.stdout.split())
    assert "--json" in ended.stdout


def test_a_malformed_setting_is_refused_by_name(empty: Settings) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "status", "--json"],
        cwd=ROOT,
        env={**os.environ, "PLUMBLINE_HOME": str(empty.home), "PLUMBLINE_PORT": "many"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "PLUMBLINE_PORT" in json.loads(ended.stdout)["error"]["message"]


def test_metrics_lists_the_dictionary(empty: Settings, plumbline: Plumbline) -> None:
    ended = plumbline(empty, "metrics", "--json")
    assert ended.code == 0
    assert {"net_mrr", "arr", "active_customers"} <= {row["metric"] for row in json.loads(ended.stdout)["metrics"]}
    assert "net_mrr" in plumbline(empty, "metrics").stdout


def test_status_of_a_home_that_never_was_up_falls_short_and_says_why(empty: Settings, plumbline: Plumbline) -> None:
    ended = plumbline(empty, "status", "--json")
    found = json.loads(ended.stdout)
    assert (ended.code, found["ok"]) == (1, False)
    assert "The service warehouse is down." in found["short_of"]
    assert {row["service"]: row["state"] for row in found["services"]}["portal"] == "down"


def test_a_home_that_is_a_file_is_refused_without_a_traceback(
    make_settings: Callable[..., Settings], plumbline: Plumbline
) -> None:
    settings = make_settings()
    settings.home.write_text("")
    ended = plumbline(settings, "up", "--no-serve", "--json")
    assert ended.code == 3
    assert "set PLUMBLINE_HOME to another folder" in json.loads(ended.stdout)["error"]["message"]
    assert "Traceback" not in ended.stderr


def test_down_with_nothing_running_is_fine(empty: Settings, plumbline: Plumbline) -> None:
    ended = plumbline(empty, "down", "--json")
    assert (ended.code, json.loads(ended.stdout)) == (0, {"stopped": []})
