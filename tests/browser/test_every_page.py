"""Sign in as each role, open each of its pages on a desk and on a phone, in Chromium: nothing red, nothing foreign.

Screenshots land in `screenshots/` of the folder named by PLUMBLINE_SCREENSHOTS, or in the test's own folder.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from app.clock import wall
from app.gallery import dashboards
from app.warehouse import Warehouse
from pipelines.sandbox.people import PEOPLE
from tests.portal.servers import Portal

from .axe import violations

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
SCREENS = {"desk": (1440, 900), "phone": (390, 844)}
PATIENCE_MS = 120_000  # the machine may be busy with other tests
FIRST = {
    slug: next(person.email for person in PEOPLE if page.may_open(person.roles)) for slug, page in dashboards().items()
}
"""Page → whoever of these opens it first: by them it is looked at as a screen reader would."""

VISITS = [
    pytest.param(person.email, slug, screen, id=f"{person.roles[0]} opens {slug} on a {screen}",
                 marks=() if person.email == FIRST[slug] else pytest.mark.campaign)
    for person in PEOPLE
    for screen in SCREENS
    for slug, page in dashboards().items()
    if page.may_open(person.roles)
]  # fmt: skip
"""Each page on both screens by every role that may open it. `make test` has one open it: what others are shown of the
same page is held in tests/portal/, by each role, and a phone hides nothing from anybody."""

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium (Debian's package)")


class Watch:
    """Notes every word in a browser's console, and whom it asks."""

    def __init__(self, page: Page, portal: Portal) -> None:
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self._host = urlsplit(portal.url).hostname
        self._page = page
        self._heard = {"console": self._hear, "pageerror": self._fail, "request": self._see}
        for event, hear in self._heard.items():
            page.on(event, hear)  # type: ignore[call-overload]

    def end(self) -> None:
        """Listens no more: the page is used again."""
        for event, hear in self._heard.items():
            self._page.remove_listener(event, hear)

    def _fail(self, error: object) -> None:
        self.complaints.append(str(error))

    def _hear(self, message: ConsoleMessage) -> None:
        if not message.text.startswith("Clear-Site-Data header on"):  # it tells that signing out emptied the device
            self.complaints.append(f"{message.type}: {message.text} {message.location['url']}")

    def _see(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname != self._host:
            self.foreign.append(request.url)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Logins(dict[str, object]):
    """E-mail → the browser's state after signing in by hand, which whoever is asked for first does."""

    def __init__(self, chromium: Browser, portal: Portal) -> None:
        super().__init__()
        self._chromium, self._portal = chromium, portal

    def __missing__(self, email: str) -> object:
        self.update(signed_in(self._chromium, self._portal, email))
        return self[email]


@pytest.fixture(scope="module")
def kept_logins(chromium: Browser, portal: Portal) -> dict[str, object]:
    return Logins(chromium, portal)


class Tabs:
    """One open page for whoever visits in turn on a screen: the portal's scripts are read and compiled once for all."""

    def __init__(self, chromium: Browser, logins: dict[str, object]) -> None:
        self._chromium, self._logins = chromium, logins
        self._open: tuple[tuple[str, str], Page] | None = None

    def of(self, email: str, screen: str) -> Page:
        """The page of this person on this screen; that of the visitor before is closed."""
        if self._open is None or self._open[0] != (email, screen):
            self.close()
            width, height = SCREENS[screen]
            page = new_page(self._chromium, viewport={"width": width, "height": height},
                            storage_state=self._logins[email])  # fmt: skip
            self._open = ((email, screen), page)
        return self._open[1]

    def close(self) -> None:
        if self._open is not None:
            self._open[1].context.close()
            self._open = None


@pytest.fixture(scope="module")
def tabs(chromium: Browser, kept_logins: dict[str, object]) -> Iterator[Tabs]:
    made = Tabs(chromium, kept_logins)
    yield made
    made.close()


def new_page(chromium: Browser, **options: object) -> Page:
    """A page in a context of its own, which is closed with it."""
    context = chromium.new_context(**options)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def sign_in(page: Page, portal: Portal, email: str, path: str) -> None:
    page.goto(portal.url + path)
    page.get_by_role("button", name="Sign in").click()
    page.locator(f'button[value="{email}"]').click()
    page.wait_for_url(portal.url + "/**")


def signed_in(chromium: Browser, portal: Portal, *emails: str) -> dict[str, object]:
    """E-mail → the browser's state after signing in by hand."""
    states: dict[str, object] = {}
    for email in emails:
        page = new_page(chromium)
        sign_in(page, portal, email, "/")
        page.wait_for_selector(".pl-whoami")
        states[email] = page.context.storage_state()
        page.context.close()
    return states


def settle(page: Page) -> None:
    """Until the page is drawn: its last words, and its charts where it has some."""
    page.wait_for_selector(".pl-sandbox, .pl-statement", timeout=PATIENCE_MS)
    charts = "[...document.querySelectorAll('[data-testid=stVegaLiteChart]')]"
    page.wait_for_function(f"() => {charts}.every(chart => chart.querySelector('svg.marks'))", timeout=PATIENCE_MS)
    page.wait_for_function("!document.querySelector('[data-stale=true]')", timeout=PATIENCE_MS)  # nothing fades
    page.wait_for_timeout(300)


def keep(page: Page, name: str, tmp_path: Path) -> Path:
    folder = Path(os.environ.get("PLUMBLINE_SCREENSHOTS", tmp_path)) / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")
    return folder / f"{name}.png"


@pytest.mark.parametrize(("email", "slug", "screen"), VISITS)
def test_a_page_is_whole(tabs: Tabs, portal: Portal, tmp_path: Path, email: str, slug: str, screen: str) -> None:
    width, _ = SCREENS[screen]
    page = tabs.of(email, screen)
    watch = Watch(page, portal)
    page.goto(f"{portal.url}/{slug}")
    settle(page)
    assert keep(page, f"{slug}-{email.split('.')[1].split('@')[0]}-{screen}", tmp_path).stat().st_size > 10_000
    assert watch.complaints == []
    assert watch.foreign == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
    if email == FIRST[slug]:
        assert violations(page) == []
    watch.end()


def test_a_deep_link_survives_signing_in_and_signing_out_closes_the_door(chromium: Browser, portal: Portal) -> None:
    page = new_page(chromium, viewport={"width": 1440, "height": 900})
    watch = Watch(page, portal)
    sign_in(page, portal, PEOPLE[1].email, "/revenue")
    settle(page)
    assert urlsplit(page.url).path == "/revenue"
    page.locator(".pl-whoami > button").first.click()
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign in").wait_for()
    assert page.locator(".pl-value").count() == 0
    assert watch.complaints == [] and watch.foreign == []
    page.context.close()


def test_who_is_signed_out_everywhere_is_asked_to_sign_in_at_the_next_click(chromium: Browser, portal: Portal) -> None:
    email = next(person.email for person in PEOPLE if "analyst" in person.roles)
    page = new_page(chromium, storage_state=signed_in(chromium, portal, email)[email])
    page.goto(f"{portal.url}/sql")
    settle(page)
    with closing(Warehouse(portal.settings)) as warehouse:
        warehouse.people.close_sessions_of(email, wall())
    page.get_by_role("button", name="New tab").click()  # in a fragment, which the page's guard never sees
    page.get_by_role("button", name="Sign in").wait_for()
    assert page.locator("[class*=st-key-sql_tabs_]").count() == 0
    page.context.close()


def test_a_link_shows_the_month_and_the_part_that_were_chosen_and_what_it_asks_for_in_vain(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object], tmp_path: Path
) -> None:
    page = new_page(chromium, viewport={"width": 1440, "height": 900}, storage_state=kept_logins[PEOPLE[0].email])
    watch = Watch(page, portal)
    page.goto(f"{portal.url}/executive?product=Core&product=<b>Nope&month=September+2026")
    settle(page)
    lead = page.locator(".pl-lead").inner_text()
    assert "September 2026, closed 30 Sep." in lead and "Only Core." in lead
    assert "The link asks for the product “<b>Nope”, which is not known here: it is left out." in lead
    assert "$6.24" in page.locator("[data-pl-metric=arr] .pl-value").inner_text()  # 12 × half of 1,040,000
    page.get_by_role("button", name="Filters (1)").click()
    page.locator("#pl-filters summary").filter(has_text="Country").click()
    page.get_by_role("checkbox", name="Germany").check()
    page.wait_for_url("**country=Germany**")
    assert "product=Core" in page.url and "Nope" not in page.url
    keep(page, "chosen-desk", tmp_path)
    page.goto(f"{portal.url}/executive?month=October+2019")
    settle(page)
    assert "The link asks for the month “October 2019”" in page.locator(".pl-lead").inner_text()
    assert watch.complaints == [] and watch.foreign == []
    page.context.close()


