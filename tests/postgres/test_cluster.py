"""The embedded server: starts, stops, survives, and says clearly why it does not."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import pytest

from app.errors import DependencyMissing, PortTaken, SettingsError
from app.secrets import production_url
from app.settings import Settings
from pipelines import postgres
from pipelines.postgres import Cluster
from pipelines.unprivileged import ELSEWHERE, RunAs, programs, reachable_programs

DEBIAN = Path("/usr/lib/postgresql/15/bin")
MakeSettings = Callable[..., Settings]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shared(make_settings: MakeSettings) -> Iterator[Cluster]:
    server = Cluster(make_settings(), "production")
    yield server
    server.stop()


@pytest.fixture
def own(shared: Cluster) -> Cluster:
    """A running server that a test may stop or kill."""
    shared.start()
    return shared


@pytest.fixture
def spoilt(make_settings: MakeSettings) -> Iterator[Cluster]:
    """A stopped server whose files a test may spoil."""
    server = Cluster(make_settings(), "production")
    server.start()
    server.stop()
    yield server
    server.stop()


def ask(server: Cluster, query: str) -> str:
    url = production_url(server.settings).set(drivername="postgresql", database="postgres")
    with closing(psycopg2.connect(url.render_as_string(hide_password=False))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query)
            found = cursor.fetchone() if cursor.description else None
            return str(found[0]) if found else ""


def postmaster(server: Cluster) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def test_data_survives_a_stop_and_the_second_start_takes_under_a_second(own: Cluster) -> None:
    ask(own, "create table stopped as select 7 as n")
    took = []
    for _ in range(3):  # a neighbour on the machine may slow one start down
        own.stop()
        assert not own.is_running()
        began = time.perf_counter()
        own.start()
        took.append(time.perf_counter() - began)
    assert min(took) < 1.5
    assert ask(own, "select n from stopped") == "7"


def test_starting_again_leaves_the_running_server_alone(own: Cluster) -> None:
    before = postmaster(own)
    Cluster(own.settings, "production").start()
    assert postmaster(own) == before


def test_many_who_start_it_at_once_get_one_server(own: Cluster) -> None:
    own.stop()
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(Cluster(own.settings, "production").start) for _ in range(4)]:
            done.result()
    assert own.is_running()
    log = own.log.read_text()
    assert log.count("starting PostgreSQL") == log.count("database system is ready")


def test_a_log_that_has_grown_large_is_put_aside(own: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    own.stop()
    before = own.log.read_text()
    monkeypatch.setattr(postgres, "LARGEST_LOG_BYTES", 10)
    own.start()
    assert own.log.with_suffix(".log.1").read_text() == before
    assert before not in own.log.read_text()


def test_stopping_twice_changes_nothing(own: Cluster) -> None:
    own.stop()
    own.stop()
    assert not own.is_running()


def test_committed_data_survives_kill_9(own: Cluster) -> None:
    ask(own, "create table killed as select 8 as n")
    psutil.Process(postmaster(own)).send_signal(signal.SIGKILL)
    while own.is_running():
        time.sleep(0.02)
    own.start()
    assert ask(own, "select n from killed") == "8"


def test_a_pid_file_that_names_a_living_stranger_is_seen_through(own: Cluster) -> None:
    own.stop()
    file = own.data / "postmaster.pid"
    file.write_text(f"{os.getpid()}\n{own.data}\n1\n{own.port}\n")
    assert not own.is_running()
    own.start()
    assert postmaster(own) != os.getpid()


def test_a_container_that_hides_working_folders_changes_nothing(own: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    def hidden(process: psutil.Process) -> str:
        raise psutil.AccessDenied(process.pid)

    monkeypatch.setattr(psutil.Process, "cwd", hidden)
    assert own.is_running()
    own.stop()
    assert not own.is_running()
    own.start()
    assert own.is_running()


def test_the_server_listens_on_loopback_only_and_on_no_socket_file(own: Cluster) -> None:
    listening = {c.laddr.ip for c in psutil.Process(postmaster(own)).net_connections() if c.status == "LISTEN"}
    assert listening == {"127.0.0.1"}
    assert ask(own, "show unix_socket_directories") == ""


@pytest.mark.parametrize("password", ["", "wrong"], ids=["without a password", "with a wrong one"])
def test_nobody_gets_in(own: Cluster, password: str) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(host="127.0.0.1", port=own.port, user="postgres", dbname="postgres", password=password)


def test_passwords_are_kept_as_scram_and_text_sorts_by_code_point(own: Cluster) -> None:
    assert ask(own, "select rolpassword from pg_authid where rolname = 'postgres'").startswith("SCRAM-SHA-256$")
    assert ask(own, "select 'Z' < 'a' and 'z' < 'é'") == "True"
    assert ask(own, "select upper('é')") == "É"


def test_a_running_server_is_not_ours_to_configure_twice(own: Cluster) -> None:
    own.stop()
    own.start()
    assert (own.data / "postgresql.conf").read_text().count("include = 'plumbline.conf'") == 1
    assert [ask(own, f"show {name}") for name in ("wal_level", "jit", "synchronous_commit")] == ["logical", "off", "on"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_the_server_of_root_runs_as_somebody_without_rights(own: Cluster) -> None:
    process = psutil.Process(postmaster(own))
    assert process.uids().real != 0
    assert own.data.stat().st_mode & 0o777 == 0o700


def test_a_taken_port_is_named(make_settings: MakeSettings) -> None:
    server = Cluster(make_settings(), "production")
    with closing(socket.create_server(("127.0.0.1", server.port))), pytest.raises(PortTaken, match=f"{server.port}"):
        server.start()
    assert not server.is_running()


def test_data_of_another_major_version_is_refused_and_left(spoilt: Cluster) -> None:
    version = spoilt.data / "PG_VERSION"
    ours = version.read_text()
    version.write_text("13\n")
    with pytest.raises(DependencyMissing, match=r"made by PostgreSQL 13\. Expected \d\d"):
        spoilt.start()
    version.write_text(ours)


def test_a_full_disk_is_refused_before_anything_is_made(
    make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "LEAST_FREE_BYTES", 10**18)
    server = Cluster(make_settings(), "production")
    with pytest.raises(DependencyMissing, match="nearly full"):
        server.start()
    assert not server.data.exists()


def test_lost_secrets_are_named_instead_of_a_driver_error(spoilt: Cluster) -> None:
    (spoilt.settings.home / "secrets.json").unlink()
    with pytest.raises(DependencyMissing, match=r"does not accept the password in .*secrets\.json"):
        spoilt.start()


def test_a_server_that_cannot_start_says_why(spoilt: Cluster) -> None:
    with (spoilt.data / "postgresql.conf").open("a") as out:
        out.write("\nshared_buffers = 'much'\n")
    with pytest.raises(DependencyMissing, match=r"did not start: .*FATAL"):
        spoilt.start()


@pytest.mark.skipif(not (DEBIAN / "initdb").exists(), reason="the server of PostgreSQL 15 is not installed")
def test_other_programs_may_be_given(make_settings: MakeSettings) -> None:
    server = Cluster(make_settings(postgres_bin=DEBIAN), "production")
    server.start()
    try:
        assert server.version() == "15"
        assert ask(server, "select upper('é')") == "É"
    finally:
        server.stop()


def test_a_folder_without_programs_is_refused(make_settings: MakeSettings, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="which lacks initdb, pg_ctl, postgres"):
        programs(make_settings(postgres_bin=tmp_path))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_a_home_nobody_else_may_enter_keeps_its_data_elsewhere() -> None:
    closed = Path(tempfile.mkdtemp(prefix="plumbline-closed-"))
    server = Cluster(Settings(home=closed / "home", postgres_bin=None, warehouse_url=None), "production")
    try:
        assert server.data.parent.parent == ELSEWHERE
        assert (server.settings.home / "postgres").resolve() == server.data.parent
        server.start()
        assert ask(server, "select 1") == "1"
    finally:
        server.stop()
        shutil.rmtree(server.data.parent)
        shutil.rmtree(closed)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_programs_out_of_reach_are_copied_with_their_libraries(make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings()
    wheel = programs(settings).parent.parent
    shutil.copytree(wheel / "pginstall18", tmp_path / wheel.name / "pginstall18", symlinks=True)
    shutil.copytree(wheel.with_name(wheel.name + ".libs"), tmp_path / (wheel.name + ".libs"))
    tmp_path.chmod(0o700)
    hidden = make_settings(postgres_bin=tmp_path / wheel.name / "pginstall18" / "bin")
    server = Cluster(hidden, "production")
    server.start()
    try:
        found = reachable_programs(
            hidden, RunAs(server.data.stat().st_uid, server.data.stat().st_gid), server.data.parent
        )
        assert server.data.parent in found.parents
        assert ask(server, "select 1") == "1"
    finally:
        server.stop()
