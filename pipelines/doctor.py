"""`plumbline doctor`: whether this machine and this home are as Plumbline needs them, and what to do if not."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from app.errors import PlumblineError
from app.home import make_home, most_of_home, too_open
from app.login import bracketed
from app.settings import Settings
from pipelines import runs
from pipelines.ports import LOOPBACK, is_listening, port_of, require_free
from pipelines.services import configured

LEAST_FREE_GB = 2.0
FAKETIME = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib/faketime/libfaketimeMT.so.1")


@dataclass(frozen=True)
class Finding:
    """One thing examined: what was found, what was expected, and what to do when it is not so."""

    name: str
    ok: bool
    found: str
    expected: str
    do: str

    def payload(self) -> dict[str, object]:
        return asdict(self)


def essentials(settings: Settings) -> list[Finding]:
    """What must hold before anything is started: interpreter, folder, disk, ports, the sandbox's clock."""
    folder = _folder(settings)
    if not folder.ok:
        return [_python(), folder]
    return [_python(), folder, _disk(settings), *_ports(settings), *_faketime(settings)]


def examine(settings: Settings) -> list[Finding]:
    """Everything: the essentials, the secrets, the programs, the warehouse, the plugins."""
    found = essentials(settings)
    if not all(finding.ok for finding in found if finding.name == "Home"):
        return found
    of_the_home = _purpose(settings), _closed(settings), _secrets(settings)
    return [
        *found, *of_the_home, _postgres(settings), _warehouse(settings), *_log(settings), *_doors(settings),
        *_sources(settings),
    ]  # fmt: skip


def draw(findings: list[Finding], console: Console) -> None:
    """One line per finding; what is wrong is followed by what to do."""
    for finding in findings:
        console.print(f"{'✓' if finding.ok else '✗'} {finding.name}: {finding.found}", markup=False)
        if not finding.ok:
            console.print(f"    expected {finding.expected}; {finding.do}", markup=False)


def _python() -> Finding:
    ok = sys.version_info[:2] >= (3, 11)
    return Finding("Python", ok, platform.python_version(), "3.11 or newer", "install Debian's python3 and make anew")


def _folder(settings: Settings) -> Finding:
    expected = "a folder that this user may write"
    try:
        make_home(settings)
        probe = settings.home / ".probe"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        return Finding(
            "Home", False, f"{settings.home} ({error.strerror})", expected, "set PLUMBLINE_HOME to another folder"
        )
    return Finding("Home", True, str(settings.home), expected, "")


def _disk(settings: Settings) -> Finding:
    folder = next(each for each in (settings.home, *settings.home.parents) if each.exists())
    free = shutil.disk_usage(folder).free / 1e9
    return Finding(
        "Disk",
        free >= LEAST_FREE_GB,
        f"{free:.1f} GB free",
        f"at least {LEAST_FREE_GB:.0f} GB",
        "make room, or set PLUMBLINE_HOME to a folder on another disk",
    )


def _ports(settings: Settings) -> Iterator[Finding]:
    """Those of services that are down must be free: a taken one is somebody else's."""
    for service in configured(settings):
        if service.process(settings) is not None:
            continue
        for name in service.ports:
            host = settings.host if name == "portal" else LOOPBACK
            port = port_of(settings, name)
            try:
                require_free(port, name, host)
            except PlumblineError as error:
                yield Finding(f"Port of {name}", False, f"{bracketed(host)}:{port} is taken", "a free port", str(error))


def _faketime(settings: Settings) -> Iterator[Finding]:
    if settings.has_sandbox:
        found = [str(path) for pattern in FAKETIME for path in Path("/").glob(pattern[1:])]
        yield Finding(
            "libfaketime",
            bool(found),
            found[0] if found else "none",
            "the library that lets the taps live in the sandbox company's time",
            "apt-get install libfaketime (scripts/bootstrap does it)",
        )


def _purpose(settings: Settings) -> Finding:
    """What the home was made for is what the settings ask for."""
    from pipelines.made_for import asked_for, home_made_for, refuse_other_home

    expected = f"{asked_for(settings)}, as the settings ask for"
    try:
        refuse_other_home(settings)
    except PlumblineError as error:
        return Finding("Made for", False, "something else", expected, str(error))
    return Finding("Made for", True, str(home_made_for(settings) or "nothing yet"), expected, "")


