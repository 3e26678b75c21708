"""What dbt has read is taken again where nothing has changed, and only there."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import IO

import pytest
from dbt.contracts.graph.manifest import Manifest

from pipelines.read_project import MOST_KEPT, Reading, keep, kept, name_of, turn

NONE = Reading(Manifest(), b"{}")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    made = tmp_path / "models"
    (made / "core").mkdir(parents=True)
    (made / "core" / "a.sql").write_text("select 1")
    (made / "b.sql").write_text("select 2")
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "read"
    with turn(made):
        keep("name", Reading(Manifest(disabled={"model.plumbline.a": []}), b"{}"), made)
    return made


def test_a_reading_is_of_these_texts_in_these_places_and_of_what_dbt_was_told(project: Path) -> None:
    first = name_of(project, "plumbline", "builder", None)
    assert name_of(project, "plumbline", "builder", None) == first
    found = {first, name_of(project, "other", "builder", None), name_of(project, "plumbline", None, "builder")}
    (project / "b.sql").write_text("select 3")
    found.add(name_of(project, "plumbline", "builder", None))
    (project / "b.sql").write_text("select 2")
    assert name_of(project, "plumbline", "builder", None) == first
    (project / "b.sql").rename(project / "core" / "b.sql")
    found.add(name_of(project, "plumbline", "builder", None))
    assert len(found) == 5


def test_what_was_kept_is_taken_and_nothing_else(folder: Path) -> None:
    taken = kept("name", folder)
    assert taken is not None and (list(taken.manifest.disabled), taken.written) == (["model.plumbline.a"], b"{}")
    assert kept("another", folder) is None


@pytest.mark.parametrize("written", [b"", b"no pickle", b"\x80\x05N."], ids=["empty", "garbage", "of another kind"])
def test_what_cannot_be_taken_is_read_anew(folder: Path, written: bytes, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "name").write_bytes(written)
    with caplog.at_level(logging.WARNING):
        assert kept("name", folder) is None
    assert "reads its project anew" in caplog.text


def test_what_another_user_wrote_is_not_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = os.geteuid()
    monkeypatch.setattr("os.geteuid", lambda: mine + 1)
    assert kept("name", folder) is None


def test_only_the_newest_are_kept_and_for_their_owner_only(folder: Path) -> None:
    for number in range(MOST_KEPT + 2):
        keep(f"n{number}", NONE, folder)
        os.utime(folder / f"n{number}", (number, number))
    os.utime(folder / "name", (0, 0))
    keep("last", NONE, folder)
    left = {path.name for path in folder.iterdir()}
    assert "last" in left and "name" not in left and "n0" not in left
    assert len(left - {".lock"}) == MOST_KEPT
    assert {path.stat().st_mode & 0o077 for path in folder.iterdir() if path.name != ".lock"} == {0}
    assert folder.stat().st_mode & 0o077 == 0


def test_what_could_not_be_written_whole_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_full(_: object, out: IO[bytes], **__: object) -> None:
        out.write(b"1")
        raise OSError(28, "No space left on device")

    before = sorted(path.name for path in folder.iterdir())
    monkeypatch.setattr("pickle.dump", is_full)
    keep("another", NONE, folder)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_checkout_where_nothing_can_be_written_goes_without(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    nowhere = tmp_path / "file" / "read"
    with turn(nowhere):
        keep("name", NONE, nowhere)
        with pytest.raises(NotADirectoryError):
            nowhere.stat()
