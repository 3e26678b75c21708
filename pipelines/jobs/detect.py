"""Detect: scores the latest days of every KPI series for being odd."""

from pipelines.job import Job
from pipelines.predict import detect

JOB = Job(name="detect", cron=None, owner="analyst", steps=(detect,))
