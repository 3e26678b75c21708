"""Keep fresh: the part of the chain that must never be older than a quarter of an hour."""

from pipelines.build import build
from pipelines.check import check
from pipelines.job import Job
from pipelines.load import load
from pipelines.notify import alert
from pipelines.predict import detect

JOB = Job(
    name="keep_fresh",
    cron="*/15 * * * *",
    owner="engineer",
    steps=(load, build, check, detect, alert),
    needs={detect: (build,)},
)