def _closed(settings: Settings) -> Finding:
    """Other users of the machine can read nothing of the home."""
    expected = f"a home of mode {most_of_home(settings):o}, and all in it closed to others"
    found = too_open(settings)
    said = ", ".join(f"{each.path} has mode {each.mode:o}" for each in found)
    do = "run `plumbline up`, which closes what it made, or " + "; ".join(
        f"chmod {each.mode & each.most:o} {each.path}" for each in found
    )
    return Finding("Privacy", not found, said or f"mode {settings.home.stat().st_mode & 0o777:o}", expected, do)


def _secrets(settings: Settings) -> Finding:
    file = settings.home / "secrets.json"
    expected = "readable by its owner only"
    if not file.exists():
        return Finding("Secrets", True, "none made yet", expected, "")
    mode = stat.S_IMODE(file.stat().st_mode)
    is_ours = file.stat().st_uid == os.geteuid()
    return Finding(
        "Secrets", mode == 0o600 and is_ours, f"mode {mode:o}", expected, f"chmod 600 {file}, owned by who runs this"
    )


def _postgres(settings: Settings) -> Finding:
    from pipelines.unprivileged import programs

    expected = "the programs of an embedded Postgres, or a warehouse of your own"
    if settings.warehouse_url is not None:
        return Finding("Postgres", True, "a warehouse of your own", expected, "")
    try:
        return Finding("Postgres", True, str(programs(settings)), expected, "")
    except PlumblineError as error:
        return Finding("Postgres", False, "none", expected, str(error))


def _warehouse(settings: Settings) -> Finding:
    expected = "a prepared warehouse that answers"
    try:
        runs.read(settings, "select 1 from portal.job_run limit 1")
    except PlumblineError as error:
        return Finding("Warehouse", False, str(error), expected, "run `plumbline up`")
    return Finding("Warehouse", True, "answers", expected, "")


def _sources(settings: Settings) -> Iterator[Finding]:
    """Every connected source knows us; in the sandbox only while its vendors are up."""
    from pipelines.credentials import kept
    from pipelines.probing import client, who
    from pipelines.sources import all_sources

    if settings.has_sandbox and not is_listening(port_of(settings, "vendors_proxy")):
        return
    expected = "a source that accepts our credentials"
    found = kept(settings)
    for fault in found.faults:
        yield Finding("Credentials", False, "some that cannot be used", "a sources.json as docs/sources says", fault)
    with client(settings) as http:
        for name, source in sorted(all_sources().items()):
            if name not in found.given or source.probe is None:
                continue
            try:
                said = who(source, source.filled(found.given[name]), http)
                yield Finding(f"Source {source.label}", True, said, expected, "")
            except PlumblineError as error:
                yield Finding(f"Source {source.label}", False, type(error).__name__, expected, str(error))


def _log(settings: Settings) -> Iterator[Finding]:
    """The log of production is read, and production is safe from a reader that stalls."""
    from pipelines.capture import watch
    from pipelines.capture.credentials import is_captured

    if not is_captured(settings):
        return
    expected = "a slot that is read, and little log kept for it"
    try:
        found = watch.look(settings)
    except PlumblineError as error:
        yield Finding("Production's log", False, "cannot be asked for", expected, str(error))
        return
    if found is None:
        return
    lacks = " ".join(found.lacks(settings))
    said = f"{found.lag_bytes} bytes behind"
    said = f"{found.slot.retained_bytes / watch.GB:.2f} GB kept, {said}" if found.slot else "no slot"
    yield Finding("Production's log", not lacks, said, expected, lacks)
    if found.slot is not None:
        yield Finding(
            "Production's disk", found.slot.limit_bytes is not None, _limit_in_words(found.slot.limit_bytes),
            "a limit in production, so that a stalled reader cannot fill its disk",
            "its owner sets max_slot_wal_keep_size, such as 50GB, and reloads (docs/sources/production.md)",
        )  # fmt: skip
    if found.left_over:
        names = ", ".join(found.left_over)
        do = "drop those whose warehouse is no more: select pg_drop_replication_slot('…')"
        yield Finding("Other slots", False, f"nobody reads {names}", "only slots that are read", do)


def _limit_in_words(limit: int | None) -> str:
    return "max_slot_wal_keep_size is -1: no limit" if limit is None else f"at most {limit / 2**30:.1f} GiB kept"


def _doors(settings: Settings) -> Iterator[Finding]:
    """An address that others can reach must be one behind TLS."""
    is_open = settings.host not in (LOOPBACK, "localhost", "::1")
    is_tls = (settings.public_url or "").startswith("https://")
    yield Finding(
        "Way in",
        is_tls or not is_open,
        f"listens on {settings.host}, people type {settings.public_url or 'its port'}",
        "loopback only, or an https address in front",
        "put a proxy that ends TLS in front and set PLUMBLINE_PUBLIC_URL to its https address",
    )
