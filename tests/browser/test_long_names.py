"""A name that nobody foresaw leaves the columns beside it in sight."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.portal.servers import Portal

from .test_every_page import SCREENS, chromium, kept_logins
from .visits import somebody_s

__all__ = ["chromium", "kept_logins"]
HIDDEN = "scroll => scroll.scrollWidth - scroll.clientWidth"
NAME = "cell => cell.textContent = 'o'.repeat(240)"


@pytest.mark.parametrize("screen", SCREENS)
def test_a_name_without_a_space_pushes_no_column_out_of_sight(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object], screen: str
) -> None:
    with somebody_s(chromium, portal, kept_logins, "/revenue", screen) as page:
        table = page.locator(".pl-scroll", has=page.locator("table.pl-table")).first
        before = table.evaluate(HIDDEN)
        table.locator("tbody td").first.evaluate(NAME)
        assert table.evaluate(HIDDEN) <= before + 60  # pixels; the name itself is two thousand wide
