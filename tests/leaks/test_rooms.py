"""Every room there is: pages as they are sent, files, mails and routes; a room that nobody asks is red."""

# ruff: noqa: B023  (what a lambda names is there when it is called, which is at once)
from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from contextlib import closing
from typing import Any, get_args
from urllib.parse import quote

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.routing import Route
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
from typer.main import get_command

import app.portal
import app.serve
from app.access import ROLES, Viewer
from app.dashboard import Dashboard
from app.desk_elements import Desk
from app.export.asked import FORMATS
from app.export.desk import Exports
from app.export.gather import parts_of
from app.gallery import dashboards
from app.settings import ROOT
from app.subscriptions.schedule import Schedule
from app.subscriptions.store import Subscription
from pipelines.subscription_letter import subscription_letter
from tests.portal.in_process import Browser, whoever

from . import asking, rooms
from .campaign import NOW, heard, refuse_leaks
from .conftest import NOBODY, Company, person
from .seen import of_file, of_mail, of_page
from .test_leaks import SEED, TIMES

REASON = "For the campaign of leaks"
PAGES = tuple(dashboards())


def commands(command: Any, before: tuple[str, ...] = ()) -> Iterator[str]:
    for name, each in getattr(command, "commands", {}).items():
        yield from commands(each, (*before, name)) if hasattr(each, "commands") else [" ".join((*before, name))]


@pytest.mark.parametrize(
    ("there", "asked"),
    [
        (set(dashboards()), {*rooms.DASHBOARD, *rooms.TOOLS}),
        (set(FORMATS), set(rooms.FORMATS)),
        ({kind.__name__ for kind in get_args(Desk)}, set(rooms.DESKS)),
        ({path.name for path in (ROOT / "app" / "ui" / "components").iterdir() if path.is_dir()}
         - {"__pycache__"}, set(rooms.COMPONENTS)),
        ({path.name.partition(".")[0] for path in (ROOT / "pipelines" / "mail_templates").iterdir()}
         - {"frame", "mail"}, set(rooms.LETTERS)),
        (set(commands(get_command(__import__("pipelines.cli", fromlist=["app"]).app))), set(rooms.OPERATOR)),
    ],
    ids=["pages", "formats", "tools of pages", "components", "kinds of mail", "commands"],
)  # fmt: skip
def test_every_room_is_asked(there: set[str], asked: set[str]) -> None:
    """Write the new one into tests/leaks/rooms.py, with how the campaign is to knock there."""
    assert there == asked


