"""Anonymous, wrong-role and logged-out visitors see no number on any address, over HTTP and over the websocket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from app.gallery import dashboards
from pipelines.sandbox.people import PEOPLE
from pipelines.visitor import tab

from .servers import PATIENCE_SECONDS, Portal
from .streamlit_client import cookie_header, figures, sign_in, visit

PAGES = tuple(dashboards())
EMAIL = {person.roles[0]: person.email for person in PEOPLE}
ASKED = [pytest.param(role, page, id=f"{role} asks for {page}") for role in EMAIL for page in PAGES]
WITHOUT_FIGURES = (
    "board-packs", "comments", "database-access", "files", "my-dashboards", "sales", "product", "marketing", "records",
    "reports", "sql", "timeline",
)  # fmt: skip
"""Records and Comments show none where the address names none, Timeline says what happened, Files how each file stands,
SQL what there is to read; no report or dashboard is saved and no board pack frozen among the invented marts, which hold
Finance's alone."""
WITH_FIGURES = {
    "mail": ("executive", "finance"),
    "questions": ("executive", "finance", "analyst", "customer_success"),
}
"""Pages for everyone: the roles to whom invented mails were sent, and those who may read an invented mart."""
SIGN_IN = "Sign in to see the figures"
NOT_YOURS = "Not one of your pages"


@pytest.fixture(scope="module")
def cookies(portal: Portal) -> Iterator[dict[str, str]]:
    """Role → Cookie header of its person."""
    clients = {role: sign_in(portal, email) for role, email in EMAIL.items()}
    yield {role: cookie_header(client) for role, client in clients.items()}
    for client in clients.values():
        client.close()


@pytest.mark.parametrize("page", ["", *PAGES, "pages/executive", "admin"])
def test_a_stranger_sees_the_sign_in_and_no_number_over_the_websocket(portal: Portal, page: str) -> None:
    said = visit(portal, page)
    assert SIGN_IN in said
    assert figures(said) == []


@pytest.mark.parametrize("page", ["", *PAGES, "pages/executive.py", "app/static/../../pages/executive.py"])
def test_a_stranger_sees_no_number_over_http(portal: Portal, page: str) -> None:
    answer = httpx.get(f"{portal.url}/{page}", timeout=PATIENCE_SECONDS)
    assert "DASHBOARD" not in answer.text
    assert "1,060,000" not in answer.text and "12.72" not in answer.text


@pytest.mark.parametrize(("role", "page"), ASKED)
def test_each_role_sees_its_own_pages_and_no_number_of_others(
    portal: Portal, cookies: dict[str, str], role: str, page: str
) -> None:
    said = visit(portal, page, cookies[role])
    if role in dashboards()[page].audience:
        has_figures = page not in WITHOUT_FIGURES and role in WITH_FIGURES.get(page, tuple(EMAIL))
        assert bool(figures(said)) == has_figures
        assert NOT_YOURS not in said
    else:
        assert NOT_YOURS in said
        assert figures(said) == []


@pytest.mark.parametrize("page", PAGES)
def test_old_cookies_open_nothing_after_signing_out(portal: Portal, page: str) -> None:
    role = dashboards()[page].audience[0]
    client = sign_in(portal, EMAIL[role])
    kept = cookie_header(client)
    said = visit(portal, page, kept)
    assert SIGN_IN not in said and bool(figures(said)) == (page not in WITHOUT_FIGURES)
    client.get(f"{portal.url}/auth/logout")
    client.close()
    said = visit(portal, page, kept)
    assert SIGN_IN in said
    assert figures(said) == []


def test_streamlits_login_cookie_alone_opens_nothing(portal: Portal) -> None:
    with closing(sign_in(portal, EMAIL["executive"])) as client:
        alone = "; ".join(part for part in cookie_header(client).split("; ") if not part.startswith("plumbline_"))
    said = visit(portal, "executive", alone)
    assert SIGN_IN in said
    assert figures(said) == []


def test_one_persons_session_does_not_serve_another(portal: Portal, cookies: dict[str, str]) -> None:
    eva, ines = (dict(part.split("=", 1) for part in cookies[role].split("; ")) for role in ("executive", "engineer"))
    mixed = {**ines, "_streamlit_user": eva["_streamlit_user"]}
    said = visit(portal, "executive", "; ".join(f"{name}={value}" for name, value in mixed.items()))
    assert SIGN_IN in said
    assert figures(said) == []


@pytest.mark.parametrize(
    "path", ["/_stcore/metrics", "/_stcore/agent/interact", "/_stcore/agent/openapi.json", "/_stcore/upload_file/a/b"]
)
def test_paths_that_tell_about_the_server_are_closed(portal: Portal, path: str) -> None:
    assert httpx.get(portal.url + path, timeout=PATIENCE_SECONDS).status_code == 404
    assert httpx.post(portal.url + path, timeout=PATIENCE_SECONDS).status_code == 404


def test_a_right_taken_away_counts_on_the_next_click(portal: Portal, cookies: dict[str, str]) -> None:
    from sqlalchemy import create_engine, text

    from app.secrets import warehouse_url

    engine = create_engine(warehouse_url(portal.settings))
    take = text("delete from portal.person_role where email = :email")
    give = text("insert into portal.person_role (email, role, granted_by) values (:email, 'analyst', 'test')")
    email = {"email": EMAIL["analyst"]}
    with engine.begin() as connection:
        connection.execute(take, email)
    try:
        said = visit(portal, "revenue", cookies["analyst"])
        assert "nobody has given you a role" in said
        assert f"plumbline person grant {EMAIL['analyst']} ROLE" in said
        assert figures(said) == []
    finally:
        with engine.begin() as connection:
            connection.execute(give, email)
    assert figures(visit(portal, "revenue", cookies["analyst"]))
    engine.dispose()


def test_an_open_page_hears_no_click_once_its_session_has_ended(portal: Portal) -> None:
    with closing(sign_in(portal, EMAIL["analyst"])) as client, tab(portal.url, cookie_header(client)) as opened:
        assert any("SQL" in str(message) for message in opened.run("sql"))
        client.get(f"{portal.url}/auth/logout")
        with pytest.raises(ConnectionClosed):
            opened.run("sql")