def test_a_tile_opens_its_passport_by_mouse_and_by_keyboard(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    page = new_page(chromium, viewport={"width": 1440, "height": 900}, storage_state=kept_logins[PEOPLE[0].email])
    page.goto(f"{portal.url}/executive")
    settle(page)
    page.locator("[data-pl-metric=arr] .pl-spark").click(force=True, position={"x": 30, "y": 10})
    passport = page.locator(".pl-opened:popover-open")
    passport.get_by_text("Worked out as").wait_for()
    assert "12 × MRR" in passport.inner_text()
    page.keyboard.press("Escape")
    page.locator("[data-pl-metric=nrr] .pl-opens").focus()
    page.keyboard.press("Enter")
    passport.get_by_text("MRR today of the customers").wait_for()
    page.context.close()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_passport_has_its_receipt_whole_on_one_line_and_one_click_takes_it(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object], tmp_path: Path, screen: str
) -> None:
    width, height = SCREENS[screen]
    state = kept_logins[PEOPLE[0].email]
    page = new_page(chromium, viewport={"width": width, "height": height}, storage_state=state)
    page.goto(f"{portal.url}/executive")
    settle(page)
    page.locator("[data-pl-metric=arr] .pl-opens").click()
    receipt = page.locator(".pl-opened:popover-open .pl-receipt")
    receipt.wait_for()
    receipt.click()
    assert page.evaluate("getSelection().toString()") == receipt.inner_text()
    box = receipt.bounding_box()
    assert box is not None and box["height"] < 24 and box["x"] + box["width"] < width
    keep(page, f"receipt-{screen}", tmp_path)
    page.context.close()


