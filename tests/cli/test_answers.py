"""What every command promises: exit codes, one JSON object, errors without tracebacks, help with an example."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from app.settings import ROOT, Settings
from pipelines.output import write_json
from pipelines.program import environment

from .conftest import Plumbline

COMMANDS = (
    ("up",), ("down",), ("status",), ("doctor",), ("run",), ("metrics",), ("metric",), ("verify",), ("bench",),
    ("receipt",), ("reconcile",), ("policies",), ("mail", "list"), ("mail", "show"), ("sandbox", "birth"),
    ("sandbox", "advance"),
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
        ((), 2, "UsageError", "No such option: --json"),
        (("mail",), 2, "UsageError", "No such option: --json"),
        (("sandbox", "advance", "--days", "many"), 2, "UsageError", "for '--days': Input should be a valid integer"),
        (("run", "dance"), 2, "UsageError", "Expected one of: alert, build, check"),
        (("run", "build", "--as-of", "31.10.2026"), 2, "UsageError", "found '31.10.2026'"),
        (("run", "build", "--as-of", "2026-10-31T12:00:00"), 2, "UsageError", "has no offset"),
        (("run", "build", "--as-of", "2999-10-31"), 2, "UsageError", "which is 2999-11-01 04:00:00 UTC; the clock"),
        (("load", "--since", "2999-10-31", "--full"), 2, "UsageError", "Nothing can be loaded since 2999-10-31"),
        (("load", "--since", "0001-01-01", "--full"), 2, "UsageError", "that is past, 1970 or later"),
        (("load", "--since", "0001-01-01T00:00:00+14:00", "--full"), 2, "UsageError", "neither a date nor an"),
        (("run", "build", "--as-of", "9999-12-31"), 2, "UsageError", "neither a date nor an"),
        (("load", "--since", "2026-02-30", "--full"), 2, "UsageError", "--since is not a date"),
        (("load", "files", "--dir", "/nowhere"), 2, "UsageError", "'/nowhere' does not exist"),
        (("metric", "net_mmr"), 2, "QuestionError", "Did you mean 'net_mrr'"),
        (("metric", "net_mrr", "--since", "lately"), 2, "UsageError", "--since is not a date"),
        (("metric", "net_mrr", "--where", "country"), 2, "UsageError", "expected dimension=value"),
        (("metric", "net_mrr", "--not", "country<DE"), 2, "UsageError", "--not is not a filter"),
        (("metric", "net_mrr", "--where", "country>DE"), 2, "UsageError", "--where is not a date"),
        (("metric", "net_mrr"), 3, "WarehouseDown", "run `plumbline up`"),
        (("receipt", "7K3M-09XA-2B1D"), 3, "WarehouseDown", "run `plumbline up`"),
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
    rows = {row["metric"]: row for row in json.loads(ended.stdout)["metrics"]}
    assert {"net_mrr", "arr", "active_customers"} <= set(rows)
    assert (rows["net_mrr"]["additive_over_time"], rows["new_mrr"]["additive_over_time"]) == (False, True)
    cuts = ["product", "plan", "country", "region", "currency"]
    assert rows["arr"]["additive_over_dimensions"] == cuts
    assert rows["mrr_growth_year"]["dimensions"] == cuts, "those of what it is made of"
    assert rows["nrr"]["additive_over_dimensions"] == [] and "ratio" in rows["nrr"]["why_over_dimensions"]
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


def _divide_by_zero(*_: object) -> None:
    raise ZeroDivisionError("of figures\nand more")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ZeroDivisionError("of figures\nand more"), "ZeroDivisionError: of figures."),
        (OSError(5, "Input/output error"), "OSError: [Errno 5] Input/output error."),
        (SystemExit(3), "SystemExit: 3."),
        (UnicodeEncodeError("ascii", "\ud800", 0, 1, "no such character"), "UnicodeEncodeError"),
    ],
    ids=["a defect", "a refusal nobody knows", "a library that ends the process", "a text that cannot be written"],
)
def test_what_nobody_foresaw_is_one_object_too_and_its_traceback_in_a_file(
    empty: Settings, plumbline: Plumbline, monkeypatch: pytest.MonkeyPatch, error: BaseException, said: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("app.metrics.catalogue", fail)
    ended = plumbline(empty, "metrics", "--json")
    assert ended.code == 4
    assert ended.stdout.count("\n") == 1
    told = json.loads(ended.stdout)["error"]
    log = empty.home / "logs" / "defects.log"
    assert told["kind"] == "Defect"
    assert said in told["message"] and str(log) in told["message"]
    assert "Traceback" not in ended.stderr + ended.stdout
    written = log.read_text()
    assert "Traceback (most recent call last)" in written and type(error).__name__ in written
    assert log.stat().st_mode & 0o077 == 0
    assert plumbline(empty, "metrics").code == 4, "people read the same, without the object"


def test_a_defect_is_told_even_where_the_home_cannot_be_had(
    make_settings: Callable[..., Settings], plumbline: Plumbline, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = make_settings()
    settings.home.write_text("a file")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("app.metrics.catalogue", _divide_by_zero)
    ended = plumbline(settings, "metrics", "--json")
    [log] = tmp_path.glob("plumbline-*-defects.log")
    assert (ended.code, str(log) in json.loads(ended.stdout)["error"]["message"]) == (4, True)


def test_what_goes_wrong_after_the_answer_adds_no_second_object(
    empty: Settings, plumbline: Plumbline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer_and_fail(payload: Mapping[str, object], *_: object) -> None:
        write_json({"metrics": []})
        raise ZeroDivisionError

    monkeypatch.setattr("pipelines.commands.metrics.answer", answer_and_fail)
    ended = plumbline(empty, "metrics", "--json")
    assert (ended.code, json.loads(ended.stdout)) == (4, {"metrics": []})
    assert "a defect of its own: ZeroDivisionError" in ended.stderr


def test_down_with_nothing_running_is_fine(empty: Settings, plumbline: Plumbline) -> None:
    ended = plumbline(empty, "down", "--json")
    assert (ended.code, json.loads(ended.stdout)) == (0, {"stopped": []})


BROKEN_OFF_AT_ONCE = """
import os, signal, sys

class Asked:
    def find_spec(self, name, *_):
        if name == "typer":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Asked())
sys.argv = ["plumbline", "status", "--json"]
from pipelines.entry import main
main()
"""


def test_ctrl_c_before_a_command_has_begun_is_no_traceback(empty: Settings) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", BROKEN_OFF_AT_ONCE], capture_output=True, text=True, check=False, cwd=ROOT,
        env=environment(empty),
    )
    assert ended.returncode == 130
    assert json.loads(ended.stdout) == {"error": {"kind": "Interrupted", "message": "Broken off."}}
    assert ended.stderr == "plumbline: Broken off.\n"
