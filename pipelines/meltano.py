"""Runs Meltano as a subprocess, as the data engineer does by hand: `python -m pipelines.meltano run tap-stripe …`.

All that a run needs is in its environment, credentials included; nothing secret is in its arguments. Its state is
kept in the warehouse (schema `meltano`), its working files in `home`/meltano, its plugins in `.meltano` beside
meltano.yml, shared by all homes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import TextIO
from uuid import UUID, uuid4

import psutil

from app.clock import as_of
from app.errors import DependencyMissing
from app.home import keep_private
from app.secrets import warehouse_url
from app.settings import ROOT, Settings, get_settings
from pipelines.credentials import configured
from pipelines.load_log import CHATTER, SILENT, Told, hider, parsed
from pipelines.plugins import FOLDER
from pipelines.ports import LOOPBACK, port_of
from pipelines.process import end
from pipelines.sandbox.vendors.authority import Authority
from pipelines.turns import LOOK_SECONDS

WAL2JSON_SLOT = "plumbline_wal2json"
"""The slot of production's log that tap-postgres reads, unless the credentials name another."""
RUN = "PLUMBLINE_MELTANO_RUN"
"""Which run a tap or a loader belongs to; they have it from Meltano, with the rest of its environment."""
SECONDS_TO_DIE = 10
SECONDS_TO_STOP = 1.0
"""How long a run that is to stop may take to end by itself: it loses nothing but the rows since its last bookmark."""
FAKETIME = "faketime/libfaketime.so.1"
LIBRARIES = (Path("/usr/lib"), Path("/usr/local/lib"))
INHERITED = ("HOME", "LANG", "PATH", "TMPDIR", "USER")


def environment(settings: Settings, now: datetime) -> Mapping[str, str]:
    """The whole environment of a Meltano process; `now` is what the taps see as now in the sandbox.

    Raises:
        DependencyMissing: libfaketime is not installed (only in the sandbox).
    """
    loader = warehouse_url(settings, "plumbline_loader")
    state = loader.update_query_dict({"options": "-csearch_path=meltano"})
    given = {name: os.environ[name] for name in INHERITED if name in os.environ} | {
        "MELTANO_PROJECT_ROOT": str(ROOT),
        "MELTANO_ENVIRONMENT": "sandbox" if settings.has_sandbox else "production",
        "MELTANO_DATABASE_URI": state.render_as_string(hide_password=False),
        "MELTANO_SYS_DIR_ROOT": str(working_folder(settings)),
        "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
        "WAREHOUSE_LOADER_URL": loader.render_as_string(hide_password=False),
        "DO_NOT_TRACK": "1",
        "NO_COLOR": "1",
        "PYTHONUNBUFFERED": "1",
    }
    for credentials in configured(settings).values():
        given |= credentials
    given["PRODUCTION_SLOT"] = given.get("PRODUCTION_SLOT") or WAL2JSON_SLOT
    return {**given, **(_sandbox(settings, now) if settings.has_sandbox else {})}


def _sandbox(settings: Settings, now: datetime) -> Mapping[str, str]:
    # The clock stands still one second after the company's, so that the taps' half-open windows hold its last second.
    seen = now + timedelta(seconds=1)
    return {
        "PLUMBLINE_SANDBOX_PROXY": f"http://{LOOPBACK}:{port_of(settings, 'vendors_proxy')}",
        "PLUMBLINE_SANDBOX_CA": str(Authority(settings.home / "sandbox").certificate_file),
        "PLUMBLINE_SANDBOX_FAKETIME": str(faketime()),
        "PLUMBLINE_SANDBOX_NOW": f"{seen:%Y-%m-%d %H:%M:%S}",
    }


def faketime() -> Path:
    """The library that lets the taps see the company's clock.

    Raises:
        DependencyMissing: it is not installed.
    """
    for folder in LIBRARIES:
        for found in (*folder.glob(f"*/{FAKETIME}"), *folder.glob(FAKETIME)):
            return found
    raise DependencyMissing(
        f"libfaketime is not installed: no {FAKETIME} under {' or '.join(map(str, LIBRARIES))}. Expected Debian's "
        "package, so that the taps see the sandbox company's clock. Run `apt-get install libfaketime`."
    )


def working_folder(settings: Settings) -> Path:
    """Meltano's folder of this home; its plugins are those shared by all homes."""
    folder = settings.home / "meltano"
    folder.mkdir(parents=True, exist_ok=True)
    for kind in ("extractors", "loaders"):
        shared = FOLDER / kind
        shared.mkdir(parents=True, exist_ok=True)
        link = folder / kind
        if not link.is_symlink() or link.readlink() != shared:  # another checkout made it, as before an upgrade
            beside = folder / f"{kind}.{uuid4()}"
            beside.symlink_to(shared, target_is_directory=True)
            beside.replace(link)
    return folder


