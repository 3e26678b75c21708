"""What is kept of a tap's catalog, also where the tap was ended while it was asked."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.settings import Settings
from pipelines.catalog import declared, forget_old

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
WHOLE = """{"streams": [{"tap_stream_id": "main-leads", "schema": {"properties": {"id": {"type": ["null", "string"]}}},
"metadata": [{"breadcrumb": [], "metadata": {"selected": true}},
{"breadcrumb": ["properties", "id"], "metadata": {"inclusion": "automatic"}}]}]}"""


@pytest.fixture
def kept(make_settings: Callable[..., Settings]) -> Callable[[str | None, timedelta], tuple[Settings, Path]]:
    """Writes what Meltano keeps of a tap asked so long ago; the settings, and the mark that it need not be asked."""

    def write(content: str | None, age: timedelta) -> tuple[Settings, Path]:
        settings = make_settings()
        folder = settings.home / "meltano" / "run" / "tap-x"
        folder.mkdir(parents=True)
        if content is not None:
            (folder / "tap.properties.json").write_text(content)
        mark = folder / "tap.properties.cache_key"
        mark.write_text("as configured")
        os.utime(mark, ((NOW - age).timestamp(),) * 2)
        return settings, mark

    return write


@pytest.mark.parametrize(
    ("content", "columns"),
    [(WHOLE, {"leads": {"id": "string"}}), (WHOLE[:60], {}), ("", {}), (None, {})],
    ids=["whole", "half", "nothing yet", "never asked"],
)
def test_what_a_tap_declares_is_known_only_once_it_has_said_all(
    kept: Callable[[str | None, timedelta], tuple[Settings, Path]], content: str | None, columns: object
) -> None:
    settings, _ = kept(content, timedelta(0))
    assert declared(settings, "tap-x") == columns


@pytest.mark.parametrize(
    ("content", "age", "is_kept"),
    [(WHOLE, timedelta(minutes=59), True), (WHOLE, timedelta(minutes=61), False), (WHOLE[:60], timedelta(0), False)],
    ids=["within the hour", "after it", "half of a catalog"],
)
def test_a_tap_is_asked_again(
    kept: Callable[[str | None, timedelta], tuple[Settings, Path]], content: str, age: timedelta, is_kept: bool
) -> None:
    settings, mark = kept(content, age)
    forget_old(settings, "tap-x", NOW)
    assert mark.exists() == is_kept
