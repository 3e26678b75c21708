"""The home is its owner's: what another user of the machine can do in it is pass through, and nothing else."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.home import FOLDERS, make_home, tighten, too_open
from app.secrets import get_secret
from app.settings import ROOT, Settings
from pipelines.doctor import examine
from pipelines.ports import port_of
from pipelines.postgres import Cluster
from pipelines.program import environment

Make = Callable[..., Settings]
STRANGER = 65_533
TRY_EACH = """
while IFS= read -r path; do
    [ -r "$path" ] && echo "read $path"
    [ -w "$path" ] && echo "write $path"
    [ -x "$path" ] && echo "pass $path"
done
true
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def as_root() -> bool:
    return os.geteuid() == 0


def test_a_home_is_closed_from_the_start_and_the_way_to_it_stays_open(make_settings: Make, as_root: bool) -> None:
    folder = make_settings().home / "a" / "b"
    own = make_settings(home=folder / "own", warehouse_url="postgresql://a:b@c/d", sandbox_scale="none")
    embedded = make_settings(home=folder / "embedded")
    for settings in (own, embedded):
        make_home(settings)
        assert too_open(settings) == []
    assert mode(own.home) == 0o700
    assert mode(embedded.home) == (0o711 if as_root else 0o700)
    assert mode(folder) == 0o755


def test_what_we_made_too_open_is_told_by_the_doctor_and_closed(make_settings: Make) -> None:
    settings = make_settings()
    settings.home.mkdir(mode=0o755)
    settings.home.chmod(0o755)
    for name in FOLDERS:
        (settings.home / name).mkdir()
        (settings.home / name).chmod(0o755)
    port_of(settings, "warehouse")
    (settings.home / "ports.json").chmod(0o644)
    found = next(finding for finding in examine(settings) if finding.name == "Privacy")
    assert not found.ok
    for name in (*FOLDERS, "ports.json"):
        assert str(settings.home / name) in found.found
        assert f" {settings.home / name}" in found.do

    tighten(settings)
    assert too_open(settings) == []
    assert {mode(settings.home / name) for name in FOLDERS} == {0o700}
    assert mode(settings.home / "ports.json") == 0o600
    assert next(finding.ok for finding in examine(settings) if finding.name == "Privacy")


def test_a_folder_that_holds_other_things_is_told_but_left_as_it_is(make_settings: Make) -> None:
    settings = make_settings()
    settings.home.mkdir()
    settings.home.chmod(0o755)
    (settings.home / "somebody_elses").write_text("")
    (settings.home / "logs").mkdir()
    tighten(settings)
    assert [found.path for found in too_open(settings)] == [settings.home]
    assert mode(settings.home) == 0o755
    assert mode(settings.home / "logs") == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user to try")
@pytest.mark.slow
def test_another_user_can_do_nothing_in_a_home_that_has_been_used(make_settings: Make) -> None:
    settings = make_settings()
    subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "sandbox", "birth", "--json"],
        cwd=ROOT, env=environment(settings), check=True, capture_output=True, umask=0o022,
    )  # fmt: skip
    server = Cluster(settings, "warehouse")
    server.start()
    try:
        get_secret(settings, "cookie")
        tighten(settings)
        every = [settings.home, *settings.home.rglob("*")]
        assert any("base" in path.parts for path in every), "Postgres keeps its data elsewhere: nothing was tried."
        private = [str(path) for path in every if "programs" not in path.parts]  # Postgres's own, where they are copied
        ended = subprocess.run(
            ["/bin/sh", "-c", TRY_EACH], input="\n".join(private) + "\n", text=True, capture_output=True,
            check=True, user=STRANGER, group=STRANGER, extra_groups=[], cwd="/",
        )  # fmt: skip
        assert sorted(ended.stdout.splitlines()) == [f"pass {settings.home}", f"pass {settings.home}/postgres"]
        assert server.is_running()
    finally:
        server.stop()


@pytest.mark.slow
def test_every_file_that_a_command_makes_is_its_owners(make_settings: Make) -> None:
    settings = make_settings()
    subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "sandbox", "birth", "--json"],
        cwd=ROOT, env=environment(settings), check=True, capture_output=True, umask=0o022,
    )  # fmt: skip
    open_ones = [path for path in settings.home.rglob("*") if mode(path) & 0o077]
    assert mode(settings.home) == (0o711 if os.geteuid() == 0 else 0o700)
    assert open_ones == []
    assert any(path.suffix == ".csv" for path in settings.home.rglob("*"))
