"""Whose plugins a home runs: those of the checkout that it runs by now, also where another made it."""

from __future__ import annotations

from pathlib import Path

from app.settings import Settings
from pipelines.meltano import FOLDER, working_folder


def test_a_home_that_another_checkout_made_runs_the_plugins_of_this_one(tmp_path: Path) -> None:
    """Such as after an upgrade in a new folder, when the old one has been removed."""
    settings = Settings(home=tmp_path / "home")
    (settings.home / "meltano").mkdir(parents=True)
    (settings.home / "meltano" / "loaders").symlink_to(tmp_path / "removed" / "loaders")
    for _ in range(2):
        folder = working_folder(settings)
        assert {kind: (folder / kind).readlink() for kind in ("extractors", "loaders")} == {
            "extractors": FOLDER / "extractors", "loaders": FOLDER / "loaders",
        }  # fmt: skip
    assert sorted(path.name for path in folder.iterdir()) == ["extractors", "loaders"]
