"""The plugins' installation after one that was broken off."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from pipelines.plugins import forget_beginnings


def test_what_a_broken_off_installation_left_of_meltanos_database_is_begun_anew(tmp_path: Path) -> None:
    """Its tables without their version, as a Ctrl-C in the middle leaves them: Meltano would fail at them for ever."""
    with sqlite3.connect(tmp_path / "meltano.db") as left:
        left.execute("create table job (id integer)")
    (tmp_path / "meltano.db-journal").touch()
    (tmp_path / "extractors").mkdir()
    forget_beginnings(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["extractors"], "what is installed stays"
