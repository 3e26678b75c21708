"""A home whose only service is a tiny program."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from app.settings import Settings
from pipelines import services
from pipelines.ports import port_of
from pipelines.program import Program

TINY = Program("mailbox", "tests.pipelines.tiny_program", ports=("mailbox",), instead="smtp_host", patience=20)


@pytest.fixture
def home(make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A fresh home whose only service is a tiny program."""
    settings = make_settings()
    monkeypatch.setattr(services, "SERVICES", (TINY,))
    monkeypatch.setenv("TINY_PORT", str(port_of(settings, "mailbox")))
    yield settings
    TINY.stop(settings)
