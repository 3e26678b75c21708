"""Load: fetches what is new from every configured source into its raw schema."""

from pipelines.job import Job
from pipelines.load import load

JOB = Job(name="load", cron=None, owner="engineer", steps=(load,))
