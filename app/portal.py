"""The front door: sign in, menu, guard, draw. Streamlit runs this file for every visit and every click.

It must not lie beside pages/: Streamlit would offer those files by address, unguarded.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app.access import Viewer
from app.clock import as_of, wall
from app.dashboard import SECTIONS, Dashboard
from app.errors import PlumblineError, WarehouseDown
from app.export.ways import ways
from app.gallery import dashboards
from app.gate import LIGHT
from app.login import email_of, is_configured, is_unverified, session_key
from app.one_warehouse import warehouse
from app.progress import State
from app.settings import Settings, get_settings
from app.tours import tour_of
from app.ui import masthead, states, tour
from app.ui.page import draw
from app.ui.reading import Reading, read_at
from app.watch import SESSION

log = logging.getLogger("plumbline.portal")
VISIT = "visit"


def session_token() -> str:
    """The visitor's session cookie, or nothing."""
    return str(st.context.cookies.get(SESSION, ""))


def signed_in(now: datetime) -> Viewer | None:
    """Who looks: named by the identity provider, in a session of ours that is neither expired nor ended."""
    email = email_of(st.user.to_dict())
    token = session_token()
    if email is None or not token:
        return None
    roles = warehouse().standing(session_key(token, email), email, now)
    return None if roles is None else Viewer(email, roles, str(st.context.ip_address or ""))


def main() -> None:
    """One run. Until somebody is signed in and has a role, nothing is read."""
    try:
        visit(wall())
    except WarehouseDown as error:
        log.warning("WarehouseDown: %s", error)
        states.away(is_back)
    except PlumblineError as error:
        log.warning("%s: %s", type(error).__name__, error)
        states.broken(str(error))


def is_back() -> bool:
    """Whether the warehouse answers."""
    try:
        warehouse().progress.state()
    except WarehouseDown:
        return False
    return True


def name_window(current: StreamlitPage | None = None, viewer: Viewer | None = None) -> None:
    """The window's title says which page it is, to whoever may open it."""
    page = dashboards().get(current.url_path) if current and viewer else None
    title = f"{page.title} · Plumbline" if page and viewer and page.may_open(viewer.roles) else "Plumbline"
    st.set_page_config(page_title=title, layout="wide")  # the document has the icon


def visit(now: datetime) -> None:
    """Guards, then draws the page that was asked for."""
    try:
        viewer = signed_in(now)
    except WarehouseDown:
        bare()
        raise
    if viewer is None:
        bare()
        settings = get_settings()
        if is_unverified(st.user.to_dict()):
            states.unverified()
        elif is_configured(settings):
            states.sign_in()
        else:
            states.unconnected(settings, has_loaded=warehouse().progress.has_loaded())
        return
    email = viewer.email
    every = addresses(lambda dashboard: open_page(dashboard, viewer, now), lambda: go_home(menu, viewer))
    mine = [(page, dashboard) for page, dashboard in zip(every[1:], dashboards().values(), strict=True)
            if dashboard.in_menu and dashboard.may_open(viewer.roles)]  # fmt: skip
    menu = [page for page, _ in mine]
    groups = {name: [page for page, dashboard in mine if dashboard.section == name] for name in SECTIONS}
    current = st.navigation(every, position="hidden")
    name_window(current, viewer)
    name = str(st.user.get("name") or email)
    own = tour_of(viewer)
    again = f"/{own.page}?{tour.AGAIN}=again" if own else ""
    led = [slug for slug, page in dashboards().items() if page.only_reads and page.may_open(viewer.roles)]
    masthead.masthead(groups, current, name, email, role_words(viewer) or "no role", again, led)
    if menu:
        current.run()
        return
    warehouse().record(viewer, "open page", "no role")
    states.no_role(email)


def bare() -> None:
    """What stands on a page of which nobody knows yet for whom it is."""
    name_window()
    st.navigation(addresses(lambda _: None), position="hidden")
    masthead.bare_masthead()


def role_words(viewer: Viewer) -> str:
    return ", ".join(viewer.roles).replace("_", " ")


def addresses(draw_page: Callable[[Dashboard], None], home: Callable[[], None] = lambda: None) -> list[StreamlitPage]:
    """The root and an address for each page there is; what stands there depends on who asks."""
    made = [st.Page(home, title="Plumbline", default=True)]
    for dashboard in dashboards().values():
        made.append(st.Page(partial(draw_page, dashboard), title=dashboard.title, url_path=dashboard.slug))
    return made


def is_ready(settings: Settings) -> bool:
    """Whether there is something to show: a build, and without a sandbox a source that has loaded."""
    return _is_ready(settings, warehouse().progress.state())


def _is_ready(settings: Settings, state: State) -> bool:
    return state.build_id is not None and (settings.has_sandbox or warehouse().progress.has_loaded())


def go_home(menu: list[StreamlitPage], viewer: Viewer) -> None:
    """The root leads to the first page of one's own; at first to that of the tour."""
    first = tour_of(viewer)
    new = first is not None and not warehouse().tours.is_taken(viewer, first.role)
    st.switch_page(next((page for page in menu if new and first and page.url_path == first.page), menu[0]))


def open_page(dashboard: Dashboard, viewer: Viewer, now: datetime) -> None:
    """Draws a page for somebody who may open it, and notes that it was opened."""
    settings = get_settings()
    if not dashboard.may_open(viewer.roles):
        warehouse().record(viewer, "open page", "refused", page=dashboard.slug)
        states.not_here()
        return
    state = warehouse().progress.state()
    build = state.build_id
    warehouse().heard_of((build or "", state.failed_at))  # what is kept until the next build is not of the last one
    clock = as_of(settings)
    pages = {slug: page.title for slug, page in dashboards().items() if page.may_open(viewer.roles)}
    reading = Reading(warehouse(), viewer, read_at(clock, state.data_until), now, settings.timezone, clock=clock,
                      pages=pages, addresses=frozenset((*dashboards(), LIGHT[1:])), build_failed_at=state.failed_at,
                      build=build or "", alerts=state.alerts, visit=st.session_state.setdefault(VISIT, {}))  # fmt: skip
    warehouse().record(viewer, "open page", page=dashboard.slug, build=build or "")
    if not (dashboard.works_before_build or _is_ready(settings, state)):
        states.waiting(settings, warehouse().progress.stages, lambda: is_ready(settings))
    else:
        draw(dashboard, reading, build or "", lambda page, choice: ways(page, viewer, choice))
        tour.offer(reading, dashboard.slug)
    if settings.has_sandbox:
        states.sandbox_note(reading)


if __name__ == "__main__":
    main()
