"""Health: scores each paying customer's health, where the model has told leavers from stayers before."""

from pipelines.health import health
from pipelines.job import Job

JOB = Job(name="health", cron=None, owner="customer_success", steps=(health,))
