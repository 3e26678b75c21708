"""One file per job; a file here with a `JOB` is all that a new job takes."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from app.errors import SettingsError

if TYPE_CHECKING:
    from pipelines.job import Job


def job_names() -> tuple[str, ...]:
    """The names of all jobs, from the files of this folder, in alphabetical order; imports none of them."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


def all_jobs() -> Mapping[str, Job]:
    """Every job by its name.

    Raises:
        SettingsError: a file here declares no job, or one of another name.
    """
    return {name: read_job(name) for name in job_names()}


def read_job(name: str) -> Job:
    """The job of the file `name`.py.

    Raises:
        SettingsError: the file declares no job, or one of another name.
    """
    from pipelines.job import Job

    job = getattr(import_module(f"{__name__}.{name}"), "JOB", None)
    if not isinstance(job, Job) or job.name != name:
        raise SettingsError(
            f"pipelines/jobs/{name}.py does not declare its job. Found JOB = {job!r}; expected "
            f"JOB = Job(name={name!r}, …). Name the job as its file."
        )
    return job
