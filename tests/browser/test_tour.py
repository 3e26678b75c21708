"""The first-visit tour in Chromium: on a phone by keyboard to its end, never again, and again when asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.tours import tours
from tests.portal.servers import Portal
from tests.portal.test_tour import untaken

from .axe import violations
from .test_every_page import CHROMIUM, PATIENCE_MS, Watch, chromium, keep, new_page, settle, sign_in
from .test_persona_days import WHO

__all__ = ["chromium"]
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium (Debian's package)")


def test_it_is_taken_by_keyboard_once_and_again_from_the_menu(
    chromium: Browser, portal: Portal, tmp_path: Path
) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    stops = tours()["executive"].stops
    with untaken(portal.settings, "executive") as taken:
        page = new_page(chromium, viewport={"width": 390, "height": 844})
        watch = Watch(page, portal)
        sign_in(page, portal, WHO["executive"].email, "/")
        dialog = page.get_by_role("dialog")
        for at, stop in enumerate(stops, 1):
            expect(dialog).to_have_accessible_name(stop.title)
            expect(dialog).to_have_accessible_description(stop.text)
            expect(dialog.get_by_role("heading")).to_be_focused()
            expect(dialog).to_contain_text(f"{at} of {len(stops)}")
            box, ring = dialog.locator(".pl-tour-card").bounding_box(), page.locator(".pl-tour-ring").bounding_box()
            assert box is not None and ring is not None and ring["height"] > 20
            assert min(box["x"], box["y"]) >= 0, "the whole of it is on the screen"
            assert box["x"] + box["width"] <= 390 and box["y"] + box["height"] <= 844
            if at == 2:
                assert violations(page) == []
                keep(page, "tour-phone", tmp_path)
            if at < len(stops):
                page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowLeft")
        expect(dialog).to_have_accessible_name(stops[-2].title)
        assert taken() == 0
        with page.expect_response("**/tour") as told:
            page.keyboard.press("Escape")
        assert told.value.status == 204 and taken() == 1
        expect(dialog).to_have_count(0)
        expect(page.locator(".pl-whoami > button").first).to_be_focused()
        page.reload()
        settle(page)
        page.wait_for_timeout(1500)  # it would have begun
        expect(dialog).to_have_count(0)
        page.locator(".pl-whoami > button").first.click()
        page.get_by_role("link", name="Take the tour").click()
        expect(dialog).to_have_accessible_name(stops[0].title)
        page.keyboard.press("Tab")  # the heading had the focus
        expect(dialog.get_by_role("button", name="Skip")).to_be_focused()
        page.keyboard.press("Enter")
        expect(dialog).to_have_count(0)
        page.wait_for_url(lambda url: "tour" not in url)
        assert watch.complaints == [] and watch.foreign == []
        page.context.close()
