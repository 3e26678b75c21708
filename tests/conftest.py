"""What tests of several rooms share: a home of their own, and in it a real Postgres, migrated."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings
from pipelines.migrate import migrate
from pipelines.postgres import Cluster

from . import template

LONG_FIRST = (
    "tests/load/test_faults.py", "tests/cli/test_life.py", "tests/house/test_recipe.py", "tests/load/",
    "tests/capture/", "tests/models/", "tests/browser/", "tests/verify/", "tests/cli/", "tests/portal/",
)  # fmt: skip
"""Where tests take minutes. What runs long begins early, so that no worker ends alone with it while the others wait."""


def pytest_configure(config: pytest.Config) -> None:
    gc.set_threshold(50_000, 20, 20)  # what is imported is no garbage: it is not looked through for each few objects
    if not hasattr(config, "workerinput"):
        template.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        template.end()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in the order of LONG_FIRST, the others after them; `scripts/test` keeps that order."""
    items.sort(key=lambda item: next((at for at, place in enumerate(LONG_FIRST) if item.nodeid.startswith(place)), 99))


@pytest.fixture(scope="session")
def make_settings() -> Iterator[Callable[..., Settings]]:
    """Settings of a fresh home, which all users may enter (Postgres does not run as root); removed at the end.

    Of the environment only `PLUMBLINE_POSTGRES_BIN` counts: with it the tests run on another version's programs.
    """
    homes: list[Path] = []

    def make(**values: Any) -> Settings:
        folder = Path(tempfile.mkdtemp(prefix="plumbline-test-"))
        folder.chmod(0o755)
        homes.append(folder)
        programs = os.environ.get("PLUMBLINE_POSTGRES_BIN")
        plain: dict[str, Any] = {"sandbox_scale": "small", "warehouse_url": None, "postgres_bin": programs, "port": 0}
        return Settings(**{**plain, "home": folder / "home", **values})

    yield make
    for home in homes:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def settings(make_settings: Callable[..., Settings]) -> Settings:
    """A home of each file's own: what one file's tests build, grant or leave behind, no other file's tests find."""
    return make_settings()


@pytest.fixture(scope="module")
def cluster(settings: Settings) -> Iterator[Cluster]:
    """The home's warehouse server, running and empty."""
    server = Cluster(settings, "warehouse")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def migrated(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """The home's settings, its warehouse with logins, schemas and tables."""
    template.lay(settings)
    assert request.getfixturevalue("cluster").is_running()
    migrate(settings)
    return settings
