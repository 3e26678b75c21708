"""What the engineer's lists say of themselves, and how the waiting page names a step."""

from __future__ import annotations

import pytest

from app.progress import Stage
from app.ui.panels.listing import title
from app.ui.states import stage_html


@pytest.mark.parametrize(
    ("results", "words"),
    [
        (("ok", "ok"), "No job step failed"),
        (("ok", "failed", "skipped", "skipped"), "1 job step failed, 2 skipped"),
        ((), "No job step has run yet"),
    ],
    ids=["all well", "what was skipped is counted apart", "nothing yet"],
)
def test_the_job_list_says_what_failed_and_what_was_skipped(results: tuple[str, ...], words: str) -> None:
    assert title("jobs", [{"result": result} for result in results]) == words


def test_a_skipped_step_is_no_running_one() -> None:
    assert '<span class="pl-still">skipped</span>' in stage_html(Stage("detect", "skipped", None, 0.0))
