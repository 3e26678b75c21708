"""Load: fetches what is new from every configured source into its raw schema."""

from pipelines.job import Job
from pipelines.load import load_all

JOB = Job(name="load", cron=None, owner="engineer", steps=(load_all,))
