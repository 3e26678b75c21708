"""Report: the daily KPI mail to executives."""

from pipelines.job import Job
from pipelines.notify import report

JOB = Job(name="report", cron=None, owner="executive", steps=(report,))
