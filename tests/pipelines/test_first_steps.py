"""What `plumbline up` makes of a job's answer, however long it is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import FellShort
from app.settings import Settings
from pipelines import first_steps
from pipelines.progress import Step

ANSWERS = """#!{python}
import json
missed = [f"source_{{at}}" for at in range({many})]
print(json.dumps({{"steps": [{{"step": "load", "seconds": 2.0, "detail": {{"failed": missed}}, "result": "{result}",
                              "error": "Sources did not load."}}]}}))
"""


def answering(monkeypatch: pytest.MonkeyPatch, folder: Path, many: int, result: str) -> None:
    """A `plumbline run` that answers so."""
    program = folder / "answers"
    program.write_text(ANSWERS.format(python=sys.executable, many=many, result=result))
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))


def test_an_answer_of_more_than_a_pipe_holds_is_read_to_its_end(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answering(monkeypatch, tmp_path, 20_000, "ok")
    step = Step("Loading")
    first_steps._run_job(make_settings(), step, "keep_fresh")
    assert step.note.startswith("load 2 s; not loaded: source_0, ") and step.note.count("source_") == 20_000


def test_a_step_that_fell_short_is_told_with_the_log(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answering(monkeypatch, tmp_path, 1, "failed")
    with pytest.raises(FellShort, match=r"keep_fresh fell short at load: Sources did not load\. Its log: /"):
        first_steps._run_job(make_settings(), Step("Loading"), "keep_fresh")
