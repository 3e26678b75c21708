"""Check: verifies every promise about raw data and marts, and stores which are kept."""

from pipelines.check import check
from pipelines.job import Job

JOB = Job(name="check", cron=None, owner="engineer", steps=(check,))
