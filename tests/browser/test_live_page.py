"""The page Live in Chromium: what a part of the warehouse works in is there without a click, an open passport stays
open meanwhile, and a screen reader is told what is new and nothing else.
"""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from pipelines.sandbox.people import PEOPLE
from tests.portal.servers import Portal
from tests.portal.test_live_page import GONE, HIGHER, WORKED_IN, run

from .axe import violations
from .test_every_page import CHROMIUM, chromium, keep
from .visits import a_visit

__all__ = ["chromium"]
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium (Debian's package)")
EVA = PEOPLE[0].email
WENT_UP = "MRR went from $1,080,000.00 to $1,081,200.50"
WENT_DOWN = "MRR went from $1,081,200.50 to $1,080,000.00"
HEAR = """place => {
  [window.heard, window.place] = [[], place]
  new MutationObserver(() => window.heard.push(place.textContent)).observe(place, { childList: true, subtree: true })
}"""


def test_it_moves_by_itself_and_leaves_an_open_passport_open(
    chromium: Browser, portal: Portal, tmp_path: Path
) -> None:
    with a_visit(chromium, portal, EVA, "desk", "/live") as page:
        tile = page.locator("[data-pl-metric=net_mrr]")
        expect(tile.locator(".pl-value")).to_contain_text("1.08")
        keep(page, "live-desk", tmp_path)
        assert violations(page) == []
        tile.locator(".pl-opens").click()
        passport = tile.locator("[popover]")
        expect(passport).to_be_visible()
        age = page.locator(".pl-age").last
        before = age.inner_text()
        expect(age).not_to_have_text(before)
        expect(passport).to_be_visible()
        page.keyboard.press("Escape")
        read_out = page.locator("body > [role=status]")
        read_out.evaluate(HEAR)
        try:
            run(portal.settings, HIGHER.format("+"), WORKED_IN.format(uuid4()))
            expect(page.get_by_role("listitem").filter(has_text=WENT_UP)).to_be_visible()
            keep(page, "live-moved", tmp_path)
        finally:
            run(portal.settings, HIGHER.format("-"), GONE)
        expect(page.get_by_role("listitem").filter(has_text=WENT_DOWN)).to_be_visible()
        assert page.evaluate("window.heard") == [WENT_UP, WENT_DOWN], "each once, and by itself"
        assert page.locator(".pl-moves").get_attribute("role") is None
        assert read_out.evaluate("place => place === window.place"), "the place stays, so that it is heard"
        assert violations(page) == []
        page.locator('.pl-menu-inline a[href="/executive"]').click()
        expect(read_out).to_be_empty()
        page.locator('.pl-menu-inline a[href="/live"]').click()
        expect(page.get_by_role("listitem").filter(has_text=WENT_DOWN)).to_be_visible()
        expect(read_out).to_be_empty()  # what stood there already is no news