@pytest.mark.parametrize("width", [390, 360])
def test_glance_shows_its_alert_and_six_numbers_on_one_screen_of_a_phone(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object], width: int
) -> None:
    page = new_page(chromium, viewport={"width": width, "height": 844}, storage_state=kept_logins[PEOPLE[0].email])
    page.goto(f"{portal.url}/glance")
    settle(page)
    menu = page.locator(".pl-menu").bounding_box()
    ages = page.locator(".pl-age")
    boxes = [ages.nth(index).bounding_box() for index in range(ages.count())]
    assert len(boxes) == 6 and menu is not None
    assert all(box is not None and box["y"] + box["height"] <= menu["y"] for box in boxes)
    assert len({round(box["x"]) for box in boxes if box is not None}) == 2, "two columns"
    assert page.locator(".pl-alert").count() == 1
    page.context.close()


def test_executive_on_a_phone_is_rows_to_swipe_with_the_alerts_first(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    page = new_page(chromium, viewport={"width": 390, "height": 844}, storage_state=kept_logins[PEOPLE[0].email])
    page.goto(f"{portal.url}/executive")
    settle(page)
    assert page.locator("[data-testid=stMain]").evaluate("element => element.scrollHeight") < 2400
    alerts = page.locator(".pl-alert").first.bounding_box()
    trend = page.locator(".st-key-panel_executive_1_0").bounding_box()
    bridge = page.locator(".st-key-panel_executive_1_1").bounding_box()
    assert alerts is not None and trend is not None and bridge is not None
    assert alerts["x"] < 40 and alerts["y"] < trend["y"], "what is urgent stands above the row"
    assert trend["x"] < 40 and 300 < bridge["x"] < 390, "a panel is in view, the next one shows its edge"
    row = page.locator("[class*=_urgent_executive_1]").first
    row.evaluate("element => element.scrollTo({left: element.scrollWidth, behavior: 'instant'})")
    last = page.locator(".st-key-panel_executive_1_1").bounding_box()
    assert last is not None and last["x"] >= 0 and last["x"] + last["width"] <= 390
    assert page.locator("[data-testid=stMain]").evaluate("element => element.scrollLeft") == 0
    page.context.close()


def test_the_reader_chooses_the_theme_and_it_stays_chosen(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    page = new_page(chromium, color_scheme="light", storage_state=kept_logins[PEOPLE[0].email])
    watch = Watch(page, portal)
    page.goto(f"{portal.url}/questions")
    settle(page)
    colours = """() => [".pl-question span", "[data-testid=stTextInput] input"].map(
        one => getComputedStyle(document.querySelector(one)).color)"""
    page.locator(".pl-whoami > button").first.click()
    page.get_by_role("button", name="Dark").click()
    assert page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "true"
    page.wait_for_timeout(500)
    dark = ["rgb(232, 237, 235)"] * 2
    assert page.evaluate(colours) == dark, "ours and Streamlit's own follow at once"
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark", "before anything is drawn"
    settle(page)
    assert page.evaluate(colours) == dark
    page.goto(f"{portal.url}/glance")
    settle(page)
    page.locator(".pl-whoami > button").first.click()
    page.get_by_role("button", name="System").click()
    page.wait_for_timeout(500)
    assert page.evaluate("getComputedStyle(document.querySelector('.pl-value')).color") == "rgb(19, 32, 30)"
    assert watch.complaints == []
    page.context.close()


def test_a_mail_that_means_harm_does_none(chromium: Browser, portal: Portal, kept_logins: dict[str, object]) -> None:
    page = new_page(chromium, storage_state=kept_logins[PEOPLE[0].email])
    watch = Watch(page, portal)
    page.goto(f"{portal.url}/mail")
    settle(page)
    frame = page.frame_locator(".pl-letter iframe")
    frame.get_by_text("For Eva").wait_for()
    assert watch.complaints == []
    refused: list[tuple[str, str | None]] = []
    page.on("requestfailed", lambda request: refused.append((request.url, request.failure)))
    page.locator("[data-testid=stRadioOption]", has_text="Sign-ups: 31 on 20 Nov").click()
    frame.get_by_text("Hostile").wait_for()
    frame.get_by_role("button", name="Go").click()
    page.wait_for_timeout(800)
    assert page.title() != "owned" and urlsplit(page.url).path == "/mail"
    assert [(address, "csp") for address in watch.foreign] == refused, "asked for, and never let out of the browser"
    assert any("Content Security Policy" in word for word in watch.complaints), "the browser says that it refused"
    sandbox = page.locator(".pl-letter iframe").get_attribute("sandbox")
    assert sandbox is not None and "allow-scripts" not in sandbox and "allow-forms" not in sandbox
    page.context.close()


def test_the_dark_theme_follows_the_system_without_a_rerun(
    chromium: Browser, portal: Portal, kept_logins: dict[str, object]
) -> None:
    page = new_page(chromium, color_scheme="light", storage_state=kept_logins[PEOPLE[0].email])
    page.goto(f"{portal.url}/executive")
    settle(page)
    colour = "() => getComputedStyle(document.querySelector('.pl-value')).color"
    light = page.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(500)
    assert (light, page.evaluate(colour)) == ("rgb(19, 32, 30)", "rgb(232, 237, 235)")
    page.context.close()
