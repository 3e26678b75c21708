"""Forecast: looks ahead on every daily series that has a history."""

from pipelines.job import Job
from pipelines.predict import forecast

JOB = Job(name="forecast", cron=None, owner="finance", steps=(forecast,))
