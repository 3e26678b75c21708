"""How long the whole chain takes, step by step, when little or nothing is new."""

from __future__ import annotations

from collections.abc import Mapping

from app.clock import as_of
from app.settings import Settings
from pipelines.bench import Bench, Goal


def seconds_by_step(settings: Settings) -> Mapping[str, float]:
    """Seconds of each step of the job `refresh`, and of all of it.

    Raises:
        PlumblineError: a step failed.
    """
    from pipelines.job import execute
    from pipelines.jobs import read_job
    from pipelines.services import running

    with running(settings, "warehouse", "production", "vendors", "mailbox"):
        outcome = execute(read_job("refresh"), settings, as_of(settings))
    if outcome.error is not None:
        raise outcome.error
    return {f"{step.step}_seconds": step.seconds for step in outcome.steps} | {"seconds": outcome.seconds}


BENCH = Bench("refresh", seconds_by_step, {"seconds": Goal(must=300, aim=120)})
