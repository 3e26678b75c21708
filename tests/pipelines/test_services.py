"""Services: started once, known by pid and birth, ended only by who started them; strangers are left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from time import sleep

import psutil
import pytest

from app.errors import DependencyMissing, PortTaken, UsageError
from app.settings import ROOT, Settings
from pipelines import process, program, status
from pipelines.ports import is_listening, port_of
from pipelines.process import Record, read_record, record_of, write_record
from pipelines.services import ensure, running
from tests.pipelines.conftest import TINY


def test_a_command_ends_what_it_started(home: Settings) -> None:
    with running(home, "mailbox"):
        assert is_listening(port_of(home, "mailbox"))
        record = read_record(home, "mailbox")
        assert record is not None
        assert (record.owner, record.state) == ("command", "up")
    assert TINY.process(home) is None
    assert not is_listening(port_of(home, "mailbox"))
    assert read_record(home, "mailbox") is None


def test_a_command_leaves_what_up_keeps(home: Settings) -> None:
    assert ensure(home, TINY, "up") is True
    kept = TINY.process(home)
    with running(home, "mailbox"):
        assert TINY.process(home) == kept
    assert TINY.process(home) == kept


def test_up_takes_over_what_a_command_started(home: Settings) -> None:
    with running(home, "mailbox"):
        assert ensure(home, TINY, "up") is False
    assert TINY.process(home) is not None


def test_a_service_that_lives_and_says_nothing_is_not_called_up(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tiny program listens and never answers, as a portal that hangs."""
    monkeypatch.setattr(program, "HEALTH_SECONDS", 0.3)
    with running(home, "mailbox"):
        assert status._service(home, TINY)["state"] == "up"
        assert status._service(home, replace(TINY, health="/healthz"))["state"] == "not answering"


def test_a_service_that_lives_and_no_longer_says_so_is_not_called_up(home: Settings) -> None:
    """As the scheduler where its warehouse hangs: it listens at no port, and says by a file that it goes on."""
    patient, strict = replace(TINY, beat=60.0), replace(TINY, beat=0.2)
    with running(home, "mailbox"):
        assert status._service(home, patient)["state"] == "up", "it was born just now"
        sleep(0.3)
        assert status._service(home, strict)["state"] == "not answering"
        process.beat(home, "mailbox")
        assert status._service(home, patient)["state"] == "up"
        os.utime(process.run_folder(home) / "mailbox.beat", (0, 0))
        assert status._service(home, strict)["state"] == "not answering"


def test_the_last_of_two_commands_ends_the_service(home: Settings) -> None:
    first, second = running(home, "mailbox"), running(home, "mailbox")
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert TINY.process(home) is not None
    second.__exit__(None, None, None)
    assert TINY.process(home) is None


def test_a_service_is_ended_when_the_command_fails(home: Settings) -> None:
    with pytest.raises(ZeroDivisionError), running(home, "mailbox"):
        raise ZeroDivisionError
    assert TINY.process(home) is None


def test_what_this_home_does_not_have_is_passed_over(home: Settings) -> None:
    own = home.model_copy(update={"smtp_host": "mail.example.com"})
    with running(own, "mailbox"):
        assert TINY.process(own) is None
    with pytest.raises(UsageError, match="'mailbx'"), running(home, "mailbx"):
        pass


def test_a_service_that_fails_is_reported_with_its_last_words(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINY_FAILS", "1")
    with pytest.raises(DependencyMissing, match=r"mailbox ended with code 3.*the disk is on fire"):
        ensure(home, TINY, "up")


def test_a_port_that_somebody_else_has_is_refused(home: Settings) -> None:
    other = subprocess.Popen([sys.executable, "-m", "tests.pipelines.tiny_program"], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"tiny: ready\n"
        with pytest.raises(PortTaken, match="mailbox"):
            ensure(home, TINY, "up")
    finally:
        other.terminate()
        other.communicate()


def test_a_stranger_with_the_same_number_is_not_ours(home: Settings) -> None:
    ours = record_of(os.getpid(), "up")
    write_record(home, "mailbox", replace(ours, create_time=ours.create_time - 60))
    assert TINY.process(home) is None
    TINY.stop(home)
    assert psutil.pid_exists(os.getpid())


def test_a_cut_off_record_counts_as_none(home: Settings) -> None:
    (process.run_folder(home) / "mailbox.json").write_text('{"pid": 1')
    assert read_record(home, "mailbox") is None


def test_ending_a_process_ends_its_family(home: Settings) -> None:
    script = "import subprocess, sys; print(subprocess.Popen(['sleep', '60']).pid, flush=True); sys.stdin.read()"
    parent = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    process.end(psutil.Process(parent.pid))
    parent.communicate()
    assert process.living(Record(child.pid, 0.0, "up")) is None
    assert not child.is_running()
