"""Installs Meltano's plugins, each in an environment of its own, made by uv: `python -m pipelines.plugins`.

What goes into each, and what builds it, is locked in `locks/` with hashes; `scripts/lock` remakes the locks.

They lie in `.meltano` beside meltano.yml and are shared by all homes. What is installed is remembered by a
fingerprint, so that asking again takes no time.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ruamel.yaml import YAML

from app.errors import DependencyMissing
from app.settings import ROOT

FOLDER = ROOT / ".meltano"
PROJECT = ROOT / "meltano.yml"
LOCKS = ROOT / "locks"


def install() -> bool:
    """Installs the plugins of meltano.yml unless the very same are there.

    Returns:
        Whether anything had to be done.

    Raises:
        DependencyMissing: a plugin could not be installed; the message names Meltano's last words.
    """
    wanted = fingerprint()
    mark = FOLDER / "installed"
    FOLDER.mkdir(exist_ok=True)
    with _alone():
        if mark.exists() and mark.read_text() == wanted and not missing():
            return False
        mark.unlink(missing_ok=True)
        forget_beginnings(FOLDER)
        _install()
        mark.write_text(wanted)
    return True


def fingerprint() -> str:
    """Changes when a plugin, anything locked for one, what our own taps are or require, or this Python changes."""
    seen = hashlib.sha256(f"{sys.version_info[:2]} {FOLDER}".encode())
    for name, address in addresses():
        seen.update(f"{name} {address}\n".encode())
    seen.update(" ".join(sorted(each.name for each in (ROOT / "pipelines" / "taps").glob("tap_*"))).encode())
    for file in (*sorted(LOCKS.glob("*.lock")), *sorted((ROOT / "pipelines" / "taps").glob("*.t*"))):
        seen.update(file.read_bytes())
    return seen.hexdigest()


def missing() -> list[str]:
    """The programs of plugins that are not installed, by their names."""
    return [path.name for path in _programs() if not path.exists()]


def forget_beginnings(folder: Path) -> None:
    """Meltano's own database, where no installation has come to its end: one that was broken off may have left tables
    without their version, at which Meltano would fail for ever. What loads remember lies in the warehouse.
    """
    for name in ("meltano.db", "meltano.db-journal", "meltano.db-wal", "meltano.db-shm"):
        (folder / name).unlink(missing_ok=True)


def _install() -> None:
    program = Path(sys.executable).with_name("meltano")
    # uv lies beside the program; the proxy of a sandbox must not stand between it and the package index.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MELTANO_", "PLUMBLINE_"))}
    given = inherited | {
        "MELTANO_SYS_DIR_ROOT": str(FOLDER),
        "MELTANO_PROJECT_ROOT": str(ROOT),
        "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "DO_NOT_TRACK": "1",
        "NO_COLOR": "1",
    }
    ended = subprocess.run(
        [str(program), "--no-environment", "install", "--clean"], cwd=ROOT, env=given, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )
    lacking = missing()
    if ended.returncode or lacking:
        said = (ended.stdout + ended.stderr).strip().splitlines()
        complaints = [line for line in said if "error" in line.lower() or "mismatch" in line.lower()]
        last = "\n".join([*complaints[-5:], *said[-5:]])
        raise DependencyMissing(
            f"Meltano's plugins could not be installed: exit code {ended.returncode}, "
            f"missing {', '.join(lacking) or 'none'}. Expected all plugins of {PROJECT.name}. "
            f"Check that the package index is in reach, then run `python -m pipelines.plugins`. Its last words:\n{last}"
        )


def _plugins() -> Iterator[tuple[str, dict[str, str]]]:
    project = YAML(typ="safe").load(PROJECT.read_text())
    for kind in ("extractors", "loaders"):
        for plugin in project["plugins"][kind]:
            if "pip_url" in plugin:
                yield kind, plugin


def addresses() -> list[tuple[str, str]]:
    return [(plugin["name"], plugin["pip_url"]) for _, plugin in _plugins()]


def _programs() -> list[Path]:
    """The program of every plugin; one that only inherits has its own in the environment that it inherits."""
    plugins = YAML(typ="safe").load(PROJECT.read_text())["plugins"]
    found = []
    for kind in ("extractors", "loaders"):
        by_name = {plugin["name"]: plugin for plugin in plugins[kind]}
        for plugin in plugins[kind]:
            owner = plugin if "pip_url" in plugin else by_name[plugin["inherit_from"]]
            program = plugin.get("executable", owner["executable"])
            found.append(FOLDER / kind / owner["name"] / "venv" / "bin" / program)
    return found


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time installs; who comes second waits and finds it done."""
    with (FOLDER / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    try:
        print("The plugins are installed." if install() else "The plugins are there already.")
    except DependencyMissing as error:
        print(error, file=sys.stderr)
        raise SystemExit(error.exit_code) from None
