"""Logs end: a service's is put aside while it runs and no line is lost, and loads' are removed when they are old."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep, time
from uuid import uuid4

from app.settings import ROOT, Settings
from pipelines.load_log import forget_old_logs
from pipelines.logged import LOG_BYTES
from pipelines.program import log_of
from pipelines.services import ensure
from tests.pipelines.conftest import TINY

CHATTER = """
import sys
from pathlib import Path
from threading import Thread
from time import sleep
from pipelines.logged import watch

Thread(target=watch, args=(Path(sys.argv[1]), 30_000, 0.01), daemon=True).start()

def chat(who):
    for number in range(1000):
        sys.stdout.write(f"{who} {number:04}\\n")
        sys.stdout.flush()
        sleep(0.0002)

chatting = [Thread(target=chat, args=(f"thread-{who}",)) for who in range(3)]
for each in chatting:
    each.start()
for each in chatting:
    each.join()
sleep(0.5)
sys.stderr.write("the end\\n")
"""


def test_no_line_is_lost_when_a_log_is_put_aside_while_threads_write(tmp_path: Path) -> None:
    """Some 42 kB are written and a log of more than 30 is put aside, so that it happens once."""
    log = tmp_path / "service.log"
    with log.open("ab") as out:
        subprocess.run([sys.executable, "-c", CHATTER, str(log)], cwd=ROOT, stdout=out, stderr=out, check=True)
    fresh, aside = log.read_text().splitlines(), log.with_name("service.log.1").read_text().splitlines()
    assert len(aside) > 2000
    assert fresh[-1] == "the end"
    expected = [f"thread-{who} {number:04}" for who in range(3) for number in range(1000)]
    assert sorted([*aside, *fresh[:-1]]) == expected


def test_a_service_goes_on_in_a_fresh_log_that_only_its_owner_reads(home: Settings) -> None:
    ensure(home, TINY, "up")
    log = log_of(home, "mailbox")
    with log.open("ab") as more:
        more.write(b"x" * LOG_BYTES)
    aside, deadline = log.with_name("mailbox.log.1"), monotonic() + 60
    while not (aside.exists() and log.exists()) and monotonic() < deadline:
        sleep(0.1)
    living = TINY.process(home)
    assert living is not None
    assert aside.read_text().startswith("tiny: ready")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert {os.readlink(f"/proc/{living.pid}/fd/{number}") for number in (1, 2)} == {str(log)}


def test_logs_of_loads_are_kept_for_two_weeks_and_each_source_s_newest_for_ever(home: Settings) -> None:
    folder = home.home / "logs" / "loads"
    folder.mkdir(parents=True)
    for name, days in (("stripe", 30), ("stripe", 15), ("stripe", 13), ("google_ads", 40), ("google_ads", 30)):
        file = folder / f"{uuid4()}-{name}.log"
        file.write_text(f"{name} {days}")
        os.utime(file, (time() - days * 86_400,) * 2)
    forget_old_logs(home)
    assert {file.read_text() for file in folder.iterdir()} == {"stripe 13", "google_ads 30"}
