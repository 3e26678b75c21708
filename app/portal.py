"""The front door: sign in, menu, guard, draw. Streamlit runs this file for every visit and every click.

It must not lie beside pages/: Streamlit would offer those files by address, unguarded.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache, partial

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app.access import Viewer
from app.clock import as_of, wall
from app.dashboard import Dashboard
from app.errors import PlumblineError
from app.gallery import dashboards
from app.gate import SESSION
from app.login import email_of, is_configured, is_unverified, session_key
from app.settings import Settings, get_settings
from app.ui import masthead, states
from app.ui.page import draw
from app.ui.reading import Reading, read_at
from app.warehouse import Warehouse

log = logging.getLogger("plumbline.portal")


@lru_cache(maxsize=1)
def warehouse() -> Warehouse:
    """The one warehouse of this process."""
    return Warehouse(get_settings())


def session_token() -> str:
    """The visitor's session cookie, or nothing."""
    return str(st.context.cookies.get(SESSION, ""))


def signed_in(now: datetime) -> str | None:
    """Who looks: named by the identity provider, in a session of ours that is neither expired nor ended."""
    email = email_of(st.user.to_dict())
    token = session_token()
    if email is None or not token:
        return None
    return email if warehouse().session_valid(session_key(token, email), now) else None


def main() -> None:
    """One run. Until somebody is signed in and has a role, nothing is read."""
    st.set_page_config(page_title="Plumbline", page_icon=states.ICON, layout="wide")
    masthead.style()
    try:
        visit(wall())
    except PlumblineError as error:
        log.warning("%s: %s", type(error).__name__, error)
        states.broken(str(error))


def visit(now: datetime) -> None:
    """Guards, then draws the page that was asked for."""
    email = signed_in(now)
    if email is None:
        st.navigation(addresses(lambda _: None), position="hidden")
        masthead.bare_masthead()
        settings = get_settings()
        if is_unverified(st.user.to_dict()):
            states.unverified()
        elif is_configured(settings):
            states.sign_in()
        else:
            states.unconnected(settings, has_loaded=warehouse().progress.has_loaded())
        return
    viewer = Viewer(email, warehouse().roles_of(email), str(st.context.ip_address or ""))
    every = addresses(lambda dashboard: open_page(dashboard, viewer, now), lambda: go_home(menu))
    menu = [page for page, dashboard in zip(every[1:], dashboards().values(), strict=True)
            if dashboard.may_open(viewer.roles)]  # fmt: skip
    current = st.navigation(every, position="hidden")
    name = str(st.user.get("name") or email)
    masthead.masthead(menu, current, name, email, role_words(viewer) or "no role")
    if menu:
        current.run()
        return
    warehouse().record(viewer, "open page", "no role")
    states.no_role(email)


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
    progress = warehouse().progress
    return progress.build_id() is not None and (settings.has_sandbox or progress.has_loaded())


def go_home(menu: list[StreamlitPage]) -> None:
    """The root leads to the first page of one's own."""
    st.switch_page(menu[0])


def open_page(dashboard: Dashboard, viewer: Viewer, now: datetime) -> None:
    """Draws a page for somebody who may open it, and notes that it was opened."""
    settings = get_settings()
    if not dashboard.may_open(viewer.roles):
        warehouse().record(viewer, "open page", "refused", page=dashboard.slug)
        states.not_here()
        return
    progress = warehouse().progress
    build = progress.build_id()
    clock = as_of(settings)
    pages = {slug: page.title for slug, page in dashboards().items() if page.may_open(viewer.roles)}
    reading = Reading(warehouse(), viewer, read_at(clock, progress.data_until()), now, settings.timezone, clock=clock,
                      pages=pages)  # fmt: skip
    warehouse().record(viewer, "open page", page=dashboard.slug, build=build or "")
    if not (is_ready(settings) or dashboard.works_before_build):
        states.waiting(settings, progress.stages, lambda: is_ready(settings))
    else:
        draw(dashboard, reading, build or "")
    if settings.has_sandbox:
        states.sandbox_note(reading)


if __name__ == "__main__":
    main()