@pytest.fixture
def door(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal's own front door, for this company; whoever the test signs in is who looks."""
    monkeypatch.setattr(app.portal, "warehouse", lambda: company.warehouse)
    monkeypatch.setattr(app.portal, "get_settings", lambda: company.settings)
    monkeypatch.setattr(app.portal, "signed_in", lambda _: whoever(company.warehouse, st.user.to_dict()))
    st.cache_data.clear()


def front_door() -> None:
    import app.portal

    app.portal.main()


def visit(role: str, slug: str, parameters: dict[str, str]) -> AppTest:
    page = AppTest.from_function(front_door, default_timeout=180)
    page.user = {"is_logged_in": True, "email": person(role).email, "name": "Somebody"}
    page._page_hash = calc_hash(slug)
    for name, value in parameters.items():
        page.query_params[name] = value
    return page.run()


@pytest.mark.parametrize("slug", PAGES)
def test_a_page_as_it_is_sent(company: Company, door: None, slug: str) -> None:
    """To somebody who may open it, and to somebody who may not; to everybody where the campaign is made larger."""
    dice = random.Random(f"{SEED} {slug}")
    audience, others = dashboards()[slug].audience, [role for role in ROLES if role not in dashboards()[slug].audience]
    narrow = [role for role in audience if role not in ("executive", "analyst")] or list(audience)
    asked = [dice.choice(narrow), *([dice.choice(others)] if others else [])] if TIMES == 1 else ROLES
    for role in asked:
        parameters = rooms.address(company, slug, person(role), dice)
        page = visit(role, slug, parameters)
        assert not page.exception, (role, slug, page.exception)
        refuse_leaks(company, person(role), of_page(page), (slug, parameters))


def test_what_leaves_as_a_file(company: Company) -> None:
    """Each page as each format, for whoever may open it and reads the least; and what is refused."""
    dice, exports, left = random.Random(SEED), Exports(company.warehouse), 0
    for page in dashboards().values():
        parts = parts_of(page)
        for kind in FORMATS if parts else ():
            if kind in ("pdf", "png") and TIMES == 1 and page.slug not in ("sales", "mail"):
                continue
            viewer = dice.choice([person(role) for role in narrowest(page)])
            parameters = {"panel": [str(dice.choice(parts).number)]} if kind != "pdf" or TIMES == 1 else {}
            try:
                made = exports.export(viewer, page, kind, parameters, REASON)
            except app.serve.PlumblineError as error:
                refuse_leaks(company, viewer, str(error), (page.slug, kind))
                continue
            left += 1
            refuse_leaks(company, viewer, f"{made.name}\n{of_file(made)}", (page.slug, kind))
        for viewer in (NOBODY, *(person(role) for role in ROLES if role not in page.audience))[:3]:
            said = heard(lambda: exports.export(viewer, page, "csv", {"panel": ["1"]}, REASON))
            assert said.startswith("refused"), (viewer, page.slug)
            refuse_leaks(company, viewer, said)
    assert left > 15


def narrowest(page: Dashboard) -> list[str]:
    return [role for role in page.audience if role not in ("executive", "analyst")] or list(page.audience)


@pytest.mark.parametrize("slug", ["sales", "questions", "marketing"] if TIMES == 1 else PAGES)
def test_a_page_by_mail(company: Company, slug: str) -> None:
    dice = random.Random(SEED)
    page, viewer = dashboards()[slug], person(dice.choice(narrowest(dashboards()[slug])))
    chosen = {page.filters[0]: [asking.value(dice)]} if page.filters else {}
    reading, choice = Exports(company.warehouse).reading(viewer, page, chosen)
    one = Subscription("00000000-0000-0000-0000-000000000001", viewer.email, slug, chosen, Schedule("day", 0, 8, "UTC"),
                       False, slug == "sales", NOW, None, None, None)  # fmt: skip
    letter = subscription_letter(one, page, reading, choice, company.settings, key="x", stop="https://stop.example/x")
    refuse_leaks(company, viewer, of_mail(letter.mail), chosen)


@pytest.fixture
def routes(company: Company, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Route], list[Viewer | None]]:
    """The routes of app/serve.py, and the list whose last one asks."""
    found: list[Route] = []
    asking_now: list[Viewer | None] = [None]
    monkeypatch.setattr(app.serve, "configure", lambda _: None)
    monkeypatch.setattr(app.serve, "warehouse", lambda: company.warehouse)
    monkeypatch.setattr(app.serve, "asking", lambda _: asking_now[-1])
    monkeypatch.setattr(app.serve.streamlit, "App", lambda *_, routes, **__: found.extend(routes))
    app.serve.create_app(company.settings)
    return found, asking_now


def test_every_route_for_everybody(
    company: Company, routes: tuple[list[Route], list[Viewer | None]], caplog: pytest.LogCaptureFixture
) -> None:
    found, asking_now = routes
    assert {route.path for route in found} == set(rooms.ROUTES), "write the route into tests/leaks/rooms.py"
    browser = Browser(Starlette(routes=found), "https://portal.example")
    caplog.set_level(logging.DEBUG)
    for viewer in (None, *asking.VIEWERS):
        asking_now.append(viewer)
        for addresses in rooms.ROUTES.values():
            for each in addresses:
                for kind in ("alert", "subscription", "dashboard", "report"):
                    each = each.replace(f"{{{kind}}}", quote(company.ids[kind]["executive"]))
                for answer in (browser.get(each), *([browser.post(each)] if each.startswith("/alert") else ())):
                    said = f"{answer.headers}\n{answer.text}"
                    refuse_leaks(company, viewer or NOBODY, said, each)
                    assert answer.status_code < 500 or each == "/healthz", (each, answer.status_code)
    refuse_leaks(company, NOBODY, caplog.text, company.ids["alert"])


def test_nothing_is_in_the_audit_that_nobody_typed(company: Company) -> None:
    """What the audit keeps is what was asked; whose rows came back, and what they were, is not in it."""
    import sqlalchemy

    from app.secrets import warehouse_url

    typed = ("export", "sql", "sql plan", "answer", "drill", "read", "open page", "replay page", "subscribe",
             "keep query", "save report", "check receipt")  # fmt: skip
    query = sqlalchemy.text("select email, action, filters::text from portal.audit where action <> all(:typed)")
    engine = sqlalchemy.create_engine(warehouse_url(company.settings))
    with closing(engine.connect()) as connection:
        rows = connection.execute(query, {"typed": list(typed)}).all()
    engine.dispose()
    assert len(rows) > 100
    for email, action, told in rows:
        viewer = Viewer(email, tuple(role for role in ROLES if email.startswith(role)))
        refuse_leaks(company, viewer, told, (action, company.ids["alert"]))