def prepare(settings: Settings, now: datetime) -> None:
    """Makes Meltano's own tables, once per warehouse: two runs that both find none get in each other's way.

    Raises:
        DependencyMissing: Meltano cannot; the message has its last words.
    """
    given = environment(settings, now)
    ended = subprocess.run(
        [_program(), "--log-level=warning", "state", "list"], cwd=ROOT, env=given, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )
    if ended.returncode:
        last = hider(given)("\n".join(ended.stderr.strip().splitlines()[-3:]))
        raise DependencyMissing(
            f"Meltano cannot keep its state in the warehouse: exit code {ended.returncode}. Expected it to make its "
            f"tables in the schema meltano. Its last words: {last}"
        )


@dataclass(frozen=True)
class Block:
    """One extractor into one loader, as meltano.yml names them; `log` is added to (JSON lines, no secrets)."""

    extractor: str
    loader: str
    log: Path


@dataclass
class Ended:
    """How a block of a run ended; `is_ok` is None where the run never came to it."""

    told: Told = field(default_factory=Told)
    is_ok: bool | None = None
    seconds: float = 0.0


def run(
    settings: Settings, blocks: Sequence[Block], *, run_id: UUID, now: datetime, held: Sequence[int] = (),
    changed: Mapping[str, str] | None = None, most_seconds: int | None = None, stopping: Event | None = None,
) -> Sequence[Ended]:
    """One `meltano run` of some blocks, one after another; Meltano stops at the first that fails.

    Args:
        settings: of this home.
        blocks: in their order.
        run_id: written to Meltano's own record.
        now: the business instant.
        held: descriptors that the process keeps open as long as it lives, such as those of locks.
        changed: what to set in its environment besides.
        most_seconds: after so long Meltano ends the run; None: never.
        stopping: ends the run, its taps and loaders as well, when it is set.

    Returns:
        How each block ended, in their order.
    """
    given = {**environment(settings, now), **(changed or {}), RUN: str(run_id)}
    pairs = [name for block in blocks for name in (block.extractor, block.loader)]
    command = [_program(), "--log-level=info", "--log-format=json", "run", "--no-install", "--force",
               f"--run-id={run_id}", *([f"--timeout={most_seconds}"] if most_seconds else []), *pairs]
    hide = hider(given)
    ended = [Ended() for _ in blocks]
    jobs = {f"{given['MELTANO_ENVIRONMENT']}:{one.extractor}-to-{one.loader}": at for at, one in enumerate(blocks)}
    with ExitStack() as open_files, subprocess.Popen(
        command, cwd=ROOT, env=given, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, encoding="utf-8", errors="replace", pass_fds=tuple(held),
    ) as process, _ended_if_asked(process.pid, stopping):
        logs = [open_files.enter_context(_opened(block.log)) for block in blocks]
        at = 0
        for line in process.stdout or ():
            safe = hide(line)
            found = parsed(safe)
            at = jobs.get(str(found.get("job_name")), at)
            if not CHATTER.search(safe):
                logs[at].write(safe)
            ended[at].told.hear(found)
            if found.get("event") == "Block run completed":
                ended[at].is_ok = bool(found.get("success"))
                ended[at].seconds = float(str(found.get("duration_seconds") or 0))
                if found.get("err") and ended[at].told.verdict == SILENT:
                    ended[at].told.verdict = str(found["err"])
                at = min(at + 1, len(blocks) - 1)
    if process.returncode < 0:
        _end_orphans(run_id)
    if process.returncode and all(one.is_ok for one in ended if one.is_ok is not None):
        _blame(ended, process.returncode)
    return ended


@contextmanager
def _ended_if_asked(pid: int, stopping: Event | None) -> Iterator[None]:
    """Ends the process and all it started if that is asked for meanwhile; who reads what it says comes to the end."""
    over = Event()

    def watch() -> None:
        while stopping is not None and not over.wait(LOOK_SECONDS):
            if stopping.is_set():
                with suppress(psutil.NoSuchProcess):
                    end(psutil.Process(pid), SECONDS_TO_STOP)
                return

    watching = Thread(target=watch, name="stopping")
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


def _blame(ended: Sequence[Ended], code: int) -> None:
    """Meltano itself failed or was killed: the block that it was at has failed."""
    first = next((one for one in ended if one.is_ok is None), ended[-1])
    first.is_ok = False
    if first.told.verdict == SILENT:
        first.told.verdict = f"Meltano ended with code {code}"


def _end_orphans(run_id: UUID) -> None:
    """Kills the taps and loaders that a killed Meltano left behind: a loader would go on to store rows that are older
    than what the next run stores meanwhile.
    """
    orphans = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(RUN) == str(run_id):
                process.kill()
                orphans.append(process)
    psutil.wait_procs(orphans, timeout=SECONDS_TO_DIE)


def _opened(path: Path) -> TextIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("a", encoding="utf-8", buffering=1)


def _program() -> str:
    return str(Path(sys.executable).with_name("meltano"))


if __name__ == "__main__":
    keep_private()
    _settings = get_settings()
    os.chdir(ROOT)
    os.execve(_program(), [_program(), *sys.argv[1:]], dict(environment(_settings, as_of(_settings))))  # noqa: S606
