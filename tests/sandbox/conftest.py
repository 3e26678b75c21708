"""One small company for the tests of this room."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from pipelines.sandbox.company import Company, simulate
from pipelines.sandbox.company.closing import Books, close_books
from pipelines.sandbox.company.times import ANCHOR


@pytest.fixture(scope="session")
def company() -> Company:
    """The company at its birth, scale small."""
    return simulate(20240101, "small", ANCHOR)


@pytest.fixture(scope="session")
def books(company: Company) -> Books:
    """Its closed books in New York."""
    return close_books(company, ZoneInfo("America/New_York"))
