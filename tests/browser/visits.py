"""What several people's visits have in common: the way in, what may be heard meanwhile, the form by mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator, Page, expect

from pipelines.sandbox.people import PEOPLE
from tests.portal.servers import Portal

from .test_every_page import PATIENCE_MS, SCREENS, Watch, new_page, settle, sign_in


@contextmanager
def a_visit(chromium: Browser, portal: Portal, email: str, screen: str, path: str = "/") -> Iterator[Page]:
    """Signs in by hand; at the end nothing was complained of, and nobody else was asked."""
    expect.set_options(timeout=PATIENCE_MS)
    width, height = SCREENS[screen]
    page = new_page(chromium, viewport={"width": width, "height": height})
    watch = Watch(page, portal)
    sign_in(page, portal, email, path)
    settle(page)
    yield page
    assert watch.complaints == [] and watch.foreign == [], [*watch.complaints, *watch.foreign]
    page.context.close()


@contextmanager
def somebody_s(chromium: Browser, portal: Portal, logins: Mapping[str, object], path: str, screen: str = "desk",
               email: str = PEOPLE[0].email) -> Iterator[Page]:  # fmt: skip
    """A page of whoever was signed in before, the executive where nobody is named, drawn; else as `a_visit`."""
    expect.set_options(timeout=PATIENCE_MS)
    width, height = SCREENS[screen]
    page = new_page(chromium, viewport={"width": width, "height": height}, storage_state=logins[email])
    watch = Watch(page, portal)
    page.goto(portal.url + path)
    settle(page)
    yield page
    assert watch.complaints == [] and watch.foreign == [], [*watch.complaints, *watch.foreign]
    page.context.close()


def every_week(page: Page) -> Locator:
    """Opens the page's form for e-mail and chooses every week; the form, to be sent by its button."""
    page.get_by_role("button", name="Export").click()
    page.get_by_role("button", name="By e-mail").click()
    form = page.get_by_role("dialog", name="By e-mail")
    form.get_by_role("combobox", name="How often").click()
    page.get_by_role("option", name="Every week").click()
    form.get_by_role("combobox", name="Day").wait_for()
    return form
