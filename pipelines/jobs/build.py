"""Build: turns raw data into core facts, rollups and marts, and remembers what those show."""

from pipelines.build import build
from pipelines.job import Job
from pipelines.remember import remember

JOB = Job(name="build", cron=None, owner="engineer", steps=(build, remember), needs={remember: (build,)})
