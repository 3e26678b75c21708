"""An analyst arranges a dashboard of their own by mouse and by keyboard; on a phone it is one column, from lists."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.access import Viewer
from app.own.layout import Layout
from app.warehouse import Warehouse
from pipelines.sandbox.people import PEOPLE
from tests.portal.servers import Portal

from .axe import violations
from .test_every_page import CHROMIUM, PATIENCE_MS, Watch, chromium, keep, new_page, settle, signed_in

__all__ = ["chromium"]
EMAIL = next(person.email for person in PEOPLE if person.roles == ("analyst",))
ARJUN = Viewer(EMAIL, ("analyst",))
expect.set_options(timeout=PATIENCE_MS)  # the machine may be busy with other tests
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium (Debian's package)")


def order(page: Page) -> list[str]:
    """The cards as they are arranged, each with its width."""
    return [f"{slot.locator('b').inner_text()} {str(slot.get_attribute('class')).removeprefix('slot ')}"
            for slot in page.locator(".slot").all()]  # fmt: skip


def still(page: Page) -> None:
    """Until nothing of it is of the run before, which is drawn paler."""
    settle(page)
    page.wait_for_function("() => !document.querySelector('[data-stale=true]')")


def version(page: Page, number: int) -> None:
    """Until the page tells that this version is kept."""
    expect(page.get_by_text(f"Yours, version {number} of")).to_be_visible()


def test_cards_are_dragged_moved_and_widened_and_on_a_phone_chosen_from_lists(
    chromium: Browser, portal: Portal, tmp_path: Path
) -> None:
    with closing(Warehouse(portal.settings)) as warehouse:
        layout = Layout().with_card("tile", "arr").with_card("trend", "net_mrr").with_card("words", name="To know")
        made = warehouse.dashboards.save(ARJUN, "Arranged in a browser", layout)
    login = signed_in(chromium, portal, EMAIL)[EMAIL]
    address = f"{portal.url}/my-dashboards?dashboard={made.thing_id}"
    page = new_page(chromium, viewport={"width": 1440, "height": 900}, storage_state=login)
    watch = Watch(page, portal)
    page.goto(address)
    still(page)
    page.get_by_text("Arrange", exact=True).click()
    # By mouse: the words are dropped on the left half of the first card, and stand before it.
    first = page.locator('[data-slot="1"]')
    page.locator('[data-key="3"]').drag_to(first, target_position={"x": 20, "y": 20})
    version(page, 2)
    assert order(page) == ["To know third", "ARR third", "MRR half"]
    # By keyboard, faster than the server answers: nothing of it is lost, and each step is told.
    page.locator('[data-key="2"]').focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".told")).to_have_text("MRR: place 2 of 3, half a row.")
    page.keyboard.press("+")
    page.keyboard.press("+")
    expect(page.locator(".told")).to_have_text("MRR: place 2 of 3, a whole row.")
    expect(page.get_by_text(re.compile("Yours, version [34] of"))).to_be_visible()
    expect(page.locator(".slot.whole b")).to_have_text("MRR")
    focused = "root => root.getRootNode().activeElement?.dataset.key"
    assert page.locator(".arrange").evaluate(focused) == "2", "The focus stays on what was moved."
    still(page)
    keep(page, "own-arranged", tmp_path)
    assert violations(page) == []
    # Another window arranges it meanwhile: this one is told, keeps nothing of its own, and shows the newer state.
    still(page)
    with closing(Warehouse(portal.settings)) as warehouse:
        now = warehouse.dashboards.seen(ARJUN, str(made.thing_id))
        assert [f"{card.key} {card.size}" for card in now.content.cards] == ["3 third", "2 whole", "1 third"]
        warehouse.dashboards.change(ARJUN, now, content=now.content.without("3"))
    page.locator('[data-key="1"]').focus()
    page.keyboard.press("Home")
    expect(page.get_by_role("alert").filter(has_text="was saved elsewhere meanwhile")).to_be_visible()
    expect(page.locator(".slot")).to_have_count(2)
    assert order(page) == ["MRR whole", "ARR third"]
    assert watch.complaints == [] and watch.foreign == []
    page.context.close()
    phone = new_page(chromium, viewport={"width": 390, "height": 844}, storage_state=login)
    on_a_phone(phone, portal, address, tmp_path)


def on_a_phone(page: Page, portal: Portal, address: str, tmp_path: Path) -> None:
    """The same dashboard of two cards: below each other, and arranged from lists."""
    watch = Watch(page, portal)
    page.goto(address)
    still(page)
    tops = page.locator("[class*=st-key-cards_] .stColumn").evaluate_all(
        "all => all.filter(each => each.innerText).map(each => each.getBoundingClientRect().width)"
    )
    assert len(tops) == 2 and min(tops) > 340, "One column."
    page.get_by_text("Arrange", exact=True).click()
    expect(page.locator(".arrange")).to_be_hidden()
    page.get_by_role("button", name="Later").click()
    expect(page.get_by_role("status").filter(has_text="Arranged.")).to_be_visible()
    still(page)
    assert not page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth > innerWidth")
    keep(page, "own-phone", tmp_path)
    assert violations(page) == []
    assert watch.complaints == [] and watch.foreign == []
    page.context.close()
