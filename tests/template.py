"""A migrated warehouse made once for all tests, and copied into a home that is to have one: to make it takes 2 s each.

Whoever needs it first makes it, in the folder that TEMPLATE names; the processes of one run share it. What is copied
are the server's files and the secrets that its logins' passwords are made of; ports are each home's own.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from app.home import make_home
from app.settings import Settings
from pipelines.migrate import migrate
from pipelines.postgres import Cluster
from pipelines.unprivileged import state_folder

TEMPLATE = "TEST_TEMPLATE"
"""The environment variable with the folder; a run of tests within a test begins its own."""


def begin() -> None:
    """Makes the folder, which Postgres's own user may enter."""
    folder = tempfile.mkdtemp(prefix="plumbline-template-")
    Path(folder).chmod(0o755)
    os.environ[TEMPLATE] = folder


def end() -> None:
    shutil.rmtree(os.environ.pop(TEMPLATE, ""), ignore_errors=True)


def lay(settings: Settings) -> None:
    """Puts a migrated warehouse into a home, not started; a home that has a warehouse or secrets keeps its own, and
    one of another version of Postgres makes its own.
    """
    has_own = Cluster(settings, "warehouse").data.exists() or (settings.home / "secrets.json").exists()
    if has_own or settings.warehouse_url is not None or settings.postgres_bin is not None:
        return
    made = _made()
    make_home(settings)
    shutil.copy2(made.home / "secrets.json", settings.home / "secrets.json")
    source, target = state_folder(made) / "warehouse", state_folder(settings) / "warehouse"
    subprocess.run(("cp", "-a", str(source), str(target)), check=True)  # with the owner, whom Postgres insists on


def _made() -> Settings:
    folder = Path(os.environ[TEMPLATE])
    settings = Settings(home=folder / "home", sandbox_scale="small", warehouse_url=None, postgres_bin=None, port=0)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            server = Cluster(settings, "warehouse")
            server.start()
            migrate(settings)
            server.stop()
            (folder / "made").touch()
    return settings
