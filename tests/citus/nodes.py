"""A real Citus cluster on loopback: a coordinator and two workers, from the system's own programs.

Passwords are asked for everywhere, between the nodes too: that is how a cluster stands in a company.
"""

from __future__ import annotations

import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import connection

from pipelines.ports import LOOPBACK, free_ports
from pipelines.unprivileged import RunAs, run_as

SYSTEM = Path("/usr/lib/postgresql")
EXTENSIONS = "/usr/share/postgresql/{}/extension/citus.control"
ADMIN = "postgres"
DATABASE = "plumbline"
WORKERS = 2
CONFIGURATION = """
shared_preload_libraries = 'citus'
listen_addresses = '{host}'
port = {port}
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
shared_buffers = '64MB'
max_connections = 150
max_prepared_transactions = 150
wal_level = logical
fsync = off
jit = off
timezone = 'UTC'
citus.shard_count = 4
citus.node_conninfo = 'sslmode=prefer'
citus.enable_statistics_collection = off
"""


def programs() -> Path | None:
    """The programs of the newest PostgreSQL here whose `pg_available_extensions` offers citus; None if none does."""
    offering = [folder for folder in SYSTEM.glob("*/bin") if Path(EXTENSIONS.format(folder.parent.name)).exists()]
    return max(offering, key=lambda folder: float(folder.parent.name), default=None)


@dataclass(frozen=True)
class Node:
    """One server of the cluster."""

    data: Path
    port: int
    password: str
    bin: Path
    who: RunAs

    def start(self) -> None:
        self._make()
        log = self.data.with_suffix(".log")
        with log.open("ab") as out:
            self._run("pg_ctl", "-D", str(self.data), "-s", "-w", "-t", "120", "start", log=out.fileno())
        with closing(self.connect("postgres")) as admin, admin.cursor() as cursor:
            cursor.execute(f"create database {DATABASE}")
        with closing(self.connect()) as admin, admin.cursor() as cursor:
            cursor.execute("create extension citus")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-s", "-m", "immediate", "-w", "stop")

    def connect(self, database: str = DATABASE) -> connection:
        """As the superuser, every statement on its own."""
        opened = psycopg2.connect(self.url, dbname=database)
        opened.autocommit = True
        return opened

    @property
    def url(self) -> str:
        return f"postgresql://{ADMIN}:{self.password}@{LOOPBACK}:{self.port}/{DATABASE}"

    def _make(self) -> None:
        password = self.data.with_suffix(".password")
        password.write_text(self.password + "\n")
        self.data.mkdir(mode=0o700)
        for path in (password, self.data):
            self.who.own(path)
        self._run(
            "initdb", "-D", str(self.data), "-U", ADMIN, f"--pwfile={password}", "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        with (self.data / "postgresql.conf").open("a") as out:
            out.write(CONFIGURATION.format(host=LOOPBACK, port=self.port))

    def _run(self, program: str, *arguments: str, log: int = subprocess.DEVNULL) -> None:
        subprocess.run(
            [str(self.bin / program), *arguments], cwd="/", env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True, start_new_session=True, **self.who.popen,
        )  # fmt: skip


@contextmanager
def cluster(folder: Path, binaries: Path) -> Iterator[Node]:
    """The coordinator of a running cluster, which is ended and removed afterwards.

    Args:
        folder: where it lives; the user Postgres runs as must be able to enter it.
        binaries: of `programs`.
    """
    who, password = run_as(folder / "none"), secrets.token_hex(16)
    who.own(folder)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        ports = free_ports(WORKERS + 1)
        nodes = [Node(folder / f"node{n}", port, password, binaries, who) for n, port in enumerate(ports)]
        for node in nodes:
            node.start()
            stack.callback(node.stop)
        _introduce(nodes)
        yield nodes[0]


def _introduce(nodes: list[Node]) -> None:
    """Tells each node the superuser's password for the others, and the coordinator who its workers are."""
    for node in nodes:
        _run(node, f"insert into pg_dist_authinfo values (0, '{ADMIN}', 'password={node.password}')")
    _run(nodes[0], f"select citus_set_coordinator_host('{LOOPBACK}', {nodes[0].port})")
    for worker in nodes[1:]:
        _run(nodes[0], f"select citus_add_node('{LOOPBACK}', {worker.port})")


def _run(node: Node, statement: str) -> None:
    with closing(node.connect()) as admin, admin.cursor() as cursor:
        cursor.execute(statement)


def answers(url: str, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query, as whoever the address names."""
    with closing(psycopg2.connect(url)) as opened, opened.cursor() as cursor:
        cursor.execute(query)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
