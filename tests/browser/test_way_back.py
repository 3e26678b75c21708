"""The menu and the browser's own way back, as people use them who come from page to page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from pipelines.sandbox.people import PEOPLE
from tests.portal.servers import Portal

from .test_every_page import CHROMIUM, chromium, settle
from .visits import a_visit

__all__ = ["chromium"]
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium (Debian's package)")
CHOSEN = {"month=September+2026", "compare=Year+before", "product=Core"}
EMBEDDED = {*CHOSEN, "embed=true"}


@pytest.mark.parametrize("address", [CHOSEN, EMBEDDED], ids=["chosen", "with a parameter of Streamlit's own"])
def test_the_way_back_leads_to_what_was_chosen_there(chromium: Browser, portal: Portal, address: set[str]) -> None:
    with a_visit(chromium, portal, PEOPLE[0].email, "desk", f"/executive?{'&'.join(sorted(address))}") as page:
        heading, lead = page.locator("h1.pl-page"), page.locator(".pl-lead").first
        expect(page).to_have_title("Executive · Plumbline")
        expect(lead).to_contain_text("September 2026, closed 30 Sep.")
        page.locator(".pl-menu-inline a", has_text="Revenue").focus()
        page.keyboard.press("Enter")
        expect(heading).to_have_text("Revenue")
        expect(heading).to_be_focused()
        expect(page).to_have_title("Revenue · Plumbline")
        expect(lead).to_contain_text("October 2026")
        settle(page)
        assert "?" not in page.url, "another page begins with what it always begins with"
        page.go_back()
        expect(heading).to_have_text("Executive")
        expect(lead).to_contain_text("September 2026, closed 30 Sep.")
        expect(lead).to_contain_text("Only Core.")
        settle(page)
        assert set(page.url.partition("?")[2].split("&")) == address
