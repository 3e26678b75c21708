"""The steps of `plumbline up` that are not services: each may be done again, and does only what is missing."""

from __future__ import annotations

import json
import subprocess
import sys
from tempfile import TemporaryFile
from time import sleep

import psutil

from app.clock import as_of, sandbox_clock
from app.errors import DependencyMissing, FellShort, PlumblineError
from app.home import tighten
from app.settings import ROOT, Settings
from pipelines import process, runs
from pipelines.doctor import essentials
from pipelines.program import environment, log_of
from pipelines.progress import Step


def examine(settings: Settings, step: Step) -> None:
    """Refuses a machine on which the rest would fail; closes the home to others, and makes its folder of files.

    Raises:
        DependencyMissing: disk, folder or ports are not as needed; the message says what to do.
    """
    findings = essentials(settings)
    wrong = [finding for finding in findings if not finding.ok]
    if wrong:
        raise DependencyMissing(" ".join(f"{each.name}: found {each.found}; {each.do}" for each in wrong))
    tighten(settings)
    if settings.files_dir is None:
        settings.files.mkdir(exist_ok=True)
    step.note = f"{settings.home}"


def install_plugins() -> str:
    """Installs the taps and the loader that are missing; gives what there is to say about it."""
    from pipelines.plugins import install

    return "installed" if install() else "are there"


def prepare_warehouse(settings: Settings, step: Step) -> None:
    """Logins, schemas, tables; in the sandbox also its people. Runs that were killed are marked as such.

    Raises:
        WarehouseDown: the warehouse does not answer, or does not let us.
        SettingsError: it was made for something else than the settings ask for.
    """
    from pipelines.job import end_interrupted
    from pipelines.made_for import remember_home, remember_warehouse
    from pipelines.migrate import migrate

    migrate(settings)
    remember_warehouse(settings)
    remember_home(settings)
    end_interrupted(settings)
    if settings.has_sandbox and not settings.oidc_issuer:
        from app.people import ensure_people
        from pipelines.sandbox.people import PEOPLE

        ensure_people(settings, PEOPLE)


def bring_to_life(settings: Settings, step: Step) -> None:
    """The sandbox company's history up to its clock, in a process of its own, which gives its memory back.

    Raises:
        FellShort: the company could not be brought to life.
    """
    if not sandbox_clock(settings).exists():
        _answer_of(settings, "sandbox", "birth")
    else:
        from pipelines.sandbox.birth import bring_to_life as live

        live(settings)
    step.note = f"{settings.sandbox_scale}, its clock stands at {as_of(settings):%Y-%m-%d %H:%M} UTC"


def publish(settings: Settings, step: Step) -> None:
    """What the company's production database holds."""
    from pipelines.sandbox.publish import publish as seed

    seed(settings)


def refresh(settings: Settings, step: Step) -> None:
    """The whole chain once, in a process of its own; not again for a business instant that has had it.

    Raises:
        FellShort: a step of the chain failed.
    """
    instant = as_of(settings)
    if runs.is_refreshed(settings, instant):
        step.note = f"is there as of {instant:%Y-%m-%d %H:%M} UTC"
        return
    _run_job(settings, step, "refresh")


def catch_up(settings: Settings, step: Step) -> None:
    """What the first refresh left for later: the sources that have never been loaded, and what is made of them.

    Raises:
        FellShort: a step of the chain failed.
    """
    from pipelines.credentials import configured

    known = {str(row["source"]) for row in runs.read(settings, runs.SOURCES) if row["last_success"]}
    connected = configured(settings).keys()
    if connected - known:
        _run_job(settings, step, "keep_fresh")
    else:
        step.note = "have loaded" if connected else "none is connected yet (docs/operators.md says how)"


def _run_job(settings: Settings, step: Step, job: str) -> None:
    """Runs a job in a process of its own and tells what it is at.

    Raises:
        FellShort: a step of the job failed.
    """
    log = log_of(settings, job)
    with log.open("ab") as out, TemporaryFile() as answer:  # a pipe that nobody reads yet holds 64 kB, then its writer
        child = subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", "run", job, "--json"],
            cwd=ROOT,
            env=environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=out,
            start_new_session=True,
        )
        try:
            _follow(settings, child, step)
        finally:
            if child.poll() is None:
                process.end(psutil.Process(child.pid), patience=3)
        child.wait()
        answer.seek(0)
        said = answer.read()
    _judge(child.returncode, said, step, job, str(log))


def _answer_of(settings: Settings, *command: str) -> dict[str, object]:
    """The answer of a `plumbline` command.

    Raises:
        FellShort: it ended with another code than 0; the message is its own.
    """
    ended = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *command, "--json"],
        cwd=ROOT,
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        last = ended.stderr.strip().splitlines()[-1:] or ["It said nothing."]
        raise FellShort(f"`plumbline {' '.join(command)}` ended with code {ended.returncode}: {last[0]}")
    found: dict[str, object] = json.loads(ended.stdout)
    return found


def _follow(settings: Settings, child: subprocess.Popen[bytes], step: Step) -> None:
    """Tells which step the chain is at, until it has ended."""
    while child.poll() is None:
        try:
            at = runs.running_step(settings)
        except PlumblineError as error:
            at = {"step": str(error)}
        if at is not None:
            step.say(str(at["step"]))
        sleep(0.5)


def _judge(code: int, said: bytes, step: Step, job: str, log: str) -> None:
    """Reads the answer of `plumbline run JOB --json`."""
    try:
        found = json.loads(said)
    except ValueError:
        raise FellShort(f"The job {job} ended with code {code} and without an answer. Its log: {log}") from None
    if "error" in found:
        raise FellShort(f"The job {job} could not be run: {found['error']['message']} Its log: {log}")
    step.note = ", ".join(f"{each['step']} {each['seconds']:.0f} s" for each in found["steps"])
    missed = sorted({name for each in found["steps"] for name in (each["detail"] or {}).get("failed", ())})
    if missed:
        step.note += f"; not loaded: {', '.join(missed)} (`plumbline sources` says why)"
    wrong = [f"{each['step']}: {each['error']}" for each in found["steps"] if each["result"] == "failed"]
    if wrong:
        raise FellShort(f"The job {job} fell short at {' '.join(wrong)} Its log: {log}")
