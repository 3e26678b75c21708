"""The embedded Postgres servers: the warehouse, and the sandbox company's production database.

TCP on loopback only, scram only, one data folder each under `home`/postgres, log in `home`/logs. A server outlives
the process that started it; whoever comes next finds it through its postmaster.pid.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import psycopg2

from app.errors import DependencyMissing, PortTaken
from app.secrets import ADMIN, get_secret
from app.settings import Settings
from pipelines.ports import LOOPBACK, is_listening, port_of, require_free
from pipelines.postmaster import forget_stranger, is_server_of, named_in
from pipelines.unprivileged import reachable_programs, run_as, state_folder

LEAST_FREE_BYTES = 1_000_000_000
LARGEST_LOG_BYTES = 20_000_000
SUPERUSERS = {"warehouse": (ADMIN, "postgres_superuser"), "production": ("postgres", "production_superuser")}
CONFIGURATION = """\
# Written by Plumbline on each start.
listen_addresses = '{host}'
port = {port}
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
max_connections = 200
shared_buffers = '{buffers}'
work_mem = '32MB'
maintenance_work_mem = '128MB'
dynamic_shared_memory_type = '{shared_memory}'
wal_level = 'logical'
max_slot_wal_keep_size = '4GB'
max_wal_size = '2GB'
checkpoint_timeout = '15min'
synchronous_commit = on
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u '
"""


class Cluster:
    """One embedded server of a home."""

    def __init__(self, settings: Settings, name: Literal["warehouse", "production"]) -> None:
        self.settings = settings
        self.name = name
        self.superuser, self._secret = SUPERUSERS[name]
        self.data = state_folder(settings) / name
        self.log = settings.home / "logs" / f"{name}.log"

    @property
    def port(self) -> int:
        return port_of(self.settings, self.name)

    def start(self) -> None:
        """Brings the server up and waits until it answers; nothing happens if it already does.

        Raises:
            PortTaken: something else listens on its port.
            DependencyMissing: the disk is full, the data folder is of another major version or another owner, or
                the server ended while starting (the message says where its log is).
        """
        with self._alone():
            self._start()

    def _start(self) -> None:
        if self.is_running():
            if named_in(self.data)[1] == self.port:
                return
            self._stop()
        self._refuse_full_disk()
        require_free(self.port, self.name, LOOPBACK)
        if not self.data.exists():
            self._initialise()
        self._refuse_other_version()
        forget_stranger(self.data)
        self._configure()
        self._begin_log()
        with self.log.open("ab") as log:
            ended = self._run("pg_ctl", "-D", str(self.data), "-s", "-w", "-t", "300", "start", log=log.fileno())
        if ended.returncode:
            self._explain()
        self._check_password()

    def stop(self) -> None:
        """Ends the server, rolling back what is open; nothing happens if it does not run."""
        with self._alone():
            self._stop()

    def _stop(self) -> None:
        if self.is_running():
            ended = self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "-t", "120", "stop")
            if ended.returncode and self.is_running():
                raise DependencyMissing(
                    f"The {self.name} server did not end within 2 minutes. Expected it to. Look at {self.log}."
                )

    def is_running(self) -> bool:
        """Whether the server of this very data folder is alive."""
        return is_server_of(named_in(self.data)[0], self.data)

    def version(self) -> str:
        """The major version of the data folder, such as `18`."""
        try:
            return (self.data / "PG_VERSION").read_text().strip()
        except OSError as error:
            raise DependencyMissing(
                f"The data folder of the {self.name} server cannot be read: {self.data} ({error.strerror}). Expected "
                "a folder that this user's earlier run made. Run as the user that owns it, or delete it to begin anew."
            ) from None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops the server; who comes second waits and finds it done."""
        with self.data.with_name(f"{self.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _begin_log(self) -> None:
        """Makes the log's folder, and puts a log aside that has grown large."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))

    def _initialise(self) -> None:
        """Makes the data folder, under another name until it is whole."""
        fresh = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        who = run_as(self.data)
        fresh.mkdir(mode=0o700, parents=True)
        who.own(fresh)
        password = self.data.with_name(self.data.name + ".password")
        password.unlink(missing_ok=True)
        with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(get_secret(self.settings, self._secret) + "\n")
        who.own(password)
        builtin = self._program_version() >= 17
        locale = (
            ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
            if builtin
            else ("--locale=C.UTF-8",)
        )
        try:
            ended = self._run(
                "initdb",
                "-D",
                str(fresh),
                "-U",
                self.superuser,
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--data-checksums",
                *locale,
            )
        finally:
            password.unlink(missing_ok=True)
        if ended.returncode:
            raise DependencyMissing(
                f"The data folder of the {self.name} server could not be made in {self.data.parent}: "
                f"{ended.stderr.strip()[-300:]}"
            )
        fresh.rename(self.data)

    def _configure(self) -> None:
        small_memory_disk = not Path("/dev/shm").exists() or shutil.disk_usage("/dev/shm").total < 256 * 2**20
        file = self.data / "plumbline.conf"
        file.write_text(
            CONFIGURATION.format(
                host=LOOPBACK,
                port=self.port,
                buffers="256MB" if self.name == "warehouse" else "64MB",
                shared_memory="mmap" if small_memory_disk else "posix",
            )
        )
        run_as(self.data).own(file)
        main = self.data / "postgresql.conf"
        include = "include = 'plumbline.conf'"
        if include not in main.read_text():
            with main.open("a") as out:
                out.write(f"\n{include}\n")

    def _run(self, program: str, *arguments: str, log: int | None = None) -> subprocess.CompletedProcess[str]:
        """Runs one of Postgres's programs as the server's user, with none of our environment."""
        who = run_as(self.data)
        folder = reachable_programs(self.settings, who, self.data.parent)
        return subprocess.run(
            [str(folder / program), *arguments],
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=log if log is not None else subprocess.PIPE,
            stderr=log if log is not None else subprocess.PIPE,
            text=True,
            check=False,
            start_new_session=True,
            **who.popen,
        )

    def _program_version(self) -> int:
        found = self._run("postgres", "--version").stdout
        return int(found.split()[2].split(".")[0])

    def _refuse_full_disk(self) -> None:
        free = shutil.disk_usage(self.data.parent).free
        if free < LEAST_FREE_BYTES:
            raise DependencyMissing(
                f"The disk of {self.data.parent} is nearly full: {free / 1e9:.2f} GB free. Expected at least "
                f"{LEAST_FREE_BYTES / 1e9:.0f} GB. Make room, or set PLUMBLINE_HOME to a folder on another disk."
            )

    def _refuse_other_version(self) -> None:
        ours, found = str(self._program_version()), self.version()
        if found != ours:
            raise DependencyMissing(
                f"The data folder {self.data} was made by PostgreSQL {found}. Expected {ours}, the version of the "
                f"programs. Set PLUMBLINE_POSTGRES_BIN to PostgreSQL {found}'s programs, or delete {self.data} to "
                "begin anew (the sandbox's data is made again)."
            )

    def _explain(self) -> None:
        """Raises what kept the server from starting."""
        if is_listening(self.port):
            raise PortTaken(
                f"The port of the {self.name} server was taken while it started: {LOOPBACK}:{self.port}. Expected it "
                "to be free. Run the command again, or stop what listens there."
            )
        last = [line for line in self.log.read_text(errors="replace").splitlines() if "FATAL" in line]
        raise DependencyMissing(
            f"The {self.name} server did not start: {last[-1] if last else 'its log does not say why'}. Expected it to "
            f"answer on port {self.port}. Look at {self.log}."
        )

    def _check_password(self) -> None:
        """Refuses secrets that do not belong to this data folder."""
        try:
            psycopg2.connect(
                host=LOOPBACK,
                port=self.port,
                dbname="postgres",
                user=self.superuser,
                password=get_secret(self.settings, self._secret),
                connect_timeout=60,
            ).close()
        except psycopg2.OperationalError as error:
            if "password" not in str(error):
                raise DependencyMissing(f"The {self.name} server runs but does not answer. See {self.log}.") from None
            raise DependencyMissing(
                f"The {self.name} server does not accept the password in {self.settings.home / 'secrets.json'}. "
                f"Expected the one its data folder {self.data} was made with. Put the old secrets.json back, or "
                "delete the data folder to begin anew."
            ) from None
