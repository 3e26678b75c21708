"""The page Live in Chromium: what a part of the warehouse works in is there without a click, an open passport stays
open meanwhile, and on a phone nothing scrolls sideways.
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
        try:
            run(portal.settings, HIGHER.format("+"), WORKED_IN.format(uuid4()))
            told = page.get_by_role("status").filter(has_text="MRR went from $1,080,000.00 to $1,081,200.50")
            expect(told).to_be_visible()
        finally:
            run(portal.settings, HIGHER.format("-"), GONE)
        keep(page, "live-moved", tmp_path)
