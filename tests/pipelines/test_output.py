"""Answers: one JSON object, exact cents, no NaN; chatter goes to standard error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from app.settings import ROOT
from pipelines.cli import run
from pipelines.output import to_json


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("12300000.12"), "12300000.12"),
        (Decimal("-0.10"), "-0.1"),
        (float("nan"), "null"),
        (float("inf"), "null"),
        (None, "null"),
        (True, "true"),
        (np.int64(7), "7"),
        (np.float64("nan"), "null"),
        (date(2026, 10, 1), '"2026-10-01"'),
        (datetime(2026, 11, 22, 11, tzinfo=UTC), '"2026-11-22T11:00:00+00:00"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (Path("/tmp/x"), '"/tmp/x"'),
        (("Zoë", 1), '["Zoë", 1]'),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_each_kind_of_value_has_one_form(value: object, written: str) -> None:
    assert to_json({"value": value}) == f'{{"value": {written}}}'


def test_a_value_that_no_answer_should_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="No JSON form for object"):
        to_json({"value": object()})


def test_what_libraries_and_children_print_does_not_mix_with_the_answer() -> None:
    program = (
        "import os, subprocess\n"
        "from pipelines.output import answer, chatter_on_stderr\n"
        "with chatter_on_stderr(True):\n"
        "    print('a library says hello')\n"
        "    subprocess.run(['echo', 'a child says hello'], check=True)\n"
        "answer({'n': 1}, True, lambda console: None)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(ended.stdout) == {"n": 1}
    assert ended.stderr.splitlines() == ["a library says hello", "a child says hello"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["metrics"], 0), (["metrics", "--json"], 0), (["bench", "none", "--json"], 2)],
    ids=["for people", "as JSON", "an error"],
)
def test_a_reader_that_leaves_early_is_no_defect(arguments: list[str], code: int) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        command = [sys.executable, "-m", "pipelines.cli", *arguments]
        ended = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(writing)
    assert ended.returncode == code
    assert "Traceback" not in ended.stderr
    assert "defect" not in ended.stderr


def test_what_is_broken_off_answers_with_one_object(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_off() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("app.metrics.catalogue", break_off)
    assert run(["metrics", "--json"]) == 130
    assert json.loads(capsys.readouterr().out) == {"error": {"kind": "Interrupted", "message": "Broken off."}}
