"""Names longer than their place, and places narrower than anybody foresaw: what stands beside them stays readable."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.portal.servers import Portal

from .test_every_page import SCREENS, chromium, kept_logins
from .visits import somebody_s

__all__ = ["chromium", "kept_logins"]
HIDDEN = "scroll => scroll.scrollWidth - scroll.clientWidth"
NAME = "cell => cell.textContent = 'o'.repeat(240)"
OVER = """() => [...document.querySelectorAll(".pl-tile > .pl-opens, .pl-tile .pl-age")].filter(words =>
    words.getBoundingClientRect().right > words.closest(".pl-tile").getBoundingClientRect().right + 1
    ).map(words => words.textContent)"""


@pytest.mark.parametrize("screen", SCREENS)
def test_a_name_without_a_space_pushes_no_column_out_of_sight(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object], screen: str
) -> None:
    with somebody_s(chromium, portal, kept_logins, "/revenue", screen) as page:
        table = page.locator(".pl-scroll", has=page.locator("table.pl-table")).first
        before = table.evaluate(HIDDEN)
        table.locator("tbody td").first.evaluate(NAME)
        assert table.evaluate(HIDDEN) <= before + 60  # pixels; the name itself is two thousand wide


def test_on_the_narrowest_phone_no_tile_s_words_run_into_the_next(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    with somebody_s(chromium, portal, kept_logins, "/executive", "phone") as page:
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate(OVER) == []
