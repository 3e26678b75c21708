"""Alert: mails what is odd, missed, stale or broken, once."""

from pipelines.job import Job
from pipelines.notify import alert

JOB = Job(name="alert", cron=None, owner="executive", steps=(alert,))
