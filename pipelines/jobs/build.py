"""Build: turns raw data into core facts, rollups and marts."""

from pipelines.build import build
from pipelines.job import Job

JOB = Job(name="build", cron=None, owner="engineer", steps=(build,))
