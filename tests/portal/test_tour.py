"""The first-visit tour: four to six steps for each role, each at something that its page has; once, and when asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine
from sqlalchemy import text as sql
from streamlit.testing.v1 import AppTest

from app.access import ROLES
from app.gallery import dashboards
from app.secrets import warehouse_url
from app.settings import Settings
from app.tours import Tour, tours

from .servers import Portal
from .streamlit_client import sign_in
from .test_pages import EMAIL, door, visit

__all__ = ["door"]


def test_each_role_has_one_of_four_to_six_steps_over_a_page_of_its_own() -> None:
    assert tuple(tours()) == ROLES
    for role, tour in tours().items():
        assert 4 <= len(tour.stops) <= 6 and len({stop.title for stop in tour.stops}) == len(tour.stops)
        assert dashboards()[tour.page].may_open((role,)) and dashboards()[tour.page].in_menu
        words = sum(len(stop.text.split()) for stop in tour.stops)
        assert words <= 150, f"{role}: {words} words are more than are read in a minute"


@pytest.mark.parametrize("tour", tours().values(), ids=lambda tour: tour.role)
def test_no_step_points_at_what_the_page_lacks(filled: Settings, tour: Tour) -> None:
    with untaken(filled, tour.role):
        page = visit(tour.role, tour.page)
        assert len(offered(page)) == 1, "who has not taken it is taken on it"
    keys = list(keys_of(page._tree))
    for stop in tour.stops:
        assert any(key.startswith(at) for at in stop.at for key in keys), f"{tour.page} has nothing at {stop.at}"


def test_it_is_not_shown_again_nor_elsewhere_but_when_asked_for(filled: Settings) -> None:
    assert offered(visit("finance", "finance")) == [], "who has taken it"
    with untaken(filled, "finance"):
        assert offered(visit("finance", "mail")) == [], "another page than its own"
        assert offered(visit("finance", "")) != [], "at first the way in leads to its page"
    page = visit("finance", "finance")
    page.query_params["tour"] = "again"
    assert len(offered(page.run())) == 1
    assert any('href="/finance?tour=again"' in each.proto.body for each in page.get("html")), "the menu has the way"


def test_that_it_was_seen_is_noted_for_whom_the_browser_speaks(portal: Portal) -> None:
    with untaken(portal.settings, "marketing") as taken, closing(sign_in(portal, EMAIL["marketing"])) as client:
        ours = {"origin": portal.url}
        assert httpx.post(f"{portal.url}/tour", headers=ours).status_code == 401
        assert client.post(f"{portal.url}/tour", headers={"origin": "https://evil.example"}).status_code == 403
        assert taken() == 0
        assert [client.post(f"{portal.url}/tour", headers=ours).status_code for _ in range(2)] == [204, 204]
        assert taken() == 1


@contextmanager
def untaken(settings: Settings, role: str) -> Iterator[Any]:
    """As if this role's person had not taken the tour yet; gives how to ask whether they have."""
    who = {"email": EMAIL[role], "role": role}
    engine = create_engine(warehouse_url(settings))

    def do(statement: str) -> int:
        with engine.begin() as connection:
            return int(connection.execute(sql(statement), who).rowcount)

    do("delete from portal.tour_taken where email = :email and role = :role")
    try:
        yield lambda: do("select 1 from portal.tour_taken where email = :email and role = :role")
    finally:
        do("insert into portal.tour_taken values (:email, :role, now()) on conflict do nothing")
        engine.dispose()


def offered(page: AppTest) -> list[str]:
    return [each.proto.body for each in page.get("html") if "data-pl-tour=" in each.proto.body]


def keys_of(node: Any) -> Iterator[str]:
    """The keys of everything drawn, which the browser knows as classes, and the places that HTML of ours names."""
    named = getattr(getattr(node, "proto", None), "id", "")
    if isinstance(named, str) and named.startswith("$$ID-"):
        yield named.split("-", 2)[2]
    body = str(getattr(getattr(node, "proto", None), "body", ""))
    yield from re.findall(r'data-pl-at="([^"]+)"', body)
    yield from re.findall(r'class="(?:[^"]* )?st-key-([^" ]+)', body)
    for child in getattr(node, "children", {}).values():
        yield from keys_of(child)
