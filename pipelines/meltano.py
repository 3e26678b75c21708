"""Runs Meltano as a subprocess, as the data engineer does by hand: `python -m pipelines.meltano run tap-stripe …`.

All that a run needs is in its environment, credentials included; nothing secret is in its arguments. Its state is
kept in the warehouse (schema `meltano`), its working files in `home`/meltano, its plugins in `.meltano` beside
meltano.yml, shared by all homes.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from sqlalchemy.engine import make_url

from app.clock import as_of
from app.errors import DependencyMissing
from app.home import keep_private
from app.secrets import warehouse_url
from app.settings import ROOT, Settings, get_settings
from pipelines.credentials import configured
from pipelines.plugins import FOLDER
from pipelines.ports import LOOPBACK, port_of
from pipelines.sandbox.vendors.authority import Authority

FAKETIME = "faketime/libfaketime.so.1"
LIBRARIES = (Path("/usr/lib"), Path("/usr/local/lib"))
INHERITED = ("HOME", "LANG", "PATH", "TMPDIR", "USER")
SECRET_NAMES = ("_SECRET", "_TOKEN", "_URL", "_URI", "_PASSWORD", "_KEY")
LONGEST_COMPLAINT = 500
COMPLAINT = re.compile(r"^(CRITICAL|ERROR)\b|^[\w.]*(Error|Exception|Failure)\b.*:|^\S+\.csv[:,] ")
RESUMED = "Resuming sync from"
CHATTER = re.compile("Request to Stripe api|Stripe API response|http_request_duration")
"""Lines of the taps that say nothing but that a request was made: thousands in a run."""


@dataclass
class Told:
    """What a run's log told.

    Attributes:
        rows: how many the loader took, by stream.
        complaints: what went wrong, in the words of the tap and the loader, in order.
        verdict: what went wrong, in Meltano's words.
        has_resumed: whether the tap went on where an earlier, broken run had stopped, passing over streams.
    """

    rows: dict[str, int] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    verdict: str = "it said nothing"
    has_resumed: bool = False

    def hear(self, line: Mapping[str, object]) -> None:
        """Takes in one line of the log."""
        text = str(line.get("event", "")).strip()
        if line.get("consumer") and text.startswith("METRIC: "):
            self._count(text.removeprefix("METRIC: "))
        if COMPLAINT.match(text):
            self.complaints.append(text.splitlines()[0][:LONGEST_COMPLAINT])
        elif line.get("level") in ("error", "critical") and "stdio" not in line and "err" not in line:
            self.verdict = text.splitlines()[0][:LONGEST_COMPLAINT] if text else self.verdict
        self.has_resumed = self.has_resumed or RESUMED in text

    @property
    def reason(self) -> str:
        """Why the run failed, as far as the log tells."""
        return "; ".join(dict.fromkeys(self.complaints[-2:])) or self.verdict

    def _count(self, metric: str) -> None:
        try:
            found = json.loads(metric)
        except ValueError:
            return
        if found.get("metric") == "record_count":
            stream = str(found["tags"]["stream"]).rpartition("-")[2]
            self.rows[stream] = self.rows.get(stream, 0) + int(found["value"])


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
        if not link.is_symlink():
            link.symlink_to(shared, target_is_directory=True)
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


def run(
    settings: Settings, extractor: str, loader: str, *, run_id: UUID, now: datetime, log: Path, whole: bool,
    held: int | None = None,
) -> tuple[int, Told]:
    """One `meltano run`.

    Args:
        settings: of this home.
        extractor: name in meltano.yml.
        loader: name in meltano.yml.
        run_id: written to Meltano's own record.
        now: the business instant.
        log: the run's log is added to it; JSON, one object a line, without secrets.
        whole: whether to read the source anew from its start, not from its bookmarks.
        held: a descriptor that the process keeps open as long as it lives, such as that of a lock.

    Returns:
        The exit code, and what the log told.
    """
    given = environment(settings, now)
    command = [
        _program(), "--log-level=info", "--log-format=json", "run", "--no-install", "--force", f"--run-id={run_id}",
        *(["--full-refresh"] if whole else []), extractor, loader,
    ]
    hide = hider(given)
    found = Told()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as out, subprocess.Popen(
        command, cwd=ROOT, env=given, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, encoding="utf-8", errors="replace", pass_fds=() if held is None else (held,),
    ) as process:
        for line in process.stdout or ():
            safe = hide(line)
            if not CHATTER.search(safe):
                out.write(safe)
            found.hear(_parsed(safe))
    return process.returncode, found


def hider(given: Mapping[str, str]) -> Callable[[str], str]:
    """A function that blanks every secret of that environment, as it is or as a part of an address, in a text."""
    secrets = set()
    for name, value in given.items():
        if name.endswith(SECRET_NAMES):
            secrets |= {value, quote(value, safe="")}
            password = make_url(value).password if "://" in value else None
            if password:
                secrets |= {str(password), quote(str(password), safe="")}
    if not secrets:
        return lambda text: text
    pattern = re.compile("|".join(re.escape(secret) for secret in sorted(secrets, key=len, reverse=True)))
    return lambda text: pattern.sub("***", text)


def _parsed(line: str) -> Mapping[str, object]:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"event": line.strip()}


def _program() -> str:
    return str(Path(sys.executable).with_name("meltano"))


if __name__ == "__main__":
    keep_private()
    _settings = get_settings()
    os.chdir(ROOT)
    os.execve(_program(), [_program(), *sys.argv[1:]], dict(environment(_settings, as_of(_settings))))  # noqa: S606
