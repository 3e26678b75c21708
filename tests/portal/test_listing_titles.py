"""What the engineer's lists say of themselves, and how the waiting page names a step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

import pandas as pd
import pytest

from app.progress import Stage
from app.ui.panels.listing import LISTS, ordered, title
from app.ui.reading import Reading
from app.ui.states import stage_html

NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)
NO_READING = cast(Reading, None)


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
    assert title("jobs", [{"result": result} for result in results], NOW) == words


def test_a_job_that_failed_is_not_counted_beside_the_step_that_did() -> None:
    rows = [{"step": "", "result": "failed"}, {"step": "build", "result": "failed"}]
    assert title("jobs", rows, NOW) == "1 job step failed"


def test_the_promise_list_counts_all_that_are_not_kept_and_says_which_only_warn() -> None:
    rows = [{"outcome": outcome} for outcome in ("kept", "kept", "broken", "warned", "not_run")]
    assert title("promises", rows, NOW) == "2 of 4 promises are kept, 1 warns, 1 not run"


@pytest.mark.parametrize(
    ("days_ago", "words"),
    [((), "No alert in the last week"), ((8,), "No alert in the last week"), ((1, 2, 30), "2 alerts in the last week")],
    ids=["none", "an old one", "two of three"],
)
def test_the_alert_list_counts_those_of_the_week(days_ago: tuple[int, ...], words: str) -> None:
    assert title("alerts", [{"raised_at": NOW - timedelta(days=days)} for days in days_ago], NOW) == words


def test_the_engineer_sees_alerts_about_the_machinery_and_no_figure() -> None:
    raised = {"severity": "act", "raised_at": NOW, "detail": {"found": "a reason\nand more"}}
    rows = [
        raised | {"kind": "anomaly", "headline": "MRR: $1"},
        raised | {"kind": "job_failed", "headline": "The job failed"},
    ]
    shown = ordered("alerts", pd.DataFrame(rows), NOW)
    assert [row["headline"] for row in shown] == ["The job failed"]
    assert [show(shown[0], NO_READING) for _, name, show in LISTS["alerts"][1] if name == "detail"] == ["a reason"]


def test_a_skipped_step_is_no_running_one() -> None:
    assert '<span class="pl-still">skipped</span>' in stage_html(Stage("detect", "skipped", None, 0.0))
