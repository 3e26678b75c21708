"""Keep fresh: what is due is loaded, so that the critical part is never older than a quarter of an hour."""

from pipelines.build import build
from pipelines.check import check
from pipelines.job import Job
from pipelines.load import load_due
from pipelines.notify import alert
from pipelines.predict import detect
from pipelines.remember import remember

JOB = Job(
    name="keep_fresh",
    cron="*/5 * * * *",
    owner="engineer",
    steps=(load_due, build, check, detect, alert, remember),
    needs={remember: (build,), detect: (build,)},
)
