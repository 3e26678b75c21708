"""Subscriptions: mails the pages that people have asked for, when they are due, and whom comments mention."""

from pipelines.job import Job
from pipelines.mentions import mentions
from pipelines.subscriptions import subscriptions

JOB = Job(name="subscriptions", cron="1-59/5 * * * *", owner="executive", steps=(subscriptions, mentions))
